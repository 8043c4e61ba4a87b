import ArgumentParser
import NIOCore
import NIOPosix
import SluiceCore
import Synchronization
import TestSupport

/// A server on many ports that knows no dialect. `PORT NANOSECONDS KEY` says when a request was read to its end; it is
/// answered at once, unless a line `hold PORT` came before: then when a line `answer PORT` comes.
struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "receive")

    @Option(help: "The address to listen on.")
    var address: String

    @Option(help: "The first port.")
    var firstPort: Int

    @Option(help: "How many ports.")
    var ports: Int

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let desk = AnswerDesk()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RequestReader(desk: desk))
                }
            }
        for port in firstPort..<firstPort + ports { _ = try await bootstrap.bind(host: address, port: port).get() }
        Lines.say("listening")
        for await words in Lines.words() {
            guard words.count == 2, let port = Int(words[1]) else { continue }
            if words[0] == "hold" { desk.hold(port) } else { desk.answer(port) }
        }
        try await group.shutdownGracefully()
    }
}

/// Who waits for an answer.
final class AnswerDesk: Sendable {
    private let held = Mutex<[Int: [any Channel]]>([:])

    func hold(_ port: Int) { held.withLock { $0[port] = [] } }

    /// Whether the answer is to be given now; if not, it is given later.
    func ask(on channel: any Channel, port: Int) -> Bool {
        held.withLock { held in
            guard held[port] != nil else { return true }
            held[port]?.append(channel)
            return false
        }
    }

    func answer(_ port: Int) {
        let channels = held.withLock { $0.removeValue(forKey: port) } ?? []
        for channel in channels { channel.writeAndFlush(RequestReader.answer, promise: nil) }
    }
}

/// Reads requests by their `Content-Length`.
private final class RequestReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static var answer: ByteBuffer { ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") }

    private let desk: AnswerDesk
    private var text = ""

    init(desk: AnswerDesk) { self.desk = desk }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        while let head = text.ranges(of: "\r\n\r\n").first {
            let lines = text[..<head.lowerBound].split(separator: "\r\n")
            let length = Self.value("content-length", in: lines).flatMap { Int($0) } ?? 0
            guard text.utf8.distance(from: head.upperBound, to: text.endIndex) >= length else { return }
            let key = Self.value("x-sluice-key", in: lines) ?? "-"
            text = String(text[text.utf8.index(head.upperBound, offsetBy: length)...])
            let port = context.localAddress?.port ?? 0
            Lines.say("\(port) \(monotonicNow().nanoseconds) \(key)")
            if desk.ask(on: context.channel, port: port) {
                context.writeAndFlush(wrapOutboundOut(Self.answer), promise: nil)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private static func value(_ name: String, in lines: [Substring]) -> Substring? {
        lines.first { $0.lowercased().hasPrefix(name + ":") }?.drop { $0 != ":" }.dropFirst().drop { $0 == " " }
    }
}
