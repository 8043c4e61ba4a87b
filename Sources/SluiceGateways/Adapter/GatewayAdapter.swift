public import SluiceCore

/// One gateway's dialect: what a request looks like and what an answer means. Pure and shared by all devices of the
/// dialect.
///
/// A new dialect is one file that conforms to this and one line in ``GatewayDialect/all``.
public protocol GatewayAdapter: Sendable {
    /// The word in a gateway's settings: lower case, no spaces.
    var name: String { get }

    var defaults: GatewayDefaults { get }

    /// Checks what the dialect needs beyond a base URL.
    ///
    /// - Throws: `invalidCredentials` when some are missing or contradict each other.
    func validate(_ profile: GatewayProfile) throws(GatewayConfigurationError)

    /// The request of one attempt, or why there can be none.
    func request(for reservation: Reservation, on device: DeviceProfile) -> PreparedSend

    /// What a complete answer to a send means. Classifies as ``Outcome/unknown(code:detail:)`` whatever it does not
    /// know.
    func classify(_ answer: HTTPAnswer) -> Outcome

    /// The question for a device's state. Nil when the dialect has none.
    func stateRequest(for device: DeviceProfile) -> HTTPRequestDescription?

    /// What a complete answer to the state request says. Nil when it says nothing usable.
    func condition(from answer: HTTPAnswer) -> DeviceCondition?
}

extension GatewayAdapter {
    public func validate(_ profile: GatewayProfile) throws(GatewayConfigurationError) {}
    public func stateRequest(for device: DeviceProfile) -> HTTPRequestDescription? { nil }
    public func condition(from answer: HTTPAnswer) -> DeviceCondition? { nil }
}

/// What a gateway of this dialect is assumed to do unless its settings say otherwise.
public struct GatewayDefaults: Hashable, Sendable {
    /// The total time of one request. Longer than the gateway's own time-out, so that its verdict arrives.
    public var httpTimeout: Duration
    /// A_max: how long after a request is given up the gateway may still accept it.
    public var acceptsLateFor: Duration
    /// Whether a repeated message id is proven to deliver once. Only then may an unknown be sent again (I15).
    public var dedupes: Bool
    /// Whether the dialect can be asked for a device's state.
    public var reportsState: Bool

    public init(httpTimeout: Duration, acceptsLateFor: Duration, dedupes: Bool, reportsState: Bool) {
        self.httpTimeout = httpTimeout
        self.acceptsLateFor = acceptsLateFor
        self.dedupes = dedupes
        self.reportsState = reportsState
    }
}

/// An adapter's answer to "send this".
public enum PreparedSend: Hashable, Sendable {
    case request(HTTPRequestDescription)
    /// The dialect cannot express it. No byte is written, so the refusal is never charged.
    case refused(Refusal)
}
