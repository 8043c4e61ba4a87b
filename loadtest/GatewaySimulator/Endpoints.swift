internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// Turns HTTP requests into messages and questions for the gateway. Confined to the gateway's event loop.
final class Endpoints {
    private let gateway: Gateway
    private let controls: Controls
    /// The `Authorization` header that GOWA's and Twilio's paths demand.
    private let authorization: String?

    init(gateway: Gateway) {
        self.gateway = gateway
        controls = Controls(gateway: gateway)
        authorization = gateway.configuration.basicAuth.map { "Basic " + Data($0.utf8).base64EncodedString() }
    }

    func route(_ head: HTTPRequestHead) -> Route {
        Route(
            method: head.method, target: head.uri, basePath: gateway.configuration.basePath,
            webhookPaths: gateway.configuration.webhookPaths)
    }

    func message(
        _ dialect: Dialect, _ kind: MessageKind, _ head: HTTPRequestHead, _ body: ByteBuffer
    ) -> IncomingMessage {
        var message =
            switch dialect {
            case .gowa: GOWADialect.message(kind: kind, head: head, body: body)
            case .twilio: TwilioDialect.message(head: head, body: body)
            case .webhook: WebhookDialect.message(head: head, body: body)
            }
        message.key = head.headers.first(name: "X-Sluice-Key") ?? message.idempotencyKey
        message.attempt = head.headers.first(name: "X-Sluice-Attempt").flatMap { Int64($0) } ?? message.attempt
        message.epoch = head.headers.first(name: "X-Sluice-Epoch").flatMap { Int64($0) }
        if dialect != .webhook, !isAuthorized(head) { message.defect = .wrongPassword }
        if dialect == .webhook, let demanded = gateway.webhookAuthorization,
            head.headers.first(name: "Authorization") != demanded
        {
            message.defect = .wrongPassword
        }
        return message
    }

    /// The answer to a request that is no message.
    func reply(to route: Route, _ head: HTTPRequestHead, _ body: ByteBuffer, from client: SocketAddress?) -> Reply {
        switch route {
        case .deviceStatus(let device):
            guard isAuthorized(head) else { return GOWADialect.reply(.wrongPassword) }
            guard gateway.devices.isKnown(device) else { return GOWADialect.reply(.deviceNotFound) }
            return GOWADialect.status(of: device, gateway.devices.state(of: device, now: gateway.clock.now()))
        case .control(let path):
            guard client.map(Self.isLoopback) ?? false else { return .plain(403, "controls are for loopback only") }
            return controls.reply(method: head.method, path: path, body: body)
        case .wrongMethod: return .plain(405, "method not allowed")
        case .notFound, .message: return .plain(404, "not found")
        }
    }

    private func isAuthorized(_ head: HTTPRequestHead) -> Bool {
        authorization.map { head.headers.first(name: "Authorization") == $0 } ?? true
    }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let ip = address.ipAddress else { return false }
        return ip.hasPrefix("127.") || ip == "::1" || ip.hasPrefix("::ffff:127.")
    }
}
