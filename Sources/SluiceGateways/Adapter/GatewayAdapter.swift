public import SluiceCore

/// One gateway's dialect: what a request looks like and what an answer means. Pure and shared by all devices of the
/// dialect.
///
/// A new dialect is one file that conforms to this, a case of `Dialect` and its line in ``GatewayAdapters``.
public protocol GatewayAdapter: Sendable {
    var dialect: Dialect { get }

    /// Checks what the dialect needs beyond a base URL, before a gateway is added.
    ///
    /// - Throws: `invalidCredentials` when some are missing or contradict each other.
    func validate(credentials: [String: String]) throws(GatewayConfigurationError)

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
    public func validate(credentials: [String: String]) throws(GatewayConfigurationError) {}
    public func stateRequest(for device: DeviceProfile) -> HTTPRequestDescription? { nil }
    public func condition(from answer: HTTPAnswer) -> DeviceCondition? { nil }
}

/// An adapter's answer to "send this".
public enum PreparedSend: Hashable, Sendable {
    case request(HTTPRequestDescription)
    /// The dialect cannot express it. No byte is written, so the refusal is never charged.
    case refused(Refusal)
}
