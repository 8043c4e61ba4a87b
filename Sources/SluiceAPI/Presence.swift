import Logging
import NATSDriver
import SluiceCore
import SluiceStore
import SluiceTelemetry
import SluiceWire
import Synchronization

/// The API as one of the cluster's nodes: holds a lease, so that everybody knows of it, and answers over NATS how it
/// is.
///
/// States: unregistered → registered ⇄ lapsed (registers again, as a new incarnation). It owns nothing, so none of them
/// keeps a request from being served, and a lapsed one still answers for its last incarnation.
final class Presence: Sendable {
    private struct Life {
        var incarnation: Incarnation
        /// Of the incarnation; known from its first renewal on.
        var startedAt: DatabaseTime?
        /// The start of the last good renewal.
        var renewed: MonotonicTime
    }

    private let configuration: APIConfiguration
    private let leases: NodeLifecycle
    private let nats: NATSConnection
    private let served: ServedRequests
    private let logger: Logger
    private let clock = SystemClock()
    private let life = Mutex<Life?>(nil)

    /// - Parameter leases: on a connection of its own.
    init(
        configuration: APIConfiguration, leases: NodeLifecycle, nats: NATSConnection, served: ServedRequests,
        logger: Logger
    ) {
        self.configuration = configuration
        self.leases = leases
        self.nats = nats
        self.served = served
        self.logger = logger
    }

    /// Runs until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.answer() }
            await keepLease()
            group.cancelAll()
        }
    }

    /// Gives the lease back, so that a successor of this name need not wait for its end.
    func leave() async {
        guard let incarnation = life.withLock({ $0?.incarnation }) else { return }
        do {
            try await leases.leave(incarnation)
            logger.notice("left", metadata: ["incarnation": "\(incarnation.rawValue)"])
        } catch {
            logger.warning("could not leave; the lease runs out by itself", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The lease

    private func keepLease() async {
        let registration = OutageLog("registration", logger: logger)
        let renewal = OutageLog("lease renewal", logger: logger)
        var pace = RetryPace(first: .milliseconds(200), cap: .seconds(2))
        let cycle = LeaseCycle(timers: configuration.timers, now: clock.now)
        while !Task.isCancelled {
            if let incarnation = await register(registration) {
                pace.worked()
                await cycle.run { start in await self.renew(incarnation, at: start, renewal) }
            } else {
                pace.failed()
                await pace.wait()
            }
        }
    }

    /// Nil when that failed, also because the last process of this name was killed and its lease still runs.
    private func register(_ outage: OutageLog) async -> Incarnation? {
        let start = clock.now()
        do {
            let incarnation = try await leases.register(configuration.node)
            life.withLock { $0 = Life(incarnation: incarnation, renewed: start) }
            outage.worked()
            logger.notice("registered", metadata: ["incarnation": "\(incarnation.rawValue)"])
            return incarnation
        } catch {
            if !Task.isCancelled { outage.failed(error) }
            return nil
        }
    }

    private func renew(
        _ incarnation: Incarnation, at start: MonotonicTime, _ outage: OutageLog
    ) async -> LeaseCycle.Attempt {
        do {
            let databaseNow = try await leases.renew(incarnation)
            life.withLock { life in
                life?.renewed = start
                if life?.startedAt == nil { life?.startedAt = databaseNow }
            }
            outage.worked()
            return .renewed
        } catch StoreError.leaseLost {
            logger.warning("lease lost; starting anew")
            return .over
        } catch {
            if !Task.isCancelled { outage.failed(error) }
            return .failed
        }
    }

    // MARK: What it says of itself

    private func answer() async {
        let outage = OutageLog("status questions", logger: logger)
        await nats.follow(configuration.subjects.status, onAttempt: outage.note) { request in
            guard let reply = request.inbox, var status = self.status else { return }
            status.messagesDropped = await self.nats.statistics().dropped
            do {
                try self.nats.publish(reply, payload: status.encoded())
            } catch {
                self.logger.debug("a status was not sent", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Nil before the first registration: nobody knows of it yet.
    private var status: NodeStatus? {
        guard let life = life.withLock({ $0 }) else { return nil }
        let node = configuration.node
        var status = NodeStatus(
            name: node.name, incarnation: life.incarnation, role: node.role, version: node.version, host: node.host,
            startedAt: life.startedAt ?? DatabaseTime(microseconds: 0))
        status.renewalAge = clock.now() - life.renewed
        if status.renewalAge > configuration.timers.renewEvery * 2 { status.problems.append("renewal_late") }
        status.api = APIStatus(requestsServed: served.count)
        return status
    }
}
