import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TCP server that does on each connection exactly what a script says, and remembers what arrived.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Go on when a head is complete.
        case awaitHead
        /// Go on when a head and its body are complete.
        case awaitRequest
        case send(String)
        case sendBytes([UInt8])
        case pause(Duration)
        case close
        /// Close with a reset instead of an orderly end.
        case reset
        /// Read nothing more: what the peer writes stays in the kernels' buffers.
        case stopReading
        /// Read, answer nothing, until the peer ends it.
        case stall
    }

    /// How the peer ended a connection.
    enum Ending: Hashable, Sendable { case closed, reset }

    private struct Record {
        var connections = 0
        var requests: [String] = []
        var bytes = 0
        var endings: [Ending] = []
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let record: Mutex<Record>
    let port: Int

    /// - Parameter scripts: one per connection in the order of their arrival; the last repeats.
    private init(scripts: [[Step]], tls: NIOSSLContext?) async throws {
        let box = RecordBox()
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .childChannelOption(.allowRemoteHalfClosure, value: false)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let index = box.server?.record.withLock { record in
                        record.connections += 1
                        return record.connections - 1
                    }
                    let script = scripts[min(index ?? 0, scripts.count - 1)]
                    if let tls { try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try child.pipeline.syncOperations.addHandler(ScriptRunner(script, box: box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress!.port!
        record = Mutex(Record())
        box.set(self)
    }

    /// Runs `body` with a server, and stops the server whatever happens.
    static func with<Value>(
        _ scripts: [Step]..., run body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        try await with(scripts: scripts, run: body)
    }

    static func with<Value>(
        scripts: [[Step]], tls: NIOSSLContext? = nil, run body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let server = try await ScriptedServer(scripts: scripts, tls: tls)
        do {
            let value = try await body(server)
            try await server.group.shutdownGracefully()
            return value
        } catch {
            try await server.group.shutdownGracefully()
            throw error
        }
    }

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var connections: Int { record.withLock { $0.connections } }
    /// Complete requests, head and body, in the order of their arrival.
    var requests: [String] { record.withLock { $0.requests } }
    var bytes: Int { record.withLock { $0.bytes } }
    var endings: [Ending] { record.withLock { $0.endings } }

    func received(_ count: Int) { record.withLock { $0.bytes += count } }
    func completed(_ request: String) { record.withLock { $0.requests.append(request) } }
    func ended(_ ending: Ending) { record.withLock { $0.endings.append(ending) } }
}

/// Breaks the circle between a server and its bootstrap.
final class RecordBox: Sendable {
    private let content = Mutex<ScriptedServer?>(nil)
    var server: ScriptedServer? { content.withLock { $0 } }
    func set(_ server: ScriptedServer) { content.withLock { $0 = server } }
}

private final class ScriptRunner: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var steps: [ScriptedServer.Step]
    private var isPausing = false
    private var pending = ""
    private let box: RecordBox
    private var wasReset = false

    init(_ steps: [ScriptedServer.Step], box: RecordBox) {
        self.steps = steps
        self.box = box
    }

    func channelActive(context: ChannelHandlerContext) { advance(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        box.server?.received(buffer.readableBytes)
        pending += String(buffer: buffer)
        advance(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        wasReset = true
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { box.server?.ended(wasReset ? .reset : .closed) }

    private func advance(_ context: ChannelHandlerContext) {
        while !isPausing, let step = steps.first {
            switch step {
            case .awaitHead:
                guard pending.contains("\r\n\r\n") else { return }
            case .awaitRequest:
                guard let request = takeRequest() else { return }
                box.server?.completed(request)
            case .send(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .sendBytes(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .pause(let duration):
                isPausing = true
                context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) {
                    self.isPausing = false
                    self.advance(context)
                }
            case .close:
                context.close(promise: nil)
            case .reset:
                // On its own event loop it is done when the call returns; it fails when the peer was faster.
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            case .stopReading:
                // It fails when the connection has ended: then nothing is read either.
                try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            case .stall:
                return
            }
            steps.removeFirst()
        }
    }

    private func takeRequest() -> String? {
        let text = pending
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lengthLine = text[..<end.lowerBound].split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length:") }
        let length = lengthLine.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        guard text.utf8.distance(from: end.upperBound, to: text.endIndex) >= length else { return nil }
        let stop = text.utf8.index(end.upperBound, offsetBy: length)
        pending = String(text[stop...])
        return String(text[..<stop])
    }
}

extension StringProtocol {
    /// The first occurrence of `other`.
    fileprivate func range(of other: String) -> Range<Index>? { ranges(of: other).first }
}
