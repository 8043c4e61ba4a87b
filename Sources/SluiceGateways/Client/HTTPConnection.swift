internal import NIOCore
internal import NIOHTTP1
internal import SluiceCore
internal import SluiceFailpoints

/// One connection, with one request at a time. The last handler of its channel; on the event loop.
///
/// It is used again only when an answer is complete, says that it may be, and nothing came after it. It is never asked to
/// close: it is reset, so that what was not delivered will not be.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private unowned let pool: ConnectionPool
    private let bodyLimit: Int
    private let now: @Sendable () -> MonotonicTime
    private let door = SocketDoor()
    private var connecting: Connecting?
    private var context: ChannelHandlerContext?
    /// The request whose answer is awaited.
    private(set) var exchange: HTTPExchange?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    /// The answer is complete; whether something comes after it is seen when all is read.
    private var isAnswered = false
    private var isFailed = false
    private var userTimeout: Int?
    var idleSince = NIODeadline.now()

    init(pool: ConnectionPool, bodyLimit: Int, now: @escaping @Sendable () -> MonotonicTime) {
        self.pool = pool
        self.bodyLimit = bodyLimit
        self.now = now
    }

    var isUsable: Bool { !isFailed && context?.channel.isActive == true }

    /// Tells the pool when it is there, or that it will not be.
    func connect(to target: RequestTarget, within limit: TimeAmount, on loop: any EventLoop) {
        let connecting = Connecting(to: target, on: loop)
        self.connecting = connecting
        connecting.begin(door: door, last: self, within: limit) { isConnected in
            self.connecting = nil
            guard isConnected else { return self.pool.connectFailed(self) }
            self.pool.connected(self)
        }
    }

    // MARK: Requests

    /// Writes the request, unless its ticket forbids it: then the request is over, and the connection still free.
    ///
    /// The guard is read here because it is the same turn of the event loop that writes to the socket: a request that
    /// waited for a connection is judged when the wait is over.
    func begin(_ exchange: HTTPExchange) -> Bool {
        guard let context else {
            exchange.finish(.connectionLost)
            return false
        }
        guard exchange.ticket.admit(at: now()) else {
            exchange.finish(.cancelled)
            return false
        }
        self.exchange = exchange
        exchange.begins(on: self)
        applyUserTimeout(exchange.ticket.userTimeout, context: context)
        let isAttempt = exchange.ticket.isAttempt
        if isAttempt { Failpoints.before(.write) }
        context.write(wrapOutboundOut(.head(exchange.request.head)), promise: nil)
        if let body = exchange.request.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        // Head and body leave in one system call.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if isAttempt { Failpoints.after(.write) }
        return true
    }

    private func applyUserTimeout(_ milliseconds: Int, context: ChannelHandlerContext) {
        guard milliseconds != userTimeout else { return }
        userTimeout = milliseconds
        ResettingSocket.setUserTimeout(milliseconds, on: context.channel)
    }

    /// Resets it, with the request that it has. Below TLS, which would first flush, say goodbye and wait for an answer.
    func fail(_ reason: LossReason) {
        isFailed = true
        let exchange = exchange.take()
        door.slam()
        exchange?.finish(reason)
    }

    // MARK: Answers

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part):
            guard body.readableBytes + part.readableBytes <= bodyLimit else { return fail(.responseTooLarge) }
            body.writeBuffer(&part)
        case .end:
            // Without a request it is what an answer that failed was going to end with.
            guard let exchange = exchange.take(), let head else { return }
            isAnswered = true
            exchange.finish(.answered(HTTPAnswer(head, body)))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard isAnswered, isUsable else { return }
        isAnswered = false
        // Nor may another follow a request that was answered before it was all written. A socket that does not say how
        // much it has left is not used again either.
        let unwritten = try? context.channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)
        guard head?.isKeepAlive == true, unwritten == 0 else { return fail(.connectionLost) }
        pool.returned(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(LossReason(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.connectionLost)
        guard let connecting else { return pool.closed(self) }
        connecting.failed()
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { connecting?.isOpen() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        connecting?.note(event)
        context.fireUserInboundEventTriggered(event)
    }
}

extension HTTPAnswer {
    fileprivate init(_ head: HTTPResponseHead, _ body: ByteBuffer) {
        self.init(
            status: Int(head.status.code), headers: head.headers.map { HeaderField($0.name, $0.value) },
            body: Array(body.readableBytesView))
    }
}
