/// What the reserve asks for: one claim, and how long after the statement's start the attempt may still be accepted
/// somewhere.
public struct ReserveRequest: Hashable, Sendable {
    public var claim: Claim
    /// D_send + T_http + A_max of the claim's gateway.
    public var deadlineAfter: Duration

    public init(claim: Claim, deadlineAfter: Duration) {
        self.claim = claim
        self.deadlineAfter = deadlineAfter
    }
}

/// A durable intent to send: the ledger row is committed, the request may start until the guard says no.
public struct Reservation: Hashable, Sendable {
    public var claim: Claim
    public var message: MessageID
    /// Rises with every attempt of the contact, over all its messages. With the contact's id the key of the ledger row.
    public var attempt: Int32
    /// The ledger partition: days since 1970-01-01 UTC on the database's clock, fixed at the reserve.
    public var day: Int32
    /// Digits only, in international form.
    public var recipient: String
    public var recipientName: String
    public var content: MessageContent
    /// What the message goes by (`sms`, `email`, …); nil: what its gateway does.
    public var channel: String?
    /// A JSON object of the producer's own, handed on to gateways that take one.
    public var metadata: String?
    /// The sequence's or campaign's name, for gateways that carry one.
    public var campaign: String
    /// The gap that follows this send, when the step or the sequence has its own.
    public var gap: ClosedRange<Duration>?

    public init(
        claim: Claim, message: MessageID, attempt: Int32, day: Int32, recipient: String, recipientName: String,
        content: MessageContent, channel: String? = nil, metadata: String? = nil, campaign: String,
        gap: ClosedRange<Duration>?
    ) {
        self.claim = claim
        self.message = message
        self.attempt = attempt
        self.day = day
        self.recipient = recipient
        self.recipientName = recipientName
        self.content = content
        self.channel = channel
        self.metadata = metadata
        self.campaign = campaign
        self.gap = gap
    }
}

/// What the reserve decided, per claim.
public enum ReserveVerdict: Hashable, Sendable {
    case reserved(Reservation)
    /// The contact went back to idle, or left the queue, with this reason (`suppressed`, `sequence_paused`,
    /// `empty_text`, …). `due`: when it is due again, nil when it is not.
    case released(reason: String, due: DatabaseTime?)
    /// Somebody's transaction holds the contact locked: it is claimed as it was, and may be asked for again.
    case busy
    /// The contact was not ours any more: the claim expired, was taken back, or the row is gone. Nobody's count
    /// changes.
    case gone
}
