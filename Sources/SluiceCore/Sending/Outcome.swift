/// What became of one attempt, in the four classes of DESIGN.md ("Outcomes"). The default of every doubt is
/// ``unknown(code:detail:)``.
public enum Outcome: Hashable, Sendable {
    /// The gateway accepted the message. `providerID` is the gateway's id for it, when it gave one.
    case sent(providerID: String?)
    /// The gateway certainly did not accept it.
    case refused(Refusal)
    /// It may or may not have been accepted: never repeated without proof.
    case unknown(code: String, detail: String)
    /// The guard stopped it before a byte was written.
    case aborted(code: String)
}

/// A definite refusal and what it asks for.
public struct Refusal: Hashable, Sendable {
    /// What to do with the contact.
    public enum Disposition: Hashable, Sendable {
        /// Try again after a back-off, but not before `notBefore` from now. Counts towards the contact's attempts.
        case retry(notBefore: Duration?)
        /// Perhaps never to be sent, perhaps a wrong answer: tried once more after a back-off. The contact fails when
        /// the same code comes twice in a row.
        case permanentIfRepeated
        /// This message can never be sent: the contact fails.
        case permanent
        /// The person wants nothing more and has told the gateway: the contact fails, and they are suppressed.
        case optedOut
        /// The device is at fault, not the contact: the contact stays due and counts no attempt.
        case device(DeviceCondition)
    }

    /// A stable code: the gateway's own (`VALIDATION_ERROR`) or ours (`connect_failed`).
    public var code: String
    /// For people; no phone number, body or secret in it.
    public var detail: String
    /// Whether the attempt keeps its place in the caps' windows. False only when no byte of the request was written.
    public var isCharged: Bool
    public var disposition: Disposition

    public init(code: String, detail: String, isCharged: Bool, disposition: Disposition) {
        self.code = code
        self.detail = detail
        self.isCharged = isCharged
        self.disposition = disposition
    }
}
