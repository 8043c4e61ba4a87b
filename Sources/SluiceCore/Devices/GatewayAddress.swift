internal import FoundationEssentials

/// A validated base URL of a gateway: what an operator may enter and what a request is sent to.
public struct GatewayAddress: Hashable, Sendable {
    /// Why a text is no base URL, to be read after its name. Does not carry the text, which may hold a secret.
    public struct Invalid: Error, Hashable, Sendable {
        public var reason: String
    }

    /// `http` or `https`, host and port.
    private let origin: String
    private let path: String
    private let query: String

    /// - Throws: ``Invalid`` unless it is an absolute http or https URL with a host, and without user, password and fragment.
    public init(_ text: String) throws(Invalid) {
        guard let parts = URLComponents(string: text, encodingInvalidCharacters: false) else {
            throw Invalid(reason: "is not a URL")
        }
        guard let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw Invalid(reason: "must start with http:// or https://")
        }
        guard let host = parts.percentEncodedHost, !host.isEmpty else { throw Invalid(reason: "names no host") }
        // Credentials have their own place, where they are kept out of logs.
        guard parts.user == nil, parts.password == nil else {
            throw Invalid(reason: "must not contain a user or a password")
        }
        guard parts.fragment == nil else { throw Invalid(reason: "must not contain a fragment (#)") }
        if let port = parts.port, !(1...65_535 ~= port) { throw Invalid(reason: "has a port outside 1...65535") }
        let port = parts.port.map { ":\($0)" } ?? ""
        origin = "\(scheme)://\(host)\(port)"
        path = parts.percentEncodedPath
        query = parts.percentEncodedQuery.map { "?\($0)" } ?? ""
    }

    /// The absolute URL of a request's path below this base.
    public func url(for requestPath: String) -> String {
        guard !requestPath.isEmpty else { return origin + (path.isEmpty ? "/" : path) + query }
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return origin + base + requestPath + query
    }
}
