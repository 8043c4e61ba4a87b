public import Logging
public import NATSDriver
public import ServiceLifecycle
internal import SluiceCore
internal import SluiceFailpoints
public import SluiceStore
public import SluiceTelemetry
internal import Synchronization

/// A coordinator node: stands by, leads when the lead is free, and goes on until it is told to stop.
///
/// The store's pools and the NATS connection are run by whoever made them and must outlive `run()`.
public struct Coordinator: Service {
    private let configuration: CoordinatorConfiguration
    private let store: any CoordinatorStore & WorkStore
    private let notifications: StoreNotifications
    private let nats: NATSConnection
    private let metrics = CoordinatorMetrics()
    private let logger: Logger
    private let current = CurrentLife()
    private let clockGuard: ClockGuard

    public init(
        configuration: CoordinatorConfiguration, store: any CoordinatorStore & WorkStore,
        notifications: StoreNotifications, nats: NATSConnection, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.notifications = notifications
        self.nats = nats
        self.logger = logger
        clockGuard = ClockGuard(node: configuration.name)
    }

    /// Runs until a graceful shutdown or until cancelled. Throws when another live node has this name.
    ///
    /// A graceful shutdown leaves: the standby may lead at once. A cancelled coordinator's lease runs out by itself.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            let outage = OutageLog("registration", logger: logger)
            var pace = RetryPace(first: .milliseconds(200), cap: .seconds(2))
            var start = SystemClock().now()
            while !Task.isCancelled {
                if let parts = try await register(outage, tryingSince: start) {
                    pace.worked()
                    current.set(parts)
                    await CoordinatorLife(parts: parts).run()
                    start = SystemClock().now()
                } else {
                    pace.failed()
                    await pace.wait()
                }
            }
        }
        await leave()
    }

    /// Whether the node does its work: it holds a lease and hears NATS. A standby is ready.
    public func readiness() async -> Readiness {
        var reasons: [Readiness.Reason] = []
        if !current.isTrusted {
            let detail = "no lease in the database: it is unreachable or not migrated"
            reasons.append(.init(code: "no_lease", detail: detail))
        }
        if nats.state != .connected {
            reasons.append(.init(code: "nats_unreachable", detail: "NATS is \(nats.state); batches reach shards late"))
        }
        return Readiness(reasons: reasons)
    }

    /// Starts an incarnation; nil when that failed.
    private func register(
        _ outage: OutageLog, tryingSince first: MonotonicTime
    ) async throws -> CoordinatorParts? {
        let node = NodeRegistration(
            name: configuration.name, role: .coordinator, version: configuration.version, host: configuration.host,
            lease: configuration.timers.lease)
        let start = SystemClock().now()
        do {
            Failpoints.before(.register)
            let incarnation = try await store.register(node: node)
            Failpoints.after(.register)
            outage.worked()
            logger.notice("registered", metadata: ["incarnation": "\(incarnation.rawValue)"])
            return CoordinatorParts(
                configuration: configuration, incarnation: incarnation, store: store, notifications: notifications,
                nats: nats, lead: LeadState(lease: Lease(takenAt: start, timers: configuration.timers)),
                clockGuard: clockGuard,
                metrics: metrics, logger: logger)
        } catch StoreError.nameInUse(let name, let lapsesIn) {
            // A node that was killed holds its name until its lease lapses; one that lives holds it for longer.
            guard start - first < configuration.timers.lease * 2 else {
                throw StoreError.nameInUse(name: name, lapsesIn: lapsesIn)
            }
            return nil
        } catch {
            if !Task.isCancelled { outage.failed(error) }
            return nil
        }
    }

    private func leave() async {
        // Cancelled instead of asked to stop: no statement would be sent any more.
        guard let parts = current.parts, !Task.isCancelled else { return }
        do {
            try await store.leave(parts.incarnation, leading: parts.lead.term)
            logger.notice("left", metadata: ["incarnation": "\(parts.incarnation.rawValue)"])
        } catch {
            logger.warning("could not leave; the lease runs out by itself", metadata: ["error": "\(error)"])
        }
    }
}

/// The present incarnation, for those who ask from outside its loops.
private final class CurrentLife: Sendable {
    private let held = Mutex<CoordinatorParts?>(nil)

    var parts: CoordinatorParts? { held.withLock { $0 } }

    var isTrusted: Bool {
        guard let parts else { return false }
        return parts.lead.isTrusted(at: parts.now)
    }

    func set(_ parts: CoordinatorParts) { held.withLock { $0 = parts } }
}
