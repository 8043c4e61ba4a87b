/// A way to speak to a gateway, by its name in `gateways.dialect`, and what is assumed of a gateway that speaks it
/// unless its own row says otherwise.
///
/// Here and not beside the adapters, because others have to know it as well: the store (time bounds of a row that names
/// none), the shard's machine (whom to poll) and the operators' commands (which names there are). The adapters are
/// matched to the cases by an exhaustive switch.
public enum Dialect: String, Hashable, Sendable, CaseIterable {
    case gowa, twilio, webhook

    /// The names as help texts and errors list them.
    public static var names: [String] { allCases.map(\.rawValue) }

    /// Names of dialects whose gateways know people by ids of their own and not by phone numbers (Messenger: the id
    /// that a person has for one page). What is written as the recipient goes to them as it is.
    public static let namesWithoutPhones = ["messenger"]

    /// Names of dialects whose gateways take mail as well, because they pass on whatever they are given.
    public static let namesWithMail = ["webhook"]

    /// The total time of one request. Longer than the gateway's own time-out (GOWA gives up on WhatsApp after 45 s and
    /// says so), or that verdict would come too late and the attempt be unknown.
    public var httpTimeout: Duration {
        switch self {
        case .gowa: .seconds(50)
        case .twilio: .seconds(15)
        case .webhook: .seconds(10)
        }
    }

    /// A_max: how long after a request is given up the gateway may still accept it.
    public var acceptsLateFor: Duration {
        switch self {
        case .gowa: .seconds(75)
        case .twilio, .webhook: .seconds(30)
        }
    }

    /// Whether a gateway can be asked for a device's state.
    public var reportsState: Bool {
        switch self {
        case .gowa: true
        case .twilio, .webhook: false
        }
    }
}
