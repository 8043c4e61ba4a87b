internal import NIOCore
internal import NIOPosix
internal import SluiceCore

/// Connections to gateways, and the exchanges on them. All of it happens on one event loop, so that the write, the deadline
/// and the cancellation of a request come one after the other.
///
/// No HTTP client is used: what a send needs, that it is written at most once, not after its guard, and that it is known
/// afterwards whether it was, had to be wrapped around AsyncHTTPClient, at 0.03 ms a message of 0.2 in all. The sockets,
/// TLS and the reading and writing of HTTP are the library's.
final class HTTPConnections: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let loop: any EventLoop
    private let pools: NIOLoopBoundBox<ConnectionPools>
    private let targets: RequestTargets

    init(configuration: GatewayClient.Configuration, now: @escaping @Sendable () -> MonotonicTime) {
        loop = group.next()
        targets = RequestTargets(trustedCertificates: configuration.trustedCertificates)
        pools = .makeBoxSendingValue(
            ConnectionPools(configuration: configuration, now: now, loop: loop), eventLoop: loop)
    }

    /// Returns when the exchange is over: at the latest `totalTime` from now.
    ///
    /// - Throws: `invalidBaseURL`, before anything is written.
    func perform(
        _ description: HTTPRequestDescription, below baseURL: String, latestStart: MonotonicTime?, totalTime: Duration
    ) async throws(GatewayConfigurationError) -> HTTPExchange.Result {
        let request = try targets.target(of: description, below: baseURL).request(description)
        let deadline = NIODeadline.now() + TimeAmount(totalTime)
        let ticket = SendTicket(latestStart: latestStart, totalTime: totalTime)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute {
                    let exchange = HTTPExchange(request, ticket: ticket, continuation: continuation)
                    exchange.end(at: deadline, on: self.loop)
                    self.pools.value.start(exchange)
                }
            }
        } onCancel: {
            loop.execute { self.pools.value.cancel(ticket) }
        }
    }

    /// Closes all. Requests that are still open fail.
    func shutdown() async throws {
        try await loop.submit { self.pools.value.shutDown() }.get()
        try await group.shutdownGracefully()
    }
}
