import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A user's program that is told of messages: an HTTP server that remembers what was posted to it and answers as it is
/// told.
public final class WebhookReceiver: Sendable {
    /// One POST.
    public struct Call: Sendable {
        public var id: String
        public var timestamp: String
        public var signature: String
        public var body: String

        /// Checked as a receiver would, by the description of Standard Webhooks.
        public func isSigned(with secret: String) -> Bool {
            guard let key = Data(base64Encoded: String(secret.dropFirst("whsec_".count))) else { return false }
            let code = HMAC<SHA256>.authenticationCode(
                for: Data("\(id).\(timestamp).\(body)".utf8), using: SymmetricKey(data: key))
            return signature == "v1,\(Data(code).base64EncodedString())"
        }

        public var json: [String: Any] {
            get throws { try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] ?? [:] }
        }
    }

    private let seen = Mutex<[Call]>([])
    private let status = Mutex(200)
    private let gate = Mutex(true)
    public let port: Int

    private init(port: Int) { self.port = port }

    public var url: String { "http://127.0.0.1:\(port)/told" }
    public var calls: [Call] { seen.withLock { $0 } }

    /// What it answers from now on.
    public func answer(_ status: Int) { self.status.withLock { $0 = status } }

    /// Whether it answers at all: what came meanwhile waits.
    public func isAnswering(_ answers: Bool) { gate.withLock { $0 = answers } }

    /// Runs `body` with a receiver on a port of its own, and stops it.
    public static func with<Value: Sendable>(
        _ body: @escaping @Sendable (WebhookReceiver) async throws -> Value
    ) async throws -> Value {
        let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let place = Mutex<WebhookReceiver?>(nil)
        let router = Router()
        router.post("/told") { request, _ in
            let body = try await request.body.collect(upTo: 1_000_000)
            guard let receiver = place.withLock({ $0 }) else { return HTTPResponse.Status.serviceUnavailable }
            func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
            return try await receiver.take(
                Call(
                    id: header("webhook-id"), timestamp: header("webhook-timestamp"),
                    signature: header("webhook-signature"), body: String(buffer: body)))
        }
        let logger = Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { found.yield($0.localAddress?.port ?? 0) }, logger: logger)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            for await port in ports.prefix(1) {
                let receiver = WebhookReceiver(port: port)
                place.withLock { $0 = receiver }
                group.addTask { try await body(receiver) }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private func take(_ call: Call) async throws -> HTTPResponse.Status {
        seen.withLock { $0.append(call) }
        while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        return HTTPResponse.Status(code: status.withLock { $0 })
    }
}
