/// One received message, independent of the C message it was copied from.
public struct NATSMessage: Sendable, Hashable {
    /// The subject it was published on, never a wildcard.
    public var subject: String

    /// Where the sender expects an answer, if it does.
    public var reply: String?

    /// The bytes as sent; may be empty and may contain NUL.
    public var payload: [UInt8]

    public init(subject: String, reply: String? = nil, payload: [UInt8]) {
        self.subject = subject
        self.reply = reply
        self.payload = payload
    }
}
