/// One received message, independent of the C message it was copied from.
public struct NATSMessage: Sendable, Hashable {
    /// The subject it was published on, never a wildcard.
    public var subject: String

    /// Where the sender expects an answer, if it does.
    public var reply: String?

    /// ``reply``, when it is an inbox. Whoever answers anything else can be made to publish, under its own permissions,
    /// where the one who asks may not.
    public var inbox: String? { reply.flatMap { $0.hasPrefix(Self.inboxes) ? $0 : nil } }

    /// How the subjects begin on which replies are awaited.
    static let inboxes = "_INBOX."

    /// The bytes as sent; may be empty and may contain NUL.
    public var payload: [UInt8]

    public init(subject: String, reply: String? = nil, payload: [UInt8]) {
        self.subject = subject
        self.reply = reply
        self.payload = payload
    }
}
