import HTTPTypes
import Hummingbird
import SluiceOperations

/// Lets requests in: those with a key that is good and not in too much of a hurry; and all of them while there is no key
/// at all, on a loopback address.
struct Gate: Sendable {
    let session: OperatorSession
    let rates: RequestRates
    /// Whether other machines reach this server. Then nobody comes in without a key.
    let isOpenToNetwork: Bool

    func caller(of request: Request) async throws -> Caller {
        let shown = Self.secret(in: request.headers)
        let secret = shown.flatMap { APIKeySecret($0) }
        guard shown == nil || secret != nil else { throw Self.invalid }
        let caller: Caller
        switch try await session.checkKey(secret) {
        case .holder(let holder): caller = Caller(holder)
        case .unneeded where !isOpenToNetwork: caller = .withoutKey
        case .unneeded, .refused: throw shown == nil ? Self.missing : Self.invalid
        }
        if let wait = rates.wait(of: caller.key, at: .now) {
            let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
            throw APIError(
                .tooManyRequests, "too_many_requests", "this key may make \(rates.perSecond) requests a second",
                headers: [.retryAfter: "\(seconds)"])
        }
        return caller
    }

    private static func secret(in headers: HTTPFields) -> Substring? {
        if let own = headers[.apiKey] { return own[...] }
        guard let authorization = headers[.authorization] else { return nil }
        let words = authorization.split(separator: " ", maxSplits: 1)
        return words.count == 2 && words[0].lowercased() == "bearer" ? words[1] : authorization[...]
    }

    private static let challenge: HTTPFields = [.wwwAuthenticate: "Bearer"]
    private static let missing = APIError(
        .unauthorized, "missing_key", "show an API key: Authorization: Bearer sluice_…", headers: challenge)
    private static let invalid = APIError(
        .unauthorized, "invalid_key", "there is no such API key, or it was revoked", headers: challenge)
}

extension HTTPField.Name {
    static let apiKey = Self("X-API-Key")!
    static let idempotencyKey = Self("Idempotency-Key")!
}
