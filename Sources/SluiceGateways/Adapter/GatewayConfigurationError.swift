/// Why a gateway's settings cannot be used. Carries neither the URL nor a credential: either may hold a secret.
public enum GatewayConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownDialect(name: String, known: [String])
    case invalidBaseURL(reason: String)
    case invalidCredentials(reason: String)

    public var description: String {
        switch self {
        case .unknownDialect(let name, let known):
            "no gateway dialect is named \"\(name)\"; known are \(known.joined(separator: ", "))"
        case .invalidBaseURL(let reason):
            "the gateway's base URL \(reason)"
        case .invalidCredentials(let reason):
            "the gateway's credentials \(reason)"
        }
    }

    /// A stable code for outcomes and findings.
    public var code: String {
        switch self {
        case .unknownDialect: "unknown_dialect"
        case .invalidBaseURL, .invalidCredentials: "invalid_gateway"
        }
    }
}
