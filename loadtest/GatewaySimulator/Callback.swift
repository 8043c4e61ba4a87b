internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Posts what people write, and what becomes of messages, to whoever wants to know: one connection for each attempt, and
/// again until it is taken.
///
/// Confined to its event loop. At most ``mostOpen`` posts at a time, each tried ``attempts`` times; what goes beyond
/// either is given up and counted.
final class Callback {
    struct Target: Sendable, Equatable {
        /// As it was given.
        let url: String
        let host: String
        let port: Int
        let path: String
        let secret: String

        init(url text: String, secret: String) throws(ConfigurationError) {
            guard let url = URL(string: text), url.scheme == "http", let host = url.host() else {
                throw ConfigurationError("the callback must be an http:// URL, not \(text)")
            }
            self.url = text
            self.host = host
            port = url.port ?? 80
            let query = url.query(percentEncoded: true).map { "?" + $0 } ?? ""
            path = (url.path(percentEncoded: true).isEmpty ? "/" : url.path(percentEncoded: true)) + query
            self.secret = secret
        }
    }

    /// What is posted, signed, and where.
    struct Post: Sendable {
        let target: Target
        let type: String
        let signature: (name: String, value: String)
        let body: [UInt8]

        init(target: Target, type: String, signature: (String, String), body: [UInt8]) {
            self.target = target
            self.type = type
            self.signature = signature
            self.body = body
        }

        /// As GOWA posts its events.
        init(_ event: some CallbackEvent, to target: Target) throws {
            body = try event.json()
            self.target = target
            type = "application/json"
            signature = ("X-Hub-Signature-256", "sha256=" + SHA256.hexCode(of: body, key: Array(target.secret.utf8)))
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

    /// Tells an event of GOWA's.
    func post(_ event: some CallbackEvent) {
        guard let target else { return }
        guard let post = try? Post(event, to: target) else {
            // Strings always encode.
            givenUp += 1
            return
        }
        self.post(post)
    }

    func post(_ post: Post) {
        guard open < Self.mostOpen else {
            givenUp += 1
            return
        }
        open += 1
        attempt(1, post)
    }

    private func attempt(_ number: Int, _ post: Post) {
        let callback = NIOLoopBound(self, eventLoop: loop)
        let ended: @Sendable (Bool) -> Void = { isTaken in
            callback.value.ended(number, isTaken: isTaken, post)
        }
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(CallbackPost(post, ended: ended))
                }
            }
            .connect(host: post.target.host, port: post.target.port)
            .whenFailure { _ in ended(false) }
    }

    private func ended(_ number: Int, isTaken: Bool, _ post: Post) {
        if !isTaken, number < Self.attempts {
            // 0.1, 0.2, 0.4, 0.8 s: GOWA's way, in less time.
            loop.assumeIsolated().scheduleTask(in: .milliseconds(50 << Int64(number))) { [self] in
                attempt(number + 1, post)
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

    private let post: Callback.Post
    private var ended: (@Sendable (Bool) -> Void)?
    private var timer: Scheduled<Void>?

    init(_ post: Callback.Post, ended: @escaping @Sendable (Bool) -> Void) {
        self.post = post
        self.ended = ended
    }

    func channelActive(context: ChannelHandlerContext) {
        let target = post.target
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: target.path,
            headers: [
                "Host": "\(target.host):\(target.port)", "Content-Type": post.type,
                "Content-Length": "\(post.body.count)", post.signature.name: post.signature.value,
                "Connection": "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: post.body)))), promise: nil)
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
