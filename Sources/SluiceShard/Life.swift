internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceStore
internal import SluiceTelemetry
internal import SluiceWire

/// One incarnation: owns the machine, feeds it, and carries out what it says. Everything it starts is over when ``run()``
/// returns.
struct Life {
    /// What a life is given, all of it shared and safe to share.
    struct Surroundings: Sendable {
        var configuration: ShardNodeConfiguration
        var incarnation: Incarnation
        var store: any ShardStore
        var leaseStore: any ShardStore
        var nats: NATSConnection
        var gateways: any GatewaySending
        var clock: SystemClock
        var clockGuard: ClockGuard
        var inbox: Inbox
        var metrics: ShardMetrics
        var readiness: ReadinessBoard
        var logger: Logger
    }

    private let surroundings: Surroundings
    private let statements: StatementRunner
    private let diskFull = DiskFullMemory()
    private let lease: LeaseKeeper
    private let intake: NATSIntake
    private let sends = OpenSends()
    /// Called when a next life may begin.
    private let onEnd: @Sendable () -> Void
    private var machine: ShardMachine
    private var recent = RecentOutcomes()
    private var undecodable: UInt64 = 0
    /// By the database's clock: at the first renewal.
    private var startedAt: DatabaseTime?
    /// The earliest tick under way.
    private var alarm: MonotonicTime?
    private var isLost = false

    init(_ surroundings: Surroundings, seed: UInt64, onEnd: @escaping @Sendable () -> Void) {
        let it = surroundings
        self.surroundings = it
        self.onEnd = onEnd
        machine = ShardMachine(
            configuration: ShardConfiguration(
                incarnation: it.incarnation, timers: it.configuration.timers, limits: it.configuration.limits,
                seed: seed))
        statements = StatementRunner(
            store: it.store, incarnation: it.incarnation, lookback: it.configuration.lookback, clock: it.clock,
            inbox: it.inbox, metrics: it.metrics, diskFull: diskFull, logger: it.logger)
        lease = LeaseKeeper(
            store: it.leaseStore, incarnation: it.incarnation, timers: it.configuration.timers, clock: it.clock,
            clockGuard: it.clockGuard, inbox: it.inbox, metrics: it.metrics, logger: it.logger)
        intake = NATSIntake(
            nats: it.nats, subjects: it.configuration.subjects, incarnation: it.incarnation, inbox: it.inbox,
            lease: lease, metrics: it.metrics, logger: it.logger)
    }

