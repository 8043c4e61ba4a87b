/// One line of the request log.
public enum RequestLogEntry: Sendable, Equatable {
    case request(ReceivedRequest)
    case response(RequestOutcome)

    public var sequence: UInt64 {
        switch self {
        case .request(let request): request.sequence
        case .response(let outcome): outcome.sequence
        }
    }

    public var nanoseconds: Int64 {
        switch self {
        case .request(let request): request.nanoseconds
        case .response(let outcome): outcome.nanoseconds
        }
    }
}

/// A message request that the gateway has read completely (`"event":"request"`).
public struct ReceivedRequest: Sendable, Equatable {
    /// Number of the request, from 1, continued when the gateway restarts.
    public var sequence: UInt64
    /// When its last byte had been read: nanoseconds since 1970, never falling within a file.
    public var nanoseconds: Int64
    /// The device as the request names it; nil when it names none.
    public var device: String?
    /// The recipient as the request names it; nil when it names none.
    public var recipient: String?
    /// `X-Sluice-Key`, or a webhook's `Idempotency-Key`.
    public var key: String?
    /// `X-Sluice-Attempt`.
    public var attempt: Int64?
    /// `X-Sluice-Epoch`.
    public var epoch: Int64?
    /// SHA-256 of the body, 64 lower-case hexadecimal digits.
    public var bodySHA: String
    /// Number of the TCP connection within the life of the gateway process.
    public var connection: UInt64
    /// `gowa` or `webhook`.
    public var dialect: String
    /// `text` or `image`.
    public var kind: String

    public init(
        sequence: UInt64, nanoseconds: Int64, device: String? = nil, recipient: String? = nil, key: String? = nil,
        attempt: Int64? = nil, epoch: Int64? = nil, bodySHA: String = "", connection: UInt64 = 0,
        dialect: String = "gowa", kind: String = "text"
    ) {
        self.sequence = sequence
        self.nanoseconds = nanoseconds
        self.device = device
        self.recipient = recipient
        self.key = key
        self.attempt = attempt
        self.epoch = epoch
        self.bodySHA = bodySHA
        self.connection = connection
        self.dialect = dialect
        self.kind = kind
    }
}

/// What the gateway did with a message, whatever the client was told about it.
public enum GatewayVerdict: String, Sendable, CaseIterable {
    /// The message goes out.
    case accepted
    /// It does not, and the answer is a refusal that the dialect documents: if answered, the client knows for certain.
    case refused
    /// It does not, but the client cannot know: no answer, or one that leaves the outcome open, such as a 5xx.
    case dropped
    /// The gateway had accepted this key before and did nothing more.
    case duplicate
}

/// The end of a message request at the gateway (`"event":"response"`).
public struct RequestOutcome: Sendable, Equatable {
    /// Number of the request that ended.
    public var sequence: UInt64
    /// When it was answered or dropped; until then the request counts as open.
    public var nanoseconds: Int64
    public var verdict: GatewayVerdict
    /// Whether the gateway wrote an answer; it cannot know whether the client read it.
    public var answered: Bool
    /// HTTP status of the answer; nil without one.
    public var status: Int?
    /// The dialect's result code, such as `SUCCESS` or `VALIDATION_ERROR`, or why a request was dropped.
    public var code: String?
    /// The moment at which the device's lane took the message; set exactly when the verdict is `accepted`.
    public var acceptedNanoseconds: Int64?
    /// The id that the gateway gave to an accepted message.
    public var messageID: String?
    /// The injected fault that shaped this outcome; nil when none did.
    public var fault: String?

    public init(
        sequence: UInt64, nanoseconds: Int64, verdict: GatewayVerdict, answered: Bool = true, status: Int? = nil,
        code: String? = nil, acceptedNanoseconds: Int64? = nil, messageID: String? = nil, fault: String? = nil
    ) {
        self.sequence = sequence
        self.nanoseconds = nanoseconds
        self.verdict = verdict
        self.answered = answered
        self.status = status
        self.code = code
        self.acceptedNanoseconds = acceptedNanoseconds
        self.messageID = messageID
        self.fault = fault
    }

    /// The client was told by a documented refusal that the message does not go out: the only case in which it may be
    /// posted again.
    public var isDefiniteRefusal: Bool { verdict == .refused && answered }
}
