internal import Logging
internal import SluiceCore
internal import SluiceStore
internal import SluiceTelemetry
internal import Synchronization

/// Renews the lease every second, and at once when somebody says that something changed.
final class LeaseKeeper: Sendable {
    private let store: any ShardStore
    private let incarnation: Incarnation
    private let timers: Timers
    private let clock: SystemClock
    private let inbox: Inbox
    private let metrics: ShardMetrics
    private let logger: Logger
    /// The start of the last renewal that was tried, and of the last good one.
    private let times = Mutex<(tried: MonotonicTime?, good: MonotonicTime?)>((nil, nil))

    /// Least time between two renewals that are asked for.
    private static let pokeEvery: Duration = .milliseconds(100)

    /// `store`: on a connection of its own.
    init(
        store: any ShardStore, incarnation: Incarnation, timers: Timers, clock: SystemClock, inbox: Inbox,
        metrics: ShardMetrics, logger: Logger
    ) {
        self.store = store
        self.incarnation = incarnation
        self.timers = timers
        self.clock = clock
        self.inbox = inbox
        self.metrics = metrics
        self.logger = logger
    }

    /// The start of the last good renewal.
    var lastGood: MonotonicTime? { times.withLock { $0.good } }

    /// Renews until the lease is lost or the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let start = clock.now()
            guard await renew(at: start) else { return }
            let rest = timers.renewEvery - (clock.now() - start)
            guard rest > .zero else { continue }
            // Cancelled means the life is over: the loop's condition says so.
            try? await Task.sleep(for: rest)
        }
    }

    /// Renews now, unless that has just been done: the answer names the versions of what may have changed.
    func poke() async {
        let now = clock.now()
        let tried = times.withLock { $0.tried }
        guard tried.map({ now - $0 >= Self.pokeEvery }) ?? true else { return }
        _ = await renew(at: now)
    }

    /// False when the lease is lost.
    private func renew(at start: MonotonicTime) async -> Bool {
        times.withLock { $0.tried = start }
        do {
            let renewal = try await store.renew(incarnation)
            let received = clock.now()
            metrics.statement("renew", took: received - start, succeeded: true)
            times.withLock { $0.good = max($0.good ?? start, start) }
            let reading = ClockReading(database: renewal.databaseNow, sent: start, received: received)
            inbox.put(.event(.renewed(renewal, reading)))
        } catch StoreError.leaseLost {
            logger.warning("lease lost")
            inbox.put(.event(.leaseLost))
            return false
        } catch {
            metrics.statement("renew", took: clock.now() - start, succeeded: false)
            logger.warning("lease not renewed", metadata: ["error": "\(error)"])
        }
        return true
    }
}