    /// Returns when the machine is finished, or when the task is cancelled.
    mutating func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [lease] in await lease.run() }
            group.addTask { [intake] in await intake.run() }
            while !machine.isFinished {
                let items = await surroundings.inbox.take()
                guard !items.isEmpty else { break }
                for item in items { handle(item, in: &group) }
                setAlarm(in: &group)
            }
            group.cancelAll()
            sends.cancelAll()
        }
        await sends.allEnded()
        if !isLost { await leave() }
        onEnd()
    }

    private mutating func handle(_ item: InboxItem, in group: inout DiscardingTaskGroup) {
        let now = surroundings.clock.now()
        switch item {
        case .event(let event):
            if case .sendEnded(_, let outcome) = event { recent.note(outcome, at: now) }
            for action in machine.handle(event, at: now) { perform(action, in: &group) }
            if case .batch = event { Failpoints.after(.batch) }
            if case .renewed(let renewal, _) = event {
                startedAt = startedAt ?? renewal.databaseNow
                showState(at: now)
            }
        case .stop where isLost:
            handle(.event(.stop), in: &group)
        case .stop:
            group.addTask { [surroundings] in await Self.drain(surroundings) }
        case .statusQuestion where isLost, .deviceQuestion where isLost:
            // The next incarnation answers.
            break
        case .statusQuestion(let reply):
            publish(status(at: now), to: reply)
        case .deviceQuestion(let device, let reply):
            guard let view = machine.view(of: device, at: now) else { return }
            publish(DeviceState(view, reading: machine.reading), to: reply)
        case .undecodable:
            undecodable += 1
        }
    }

    // MARK: Actions

    private mutating func perform(_ action: ShardAction, in group: inout DiscardingTaskGroup) {
        switch action {
        case .publish(let report):
            publish(report, to: surroundings.configuration.subjects.credit)
        case .restart:
            isLost = true
            onEnd()
        case .finished:
            break
        case .send(let id, let reservation, let device, let latestStart):
            send(id, reservation, device, latestStart: latestStart)
        case .pollState(let device):
            group.addTask { [surroundings] in
                let condition = await surroundings.gateways.condition(of: device)
                surroundings.inbox.put(.event(.polled(device.id, condition)))
            }
        default:
            group.addTask { [statements] in await Self.execute(action, statements) }
        }
    }

    private static func execute(_ action: ShardAction, _ statements: StatementRunner) async {
        switch action {
        case .readVersions(let id): await statements.readVersions(id)
        case .readOwnership(let id): await statements.readOwnership(id)
        case .takeOver(let id, let slots): await statements.takeOver(id, slots)
        case .loadDevices(let id, let slots): await statements.loadDevices(id, slots)
        case .fetchBatch(let id, let batch): await statements.fetchBatch(id, batch)
        case .reserve(let id, let requests): await statements.reserve(id, requests)
        case .settle(let id, let settlements): await statements.settle(id, settlements)
        case .setAside(let id, let settlements): await statements.setAside(id, settlements)
        case .release(let id, let claims): await statements.release(id, claims)
        case .abortLost(let id, let claims): await statements.abortLost(id, claims)
        case .reportFault(let id, let claim, let fault): await statements.reportFault(id, claim, fault)
        case .giveUp(let id, let slots): await statements.giveUp(id, slots)
        case .record(let device, let condition, let detail): await statements.record(device, condition, detail: detail)
        case .send, .pollState, .publish, .restart, .finished: break
        }
    }

    private func send(
        _ id: SendID, _ reservation: Reservation, _ device: DeviceProfile, latestStart: MonotonicTime
    ) {
        let start = surroundings.clock.now()
        let attempt = surroundings.gateways.attempt(reservation, on: device, latestStart: latestStart)
        sends.start(id, attempt) { [surroundings] outcome in
            let took = surroundings.clock.now() - start
            surroundings.metrics.ended(outcome, took: took)
            surroundings.logger.trace(
                "attempt ended",
                metadata: [
                    "message_id": "\(reservation.message)", "device_id": "\(device.id.rawValue)",
                    "outcome": "\(outcome.name)", "took_ms": "\(took.wholeMicroseconds / 1_000)",
                ])
            if case .unknown(let code, _) = outcome {
                surroundings.logger.warning(
                    "outcome unknown",
                    metadata: [
                        "message_id": "\(reservation.message)", "device_id": "\(device.id.rawValue)", "code": "\(code)",
                    ])
            }
            Failpoints.after(.response)
            surroundings.inbox.put(.event(.sendEnded(id, outcome)))
        }
    }

    /// Says that this node is stopping, so that the leader does not give back what is given up, then stops.
    private static func drain(_ surroundings: Surroundings) async {
        do {
            try await surroundings.store.drain(surroundings.incarnation)
        } catch {
            surroundings.logger.warning("could not say that this node stops", metadata: ["error": "\(error)"])
        }
        surroundings.inbox.put(.event(.stop))
    }

    private func leave() async {
        do {
            try await surroundings.leaseStore.leave(surroundings.incarnation)
            surroundings.logger.notice("left")
        } catch {
            surroundings.logger.warning(
                "could not leave; the lease runs out by itself", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Time

    /// A due time may be centuries away. An alarm that an earlier one has overtaken rings all the same, and until then it
    /// takes memory: few are under way.
    private static let longestSleep: Duration = .seconds(10)

    /// Has a tick come when the machine wants one. A tick that comes for nothing is harmless, so none is taken back.
    private mutating func setAlarm(in group: inout DiscardingTaskGroup) {
        let now = surroundings.clock.now()
        if let alarm, alarm <= now { self.alarm = nil }
        guard let wake = machine.nextWake(after: now).map({ min($0, now + Self.longestSleep) }),
            alarm.map({ wake < $0 }) ?? true
        else { return }
        alarm = max(wake, now)
        group.addTask { [inbox = surroundings.inbox] in
            // Cancelled means the life is over: the tick finds no reader.
            try? await Task.sleep(for: max(wake - now, .zero), tolerance: .zero)
            inbox.put(.event(.tick))
        }
    }

    // MARK: What it says of itself

    /// A report that is not published is missed by its number, and asked for; a question that gets no answer is asked again.
    private func publish(_ message: some WireMessage, to subject: String) {
        do {
            try surroundings.nats.publish(subject, payload: message.encoded())
        } catch {
            surroundings.logger.debug("not published", metadata: ["subject": "\(subject)", "error": "\(error)"])
        }
    }

    private mutating func status(at now: MonotonicTime) -> NodeStatus {
        let node = surroundings.configuration.node
        var status = NodeStatus(
            name: node.name, incarnation: surroundings.incarnation, role: .shard, version: node.version,
            host: node.host, startedAt: startedAt ?? DatabaseTime(microseconds: 0))
        status.renewalAge = lease.lastGood.map { now - $0 } ?? .zero
        status.messagesDropped = surroundings.inbox.dropped
        let counters = machine.counters
        status.messagesIgnored = UInt64(counters.ignoredBatches + counters.ignoredClaims) + undecodable
        status.problems = surroundings.readiness.current.reasons.map(\.code)
        if diskFull.isFresh(at: now) { status.problems.append(NodeProblem.diskFull) }
        status.shard = ShardStatus(machine.view(at: now), lastMinute: recent.lastMinute(at: now))
        return status
    }

    private func showState(at now: MonotonicTime) {
        let load = machine.load
        let isReady = machine.isReady(at: now)
        surroundings.metrics.gauge(
            openRequests: load.openRequests, queuedClaims: load.queuedClaims, isReady: isReady)
        surroundings.readiness.show(
            isReady: isReady, isConnected: surroundings.nats.state == .connected, trustedUntil: machine.trustedUntil)
    }
}
