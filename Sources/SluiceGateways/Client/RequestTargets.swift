internal import AsyncHTTPClient
internal import NIOHTTP1
internal import SluiceCore
internal import Synchronization

/// Where requests go, as the HTTP client wants it: requests that still lack headers and a body.
///
/// A gateway's messages all go to one or two URLs, and a URL is read twice, to be checked and by the HTTP client.
final class RequestTargets: Sendable {
    private struct Key: Hashable {
        var method: HTTPRequestDescription.Method
        var baseURL: String
        var path: String
    }

    /// Paths that name a device are many; when so many are known, all are forgotten.
    private static let mostKnown = 1_024

    private let known = Mutex<[Key: HTTPClient.Request]>([:])

    var count: Int { known.withLock(\.count) }

    /// - Throws: `invalidBaseURL` for a base URL that plain SQL put there unchecked.
    func target(
        of description: HTTPRequestDescription, below baseURL: String
    ) throws(GatewayConfigurationError) -> HTTPClient.Request {
        let key = Key(method: description.method, baseURL: baseURL, path: description.path)
        if let target = known.withLock({ $0[key] }) { return target }
        let target = try Self.make(key)
        known.withLock { known in
            if known.count >= Self.mostKnown { known = [:] }
            known[key] = target
        }
        return target
    }

    private static func make(_ key: Key) throws(GatewayConfigurationError) -> HTTPClient.Request {
        do {
            return try HTTPClient.Request(
                url: GatewayAddress(key.baseURL).url(for: key.path), method: HTTPMethod(rawValue: key.method.rawValue))
        } catch let error as GatewayAddress.Invalid {
            throw .invalidBaseURL(reason: error.reason)
        } catch {
            // The HTTP client's error would quote it.
            throw .invalidBaseURL(reason: "is not a URL")
        }
    }
}
