internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One client's connection: reads a request, hands it on, writes its answer, and only then reads the next.
///
/// Answers are written as bytes, not through an HTTP encoder, because half of what a simulator says is not what an
/// encoder would let pass.
///
/// States: idle → reading → busy → idle. `ignoring` follows an answer that ends the connection, and a host that hangs;
/// it leads nowhere. A request that is pipelined behind one without an answer ends the connection: no client of Sluice
/// does that, and its bytes are not part of any logged request.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        case reading(HTTPRequestHead, Route, ByteBuffer?)
        case busy(Exchange?, keepAlive: Bool)
        case ignoring
    }

    private let gateway: Gateway
    private let endpoints: Endpoints
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private(set) var number: UInt64 = 0
    private(set) var isHanging = false
    /// Message requests that it has carried.
    private(set) var messages = 0

    init(gateway: Gateway, endpoints: Endpoints) {
        self.gateway = gateway
        self.endpoints = endpoints
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard let number = gateway.admit(self) else {
            state = .ignoring
            return context.close(promise: nil)
        }
        self.number = number
    }

    func channelInactive(context: ChannelHandlerContext) {
        gateway.connections[number] = nil
        self.context = nil
        if case .busy(let exchange?, _) = state, !exchange.isConcluded { gateway.clientGone(exchange) }
        state = .ignoring
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, case .idle = state { answerLast(.plain(400, "bad request")) }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (_, .ignoring): break
        case (.head(let head), .idle): begin(head)
        case (.body(let part), .reading(let head, let route, let body)):
            // Emptied so that the buffer has one owner and grows in place.
            state = .idle
            collect(part, head, route, body)
        case (.end, .reading(let head, let route, let body)):
            end(head, route, body ?? ByteBuffer())
        case (.head, _), (.body, _), (.end, _):
            state = .ignoring
            context.close(promise: nil)
        }
    }
}

// MARK: Reading a request

extension ConnectionHandler {
    private func begin(_ head: HTTPRequestHead) {
        let route = endpoints.route(head)
        guard isServed(route) else { return }
        let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard length <= gateway.configuration.limits.bodyBytes else {
            return answerLast(.plain(413, "body is too large"))
        }
        if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
            write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        state = .reading(head, route, nil)
    }

    private func collect(_ part: ByteBuffer, _ head: HTTPRequestHead, _ route: Route, _ body: ByteBuffer?) {
        guard var body else {
            state = .reading(head, route, part)
            return
        }
        guard body.readableBytes + part.readableBytes <= gateway.configuration.limits.bodyBytes else {
            return answerLast(.plain(413, "body is too large"))
        }
        body.writeImmutableBuffer(part)
        state = .reading(head, route, body)
    }

    private func end(_ head: HTTPRequestHead, _ route: Route, _ body: ByteBuffer) {
        guard isServed(route) else { return }
        state = .busy(nil, keepAlive: head.isKeepAlive)
        if case .message(let dialect, let kind) = route {
            messages += 1
            let message = endpoints.message(dialect, kind, head, body)
            let exchange = gateway.receive(message, bodySHA: SHA256.hexDigest(of: body), from: self)
            // A fault may have reset the connection already; an answer comes after the log's commit, never here.
            if case .busy = state { state = .busy(exchange, keepAlive: head.isKeepAlive) }
        } else {
            answer(endpoints.reply(to: route, head, body, from: context?.remoteAddress))
        }
    }

    /// Whether the host is up as far as this request is concerned; controls always work.
    private func isServed(_ route: Route) -> Bool {
        if case .control = route { return true }
        switch gateway.hostMode {
        case .up: return true
        case .reset: reset()
        case .hang: hang()
        }
        return false
    }
}

// MARK: Answering

extension ConnectionHandler {
    func answer(_ reply: Reply) {
        guard case .busy(_, let keepAlive) = state else { return }
        guard keepAlive else { return answerLast(reply) }
        state = .idle
        write(reply.serialized(closing: false))
    }

    /// Writes `reply` in pieces spread evenly over `seconds`, then closes.
    func drip(_ reply: Reply, seconds: Double) {
        state = .ignoring
        let bytes = reply.serialized(closing: true)
        let pieces = 20
        for piece in 0..<pieces {
            let share = bytes[(bytes.count * piece / pieces)..<(bytes.count * (piece + 1) / pieces)]
            let delay = Int64(seconds * 1e9) * Int64(piece + 1) / Int64(pieces)
            context?.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { [self] in
                write(Array(share))
                if piece == pieces - 1 { context?.close(promise: nil) }
            }
        }
    }

    /// Ends the connection with a TCP reset, as a crashed peer does.
    func reset() {
        state = .ignoring
        guard let context else { return }
        guard let socket = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        // The reset must not depend on the option: an error here means that the socket is gone already.
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    /// Ends the connection in order, without an answer.
    func close() {
        state = .ignoring
        context?.close(promise: nil)
    }

    /// Never reacts again.
    func hang() {
        state = .ignoring
        isHanging = true
    }

    private func answerLast(_ reply: Reply) {
        state = .ignoring
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(buffer(reply.serialized(closing: true))))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    private func write(_ bytes: [UInt8]) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(buffer(bytes)), promise: nil)
    }

    private func buffer(_ bytes: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        return buffer
    }
}
