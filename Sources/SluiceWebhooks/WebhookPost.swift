import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What is posted, and to whom.
struct WebhookParcel: Sendable {
    var delivery: Int64
    var event: String
    var body: String
}

/// What came of a post.
struct PostOutcome: Sendable {
    var delivery: Int64
    /// Of the answer, when there was one.
    var status: Int?
    /// Nil when it was taken.
    var problem: String?
}

/// One endpoint, its address judged and resolved, for the length of a chunk.
struct WebhookPost: Sendable {
    /// Why an endpoint cannot be called now.
    struct Unreachable: Error {
        var problem: String
    }

    private let url: String
    private let secret: SymmetricKey
    private let client: HTTPClient

    /// Calls `body` with the endpoint and closes its connections.
    static func with(
        url: String, secret: String, allowsPrivateAddresses: Bool, _ body: (WebhookPost) async -> Void
    ) async throws(Unreachable) {
        // The host as the HTTP client reads it, or what is set for it below would not be found.
        guard let parts = URL(string: url), let host = parts.host, let key = signingKey(secret) else {
            throw Unreachable(problem: "its URL or its secret cannot be used")
        }
        let port = parts.port ?? (parts.scheme == "https" ? 443 : 80)
        let ip = try await resolved(host, port)
        guard allowsPrivateAddresses || CallableAddress.isPublic(ip) else {
            throw Unreachable(problem: "its address is not a public one")
        }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(3)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = WebhookBounds.postsPerEndpoint
        configuration.dnsOverride = [host: ip]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        await body(WebhookPost(url: url, secret: key, client: client))
        do {
            try await client.shutdown()
        } catch {
            throw Unreachable(problem: "its connections could not be closed")
        }
    }

    /// One POST, signed; the answer's body is not kept.
    func post(_ parcel: WebhookParcel, at time: Date = .now) async -> PostOutcome {
        let seconds = Int64(time.timeIntervalSince1970)
        do {
            var request = try HTTPClient.Request(url: url, method: .POST)
            request.headers = [
                "Content-Type": "application/json", "User-Agent": "Sluice", "webhook-id": parcel.event,
                "webhook-timestamp": "\(seconds)", "webhook-signature": signature(of: parcel, at: seconds),
            ]
            request.body = .string(parcel.body)
            let deadline = NIODeadline.now() + .init(WebhookBounds.postTimeout)
            let exchange = client.execute(request: request, delegate: AnswerStatus(), deadline: deadline)
            // A node that ends does not wait for who does not answer.
            let status = try await withTaskCancellationHandler {
                try await exchange.get()
            } onCancel: {
                exchange.cancel()
            }
            return PostOutcome(
                delivery: parcel.delivery, status: status,
                problem: 200..<300 ~= status ? nil : "it answered \(status)")
        } catch {
            return PostOutcome(delivery: parcel.delivery, status: nil, problem: Self.words(for: error))
        }
    }

    /// As Standard Webhooks has it (version 1): the HMAC-SHA256 of id, time and body, with dots between them.
    private func signature(of parcel: WebhookParcel, at seconds: Int64) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(parcel.event).\(seconds).\(parcel.body)".utf8), using: secret)
        return "v1," + Data(code).base64EncodedString()
    }

    /// The bytes behind `whsec_`.
    private static func signingKey(_ secret: String) -> SymmetricKey? {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix), let bytes = Data(base64Encoded: String(secret.dropFirst(prefix.count))) else {
            return nil
        }
        return SymmetricKey(data: bytes)
    }

    /// The resolver is C and blocks, so it has a thread of its own for as long.
    private static func resolved(_ host: String, _ port: Int) async throws(Unreachable) -> String {
        // Brackets are the URL's, not the address's.
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let unresolved = Unreachable(problem: "its name cannot be resolved")
        do {
            let address = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(name, port: port)
            }
            guard let ip = address.ipAddress else { throw unresolved }
            return ip
        } catch {
            throw unresolved
        }
    }

    /// Without the URL, which may hold a secret of its receiver's.
    private static func words(for error: any Error) -> String {
        let timeouts: [HTTPClientError] = [.deadlineExceeded, .readTimeout, .connectTimeout]
        return switch error {
        case let error as HTTPClientError where timeouts.contains(error): "it did not answer in time"
        case is NIOConnectionError: "it could not be connected to"
        case is AnswerTooLong: "its answer is too long"
        default: "the connection failed"
        }
    }
}

/// Reads an answer to its end, so that the connection can be used again, and keeps the status.
private final class AnswerStatus: HTTPClientResponseDelegate {
    private static let mostBytes = 65_536

    private struct Seen {
        var status = 0
        var bytes = 0
    }

    private let seen = Mutex(Seen())

    func didReceiveHead(task: HTTPClient.Task<Int>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        seen.withLock { $0.status = Int(head.status.code) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Int>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = seen.withLock { seen in
            seen.bytes += part.readableBytes
            return seen.bytes <= Self.mostBytes
        }
        return fits
            ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(AnswerTooLong())
    }

    func didFinishRequest(task: HTTPClient.Task<Int>) throws -> Int { seen.withLock { $0.status } }
}

/// The body exceeded what is read of it.
private struct AnswerTooLong: Error {}
