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

    /// Starts an exchange.
    ///
    /// - Parameter ended: called once, on the event loop, at the latest `totalTime` from now.
    /// - Throws: `invalidBaseURL`, before anything is written; then `ended` is not called.
    func start(
        _ description: HTTPRequestDescription, below baseURL: String, ticket: SendTicket, totalTime: Duration,
        ended: @escaping @Sendable (HTTPExchange.Result) -> Void
    ) throws(GatewayConfigurationError) {
        let request = try targets.target(of: description, below: baseURL).request(description)
        let deadline = NIODeadline.now() + TimeAmount(totalTime)
        loop.execute {
            self.pools.value.start(HTTPExchange(request, ticket: ticket, until: deadline, ended: ended))
        }
    }

    /// Ends the exchange that has the ticket, or will have. What was written is taken back as far as it can be, before it
    /// is said to be over.
    func cancel(_ ticket: SendTicket) {
        loop.execute { self.pools.value.cancel(ticket) }
    }

    /// Closes all. Requests that are still open fail.
    func shutdown() async throws {
        try await loop.submit { self.pools.value.shutDown() }.get()
        try await group.shutdownGracefully()
    }
}
