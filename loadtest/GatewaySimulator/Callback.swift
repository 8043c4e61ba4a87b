internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Posts what people write to whoever wants to know: signed as GOWA signs, one connection for each attempt, and again
/// until it is taken.
///
/// Confined to its event loop. At most ``mostOpen`` posts at a time, each tried ``attempts`` times; what goes beyond
/// either is given up and counted.
final class Callback {
    struct Target: Sendable {
        let host: String
        let port: Int
        let path: String
        let secret: String

        init(url text: String, secret: String) throws(ConfigurationError) {
            guard let url = URL(string: text), url.scheme == "http", let host = url.host() else {
                throw ConfigurationError("the callback must be an http:// URL, not \(text)")
            }
            self.host = host
            port = url.port ?? 80
            path = url.path(percentEncoded: true).isEmpty ? "/" : url.path(percentEncoded: true)
            self.secret = secret
        }
    }

    private static let mostOpen = 1_000
    private static let attempts = 5

    /// Nil: nobody wants to know.
    var target: Target?
    private(set) var taken = 0
    private(set) var givenUp = 0
    private var open = 0
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func post(_ event: InboundEvent) {
        guard let target else { return }
        guard open < Self.mostOpen, let body = try? event.json() else {
            // Strings always encode.
            givenUp += 1
            return
        }
        open += 1
        attempt(1, body, target)
    }

    private func attempt(_ number: Int, _ body: [UInt8], _ target: Target) {
        let callback = NIOLoopBound(self, eventLoop: loop)
        let ended: @Sendable (Bool) -> Void = { isTaken in
            callback.value.ended(number, isTaken: isTaken, body, target)
        }
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(CallbackPost(body, to: target, ended: ended))
                }
            }
            .connect(host: target.host, port: target.port)
            .whenFailure { _ in ended(false) }
    }

    private func ended(_ number: Int, isTaken: Bool, _ body: [UInt8], _ target: Target) {
        if !isTaken, number < Self.attempts {
            // 0.1, 0.2, 0.4, 0.8 s: GOWA's way, in less time.
            loop.assumeIsolated().scheduleTask(in: .milliseconds(50 << Int64(number))) { [self] in
                attempt(number + 1, body, target)
            }
            return
        }
        open -= 1
        if isTaken { taken += 1 } else { givenUp += 1 }
    }
}

/// One connection that carries one post. Says once how it ended, and closes.
private final class CallbackPost: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let patience: TimeAmount = .seconds(20)

    private let body: [UInt8]
    private let target: Callback.Target
    private var ended: (@Sendable (Bool) -> Void)?
    private var timer: Scheduled<Void>?

    init(_ body: [UInt8], to target: Callback.Target, ended: @escaping @Sendable (Bool) -> Void) {
        self.body = body
        self.target = target
        self.ended = ended
    }

    func channelActive(context: ChannelHandlerContext) {
        let code = SHA256.hexCode(of: body, key: Array(target.secret.utf8))
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: target.path,
            headers: [
                "Host": "\(target.host):\(target.port)", "Content-Type": "application/json",
                "Content-Length": "\(body.count)", "X-Hub-Signature-256": "sha256=\(code)", "Connection": "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [self] in
            end(false, context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { end((200..<300).contains(head.status.code), context) }
    }

    func channelInactive(context: ChannelHandlerContext) { end(false, context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(false, context) }

    private func end(_ isTaken: Bool, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        guard let ended else { return }
        self.ended = nil
        ended(isTaken)
        context.close(promise: nil)
    }
}
