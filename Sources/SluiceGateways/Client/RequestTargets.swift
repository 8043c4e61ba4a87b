internal import NIOSSL
internal import SluiceCore
internal import Synchronization

/// The targets of the requests made so far: a gateway's messages all go to one or two URLs.
final class RequestTargets: Sendable {
    private struct Key: Hashable {
        var method: HTTPRequestDescription.Method
        var baseURL: String
        var path: String
    }

    /// Paths that name a device are many; when so many are known, all are forgotten.
    private static let mostKnown = 1_024

    private let known = Mutex<[Key: RequestTarget]>([:])
    private let trustedCertificates: String?
    /// One for all that need it, because making it reads the machine's certificates.
    private let tls = Mutex<NIOSSLContext?>(nil)

    init(trustedCertificates: String? = nil) {
        self.trustedCertificates = trustedCertificates
    }

    var count: Int { known.withLock(\.count) }

    /// - Throws: `invalidBaseURL` for a base URL that plain SQL put there unchecked.
    func target(
        of description: HTTPRequestDescription, below baseURL: String
    ) throws(GatewayConfigurationError) -> RequestTarget {
        let key = Key(method: description.method, baseURL: baseURL, path: description.path)
        if let target = known.withLock({ $0[key] }) { return target }
        let target = try make(key)
        known.withLock { known in
            if known.count >= Self.mostKnown { known = [:] }
            known[key] = target
        }
        return target
    }

    private func make(_ key: Key) throws(GatewayConfigurationError) -> RequestTarget {
        let url: String
        do {
            url = try GatewayAddress(key.baseURL).url(for: key.path)
        } catch {
            throw .invalidBaseURL(reason: error.reason)
        }
        guard let target = try RequestTarget(url: url, method: key.method, tls: context) else {
            throw .invalidBaseURL(reason: "is not a URL")
        }
        return target
    }

    private func context() throws(GatewayConfigurationError) -> NIOSSLContext {
        if let known = tls.withLock({ $0 }) { return known }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if let trustedCertificates { configuration.additionalTrustRoots = [.file(trustedCertificates)] }
        do {
            let made = try NIOSSLContext(configuration: configuration)
            tls.withLock { $0 = made }
            return made
        } catch {
            throw .invalidBaseURL(reason: "needs TLS, which cannot be set up on this machine")
        }
    }
}
