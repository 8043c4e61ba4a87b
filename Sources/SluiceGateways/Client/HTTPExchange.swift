internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SluiceCore

/// One request on a connection of the pool, and what is certain about it afterwards.
///
/// Facts about AsyncHTTPClient 1.37 that this relies on, read from its sources:
/// - A request goes to a leased connection, or waits in the pool's queue for at most the connect time-out. When a
///   connection attempt fails and `retryConnectionEstablishment` is off, all that wait fail at once.
/// - A request that reached a connection is never put back into the queue. A connection that closed between lease and
///   write fails its request (`ioOnClosedChannel`, `remoteConnectionClosed`) before the head is written.
/// - A redirect would be a second request; `.disallow` turns it into an answer.
/// - Informational answers (1xx) are skipped; a body is sent without waiting for `100 Continue`.
/// - An answer nobody asked for fails its connection in the decoder, not the next request.
/// - After a deadline or a cancellation the request's connection is closed before the future completes, provided that
///   task and channel share an event loop. Hence exactly one loop.
///
/// None of them decides between "nothing was written" and "perhaps": ``SendTicket`` does.
final class HTTPExchange: Sendable {
    enum Result {
        case answered(HTTPAnswer)
        /// The head was held back by the guard.
        case late
        /// No byte was written, and none will be.
        case unwritten(wasCancelled: Bool)
        case lost(LossReason)
    }

    private let client: HTTPClient
    private let loops: MultiThreadedEventLoopGroup
    private let desk = TicketDesk()
    private let targets = RequestTargets()
    private let bodyLimit: Int

    init(configuration: GatewayClient.Configuration, now: @escaping @Sendable () -> MonotonicTime) {
        loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        bodyLimit = configuration.bodyLimit
        client = HTTPClient(
            eventLoopGroupProvider: .shared(loops),
            configuration: Self.clientConfiguration(configuration, desk: desk, now: now))
    }

    /// Returns when the exchange is over: at the latest `totalTime` from now.
    ///
    /// - Throws: `invalidBaseURL`, before anything is written.
    func perform(
        _ description: HTTPRequestDescription, below baseURL: String, latestStart: MonotonicTime?, totalTime: Duration
    ) async throws(GatewayConfigurationError) -> Result {
        var request = try targets.target(of: description, below: baseURL)
        if !description.body.isEmpty { request.body = .byteBuffer(ByteBuffer(bytes: description.body)) }
        let ticket = SendTicket(latestStart: latestStart, totalTime: totalTime)
        let number = desk.issue(ticket)
        defer { desk.handBack(number) }
        request.headers = HTTPHeaders([(TicketDesk.header, number)] + description.headers.map { ($0.name, $0.value) })
        do {
            let task = client.execute(
                request: request, delegate: AnswerCollector(bodyLimit: bodyLimit),
                deadline: .now() + .nanoseconds(totalTime.wholeNanoseconds))
            let answer = try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
            return .answered(answer)
        } catch {
            switch ticket.conclude() {
            case .written: return .lost(LossReason(error))
            case .late: return .late
            case .unwritten: return .unwritten(wasCancelled: LossReason(error) == .cancelled)
            }
        }
    }

    func shutdown() async throws {
        try await client.shutdown()
        try await loops.shutdownGracefully()
    }

    private static func clientConfiguration(
        _ configuration: GatewayClient.Configuration, desk: TicketDesk, now: @escaping @Sendable () -> MonotonicTime
    ) -> HTTPClient.Configuration {
        var result = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        result.timeout = .init(connect: .nanoseconds(configuration.connectTimeout.wholeNanoseconds))
        result.httpVersion = .http1Only
        result.connectionPool.idleTimeout = .nanoseconds(configuration.idleConnection.wholeNanoseconds)
        result.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.connectionsPerHost
        result.connectionPool.retryConnectionEstablishment = false
        // Nobody collects spans, and an empty one with its attributes costs 5 µs a request.
        result.tracing.tracer = nil
        result.http1_1ConnectionDebugInitializer = { channel in
            prepareConnection(channel, desk: desk, now: now)
        }
        return result
    }
}

/// Puts the door and the gate into a new connection's pipeline: door, TLS, encoder, decoder, gate, the HTTP client's
/// own handler.
private func prepareConnection(
    _ channel: any Channel, desk: TicketDesk, now: @escaping @Sendable () -> MonotonicTime
) -> EventLoopFuture<Void> {
    channel.eventLoop.assertInEventLoop()
    do {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        let door = SocketDoor()
        try pipeline.addHandler(door, position: .first)
        try pipeline.addHandler(SendGate(desk: desk, door: door, now: now), position: .after(decoder))
        return ResettingSocket.configure(channel)
    } catch {
        return channel.eventLoop.makeFailedFuture(error)
    }
}
