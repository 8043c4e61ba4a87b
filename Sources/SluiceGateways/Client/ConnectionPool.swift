internal import DequeModule
internal import NIOCore
internal import SluiceCore

/// The connections to one origin, and the requests that wait for one. On the event loop.
///
/// A request takes the connection that was used last; without one it waits, and a connection is made for it. It takes
/// whichever is free first. When a connection cannot be made, all that wait fail: they wait for one like it.
final class ConnectionPool {
    private let configuration: GatewayClient.Configuration
    private let now: @Sendable () -> MonotonicTime
    private let loop: any EventLoop
    /// Not closed yet, with those that are being made.
    private var open: [ObjectIdentifier: HTTPConnection] = [:]
    private var connecting = 0
    /// The one that was used last comes last, so that those that nobody needs grow old.
    private var idle: Deque<HTTPConnection> = []
    /// Bounded by whoever sends. Those that are over stay until it is their turn.
    private var waiting: Deque<HTTPExchange> = []
    private var sweep: Scheduled<Void>?
    /// For the first exchange that is to be given up, or an earlier instant: those that end in time, as nearly all do,
    /// cancel no timer of their own.
    private var alarm: (instant: NIODeadline, task: Scheduled<Void>)?

    init(configuration: GatewayClient.Configuration, now: @escaping @Sendable () -> MonotonicTime, loop: any EventLoop)
    {
        self.configuration = configuration
        self.now = now
        self.loop = loop
    }

    var isInUse: Bool { !open.isEmpty || !waiting.isEmpty }

    func start(_ exchange: HTTPExchange) {
        while let connection = idle.popLast() {
            guard connection.isUsable else { continue }
            if connection.begin(exchange) { wake(at: exchange.end) } else { keep(connection) }
            return
        }
        exchange.waits(until: .now() + TimeAmount(configuration.connectTimeout))
        waiting.append(exchange)
        wake(at: exchange.end)
        connectIfNeeded()
    }

    func exchange(with ticket: SendTicket) -> HTTPExchange? {
        waiting.first { $0.ticket === ticket } ?? open.values.first { $0.exchange?.ticket === ticket }?.exchange
    }

    func shutDown() {
        sweep?.cancel()
        alarm?.task.cancel()
        failWaiting()
        for connection in open.values { connection.fail(.connectionLost) }
    }

    private func failWaiting() {
        let failed = waiting
        waiting = []
        for exchange in failed { exchange.finish(.connectionLost) }
    }

    // MARK: Deadlines

    private func wake(at instant: NIODeadline) {
        if let alarm {
            guard instant < alarm.instant else { return }
            alarm.task.cancel()
        }
        let task = loop.assumeIsolated().scheduleTask(deadline: instant) {
            self.alarm = nil
            self.giveUpOverdue(at: .now())
        }
        alarm = (instant, task)
    }

    private func giveUpOverdue(at now: NIODeadline) {
        let exchanges = (waiting + open.values.compactMap(\.exchange)).filter { !$0.isOver }
        for exchange in exchanges where exchange.end <= now { exchange.giveUp(.timeout) }
        if let next = exchanges.lazy.map(\.end).filter({ now < $0 }).min() { wake(at: next) }
    }

    // MARK: What connections tell

    func connected(_ connection: HTTPConnection) {
        connecting -= 1
        returned(connection)
    }

    func connectFailed(_ connection: HTTPConnection) {
        connecting -= 1
        open[ObjectIdentifier(connection)] = nil
        failWaiting()
    }

    /// It can take another request.
    func returned(_ connection: HTTPConnection) {
        while let exchange = waiting.popFirst() {
            if !exchange.isOver, connection.begin(exchange) { return }
        }
        keep(connection)
    }

    func closed(_ connection: HTTPConnection) {
        open[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        connectIfNeeded()
    }

    // MARK: Connections

    private func connectIfNeeded() {
        while waiting.first?.isOver == true { waiting.removeFirst() }
        guard let target = waiting.first?.request.target, connecting < waiting.count,
            open.count < configuration.connectionsPerHost
        else { return }
        connecting += 1
        let connection = HTTPConnection(pool: self, bodyLimit: configuration.bodyLimit, now: now)
        open[ObjectIdentifier(connection)] = connection
        connection.connect(to: target, within: TimeAmount(configuration.connectTimeout), on: loop)
    }

    private func keep(_ connection: HTTPConnection) {
        connection.idleSince = .now()
        idle.append(connection)
        if sweep == nil { sweepLater() }
    }

    /// Closes those that were idle for long, when the first of them will have been.
    private func sweepLater() {
        let longest = TimeAmount(configuration.idleConnection)
        sweep = idle.first.map { oldest in
            loop.assumeIsolated().scheduleTask(deadline: oldest.idleSince + longest) {
                while let connection = self.idle.first, connection.idleSince + longest <= .now() {
                    self.idle.removeFirst()
                    connection.fail(.connectionLost)
                }
                self.sweepLater()
            }
        }
    }
}
