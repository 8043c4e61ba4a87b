internal import FoundationEssentials

/// A validated base URL.
struct GatewayAddress: Hashable, Sendable {
    /// `http` or `https`, host and port.
    private let origin: String
    private let path: String
    private let query: String

    /// - Throws: `invalidBaseURL` unless it is an absolute http or https URL with a host, and without user, password
    ///   and fragment.
    init(_ text: String) throws(GatewayConfigurationError) {
        guard let parts = URLComponents(string: text, encodingInvalidCharacters: false) else {
            throw .invalidBaseURL(reason: "is not a URL")
        }
        guard let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw .invalidBaseURL(reason: "must start with http:// or https://")
        }
        guard let host = parts.percentEncodedHost, !host.isEmpty else {
            throw .invalidBaseURL(reason: "names no host")
        }
        // Credentials have their own place, where they are kept out of logs.
        guard parts.user == nil, parts.password == nil else {
            throw .invalidBaseURL(reason: "must not contain a user or a password; use the gateway's credentials")
        }
        guard parts.fragment == nil else { throw .invalidBaseURL(reason: "must not contain a fragment (#)") }
        if let port = parts.port, !(1...65_535 ~= port) {
            throw .invalidBaseURL(reason: "has a port outside 1...65535")
        }
        let port = parts.port.map { ":\($0)" } ?? ""
        origin = "\(scheme)://\(host)\(port)"
        path = parts.percentEncodedPath
        query = parts.percentEncodedQuery.map { "?\($0)" } ?? ""
    }

    /// The absolute URL of a request's path below this base.
    func url(for requestPath: String) -> String {
        guard !requestPath.isEmpty else { return origin + (path.isEmpty ? "/" : path) + query }
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return origin + base + requestPath + query
    }
}
