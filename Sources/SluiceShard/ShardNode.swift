public import Logging
public import NATSDriver
public import ServiceLifecycle
internal import SluiceCore
internal import SluiceFailpoints
public import SluiceStore
public import SluiceTelemetry
internal import Synchronization

/// A shard node: registers, owns what the leader gives it, sends, and stops gracefully.
public final class ShardNode: Service, Sendable {
    private struct State {
        /// Of the lives that run: the present one's, and those of lost ones that still settle.
        var inboxes: [Incarnation: Inbox] = [:]
        var isStopping = false
    }

    private let configuration: ShardNodeConfiguration
    private let store: any ShardStore
    private let leaseStore: any ShardStore
    private let nats: NATSConnection
    private let gateways: any GatewaySending
    private let logger: Logger
    private let clock = SystemClock()
    private let clockGuard: ClockGuard
    private let metrics = ShardMetrics()
    private let board: ReadinessBoard
    private let state = Mutex(State())

    /// Unasked items that may wait while the machine is busy.
    private static let inboxBound = 8_192
    private static let registerAgainAfter: Duration = .seconds(1)

    /// - Parameters:
    ///   - store: for everything but the lease.
    ///   - leaseStore: on a connection of its own, so that a renewal never queues behind work.
    ///   - nats: opened with `retryInitialConnect`; the node works without a server, by polling.
    public init(
        configuration: ShardNodeConfiguration, store: any ShardStore, leaseStore: any ShardStore, nats: NATSConnection,
        gateways: any GatewaySending, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.leaseStore = leaseStore
        self.nats = nats
        self.gateways = gateways
        self.logger = logger
        clockGuard = ClockGuard(node: configuration.node.name)
        board = ReadinessBoard(clock: clock)
    }

    /// What keeps this node from doing its work; reads what it knows and asks nobody.
    public func readiness() async -> Readiness { board.current }

    /// Runs until it is told to stop gracefully or cancelled. Throws when another live node has this name, or the
    /// database's schema is not this build's.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                while let incarnation = try await register() {
                    // One life's end starts the next; a buffer of one, because it may be said twice.
                    let (ended, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                    var life = begin(incarnation) { end.finish() }
                    group.addTask {
                        await life.run()
                        self.state.withLock { $0.inboxes[incarnation] = nil }
                    }
                    for await _ in ended {}
                    try Task.checkCancellation()
                }
            }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    private func stop() {
        let inboxes = state.withLock { state in
            state.isStopping = true
            return Array(state.inboxes.values)
        }
        for inbox in inboxes { inbox.put(.stop) }
    }

    private func begin(_ incarnation: Incarnation, onEnd: @escaping @Sendable () -> Void) -> Life {
        let inbox = Inbox(bound: Self.inboxBound)
        let isStopping = state.withLock { state in
            state.inboxes[incarnation] = inbox
            return state.isStopping
        }
        if isStopping { inbox.put(.stop) }
        var logger = logger
        logger[metadataKey: "incarnation"] = "\(incarnation.rawValue)"
        let surroundings = Life.Surroundings(
            configuration: configuration, incarnation: incarnation, store: store, leaseStore: leaseStore, nats: nats,
            gateways: gateways, clock: clock, clockGuard: clockGuard, inbox: inbox, metrics: metrics, readiness: board,
            logger: logger)
        return Life(surroundings, seed: UInt64.random(in: .min ... .max), onEnd: onEnd)
    }

    /// Tries until it has an incarnation; nil when the node is to stop.
    private func register() async throws -> Incarnation? {
        let outage = OutageLog("registration", logger: logger)
        let start = clock.now()
        while !state.withLock({ $0.isStopping }) {
            do {
                Failpoints.before(.register)
                let incarnation = try await leaseStore.register(node: configuration.node)
                Failpoints.after(.register)
                outage.worked()
                logger.notice("registered", metadata: ["incarnation": "\(incarnation.rawValue)"])
                return incarnation
            } catch let error as StoreError {
                var pause = Self.registerAgainAfter
                switch error {
                case .nameInUse(_, let lapsesIn):
                    // A node that was killed holds its name until its lease lapses; one that lives holds it for longer.
                    guard clock.now() - start < configuration.timers.lease * 2 else { throw error }
                    // Not later: the leader is about to give its slots away.
                    pause = min(pause, lapsesIn + .milliseconds(1))
                case .database(let cause): outage.failed(cause)
                default: throw error
                }
                try await Task.sleep(for: pause)
            }
        }
        return nil
    }
}
