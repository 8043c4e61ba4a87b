internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Where a request goes, and what is the same of all that go there.
final class RequestTarget: Sendable {
    let origin: HTTPOrigin
    let method: HTTPMethod
    /// Percent-encoded path and query.
    let uri: String
    /// The `Host` header (RFC 9110, 7.2).
    let authority: String
    /// There when the origin is secure.
    let tls: NIOSSLContext?
    /// What the server is asked to prove that it is; an address has no name to be asked for (RFC 6066, 3).
    let serverName: String?

    /// Nil when `url` is not an absolute one.
    ///
    /// - Parameter tls: called when the origin is secure.
    init?<Failure: Error>(
        url: String, method: HTTPRequestDescription.Method, tls: () throws(Failure) -> NIOSSLContext
    ) throws(Failure) {
        guard let parts = URLComponents(string: url, encodingInvalidCharacters: false), let host = parts.host,
            !host.isEmpty
        else { return nil }
        let isSecure = parts.scheme == "https"
        let standardPort = isSecure ? 443 : 80
        let port = parts.port ?? standardPort
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isBracketed ? String(host.dropFirst().dropLast()) : host
        // That it is none is said by an error.
        let isAddress = (try? SocketAddress(ipAddress: name, port: port)) != nil
        origin = HTTPOrigin(isSecure: isSecure, host: name, port: port)
        self.method = HTTPMethod(rawValue: method.rawValue)
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        uri = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        authority = port == standardPort ? host : "\(host):\(port)"
        serverName = isAddress ? nil : name
        self.tls = isSecure ? try tls() : nil
    }

    func request(_ description: HTTPRequestDescription) -> OutgoingRequest {
        var headers = HTTPHeaders()
        headers.reserveCapacity(description.headers.count + 2)
        headers.add(name: "Host", value: authority)
        for field in description.headers { headers.add(name: field.name, value: field.value) }
        // An empty body too is announced where one is expected (RFC 9110, 8.6).
        if method == .POST { headers.add(name: "Content-Length", value: String(description.body.count)) }
        return OutgoingRequest(
            target: self, head: HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers),
            body: description.body.isEmpty ? nil : ByteBuffer(bytes: description.body))
    }
}
