internal import NIOCore
internal import SluiceCore

/// A pool for each origin. On the event loop.
final class ConnectionPools {
    private let configuration: GatewayClient.Configuration
    private let now: @Sendable () -> MonotonicTime
    private let loop: any EventLoop
    private var pools: [HTTPOrigin: ConnectionPool] = [:]
    private var isShutDown = false

    init(
        configuration: GatewayClient.Configuration, now: @escaping @Sendable () -> MonotonicTime, loop: any EventLoop
    ) {
        self.configuration = configuration
        self.now = now
        self.loop = loop
    }

    func start(_ exchange: HTTPExchange) {
        guard exchange.ticket.isWaiting else { return exchange.finish(.cancelled) }
        guard !isShutDown else { return exchange.finish(.connectionLost) }
        pool(to: exchange.request.target.origin).start(exchange)
    }

    /// Ends the exchange that has the ticket. One that has not been started yet will be over when it is.
    func cancel(_ ticket: SendTicket) {
        for pool in pools.values {
            if let exchange = pool.exchange(with: ticket) { return exchange.giveUp(.cancelled) }
        }
        _ = ticket.conclude()
    }

    func shutDown() {
        isShutDown = true
        for pool in pools.values { pool.shutDown() }
    }

    private func pool(to origin: HTTPOrigin) -> ConnectionPool {
        if let pool = pools[origin] { return pool }
        // A new origin is rare: the time to forget those that nobody uses any more.
        pools = pools.filter { $0.value.isInUse }
        let pool = ConnectionPool(configuration: configuration, now: now, loop: loop)
        pools[origin] = pool
        return pool
    }
}
