internal import Logging
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceStore
internal import SluiceTelemetry
internal import Synchronization

/// Renews the lease every second, and at once when somebody says that something changed.
final class LeaseKeeper: Sendable {
    private let store: any ShardStore
    private let incarnation: Incarnation
    private let timers: Timers
    private let clock: SystemClock
    private let clockGuard: ClockGuard
    private let inbox: Inbox
    private let metrics: ShardMetrics
    private let logger: Logger
    private let outage: OutageLog
    /// The start of the last renewal that was tried, and of the last good one.
    private let times = Mutex<(tried: MonotonicTime?, good: MonotonicTime?)>((nil, nil))

    /// Least time between two renewals that are asked for.
    private static let pokeEvery: Duration = .milliseconds(100)

    /// `store`: on a connection of its own.
    init(
        store: any ShardStore, incarnation: Incarnation, timers: Timers, clock: SystemClock, clockGuard: ClockGuard,
        inbox: Inbox, metrics: ShardMetrics, logger: Logger
    ) {
        self.store = store
        self.incarnation = incarnation
        self.timers = timers
        self.clock = clock
        self.clockGuard = clockGuard
        self.inbox = inbox
        self.metrics = metrics
        self.logger = logger
        outage = OutageLog("lease renewal", logger: logger)
    }

    /// The start of the last good renewal.
    var lastGood: MonotonicTime? { times.withLock { $0.good } }

    /// Renews until the lease is lost or the task is cancelled.
    func run() async {
        await LeaseCycle(timers: timers, now: clock.now).run(renew)
    }

    /// Renews now, unless that has just been done: the answer names the versions of what may have changed.
    func poke() async {
        let now = clock.now()
        let tried = times.withLock { $0.tried }
        guard tried.map({ now - $0 >= Self.pokeEvery }) ?? true else { return }
        _ = await renew(at: now)
    }

    /// Throws when the database's clock has stepped and that could not be written down.
    private func checkClock(_ database: DatabaseTime, sent: MonotonicTime) async throws {
        let reading = ClockReading(database: database, sent: sent, received: clock.nowAwakeOrAsleep())
        let parting = try await clockGuard.check(reading) { try await store.noteClockStep(of: $0, seenBy: $1) }
        guard let parting else { return }
        logger.error("the database's clock has stepped", metadata: ["seconds": "\(parting / .seconds(1))"])
    }

    private func renew(at start: MonotonicTime) async -> LeaseCycle.Attempt {
        times.withLock { $0.tried = start }
        let sent = clock.nowAwakeOrAsleep()
        do {
            Failpoints.before(.renew)
            let renewal = try await store.renew(incarnation)
            Failpoints.after(.renew)
            let received = clock.now()
            try await checkClock(renewal.databaseNow, sent: sent)
            metrics.statement(.renew, took: received - start, succeeded: true)
            times.withLock { $0.good = max($0.good ?? start, start) }
            let reading = ClockReading(database: renewal.databaseNow, sent: start, received: received)
            inbox.put(.event(.renewed(renewal, reading)))
            outage.worked()
            return .renewed
        } catch StoreError.leaseLost {
            logger.warning("lease lost; starting anew")
            inbox.put(.event(.leaseLost))
            return .over
        } catch {
            metrics.statement(.renew, took: clock.now() - start, succeeded: false)
            if !Task.isCancelled { outage.failed(error) }
            return .failed
        }
    }
}
