internal import SluiceCore

/// Shards, coordinators, a store, a bus and gateways on one timeline.
struct Cluster {
    let seed: UInt64
    let settings: SimulationSettings
    let schedule: FaultSchedule
    var generator: SeededGenerator
    var timeline = Timeline()
    var trace = TraceHash()
    /// Nanoseconds since the start.
    var now: Int64 = 0
    var hazards = Hazards()
    var faultCounts = [Int](repeating: 0, count: Fault.Kind.allCases.count)
    var healedAt: Int64 = 0
    var journal = Journal()
    var staleBatches = 0
    /// What happened, in words; nil while nobody wants to read it.
    var story: [String]?
    let limits: ShardLimits
    var isDatabaseDead = false
    var wasDatabaseClockSet = false
    private var nextLook: Int64 = 0
    /// The store as it would be after a crash of the database; kept while one is near.
    var onDisk: SimulatedStore?

    var store: SimulatedStore
    var gateway: SimulatedGateway
    var shards: [NodeProcess] = []
    var shardLives: [ShardLife] = []
    var coordinators: [NodeProcess] = []
    var coordinatorLives: [CoordinatorLife] = []
    var databaseClock: DatabaseClock
    /// By which the gateways measure how late they may accept, and date their log.
    let gatewayClock: NodeClock

    init(seed: UInt64, faults: FaultSchedule, settings: SimulationSettings) {
        self.seed = seed
        self.settings = settings
        schedule = faults
        limits = settings.shardLimits
        generator = SeededGenerator(seed: seed)
        databaseClock = DatabaseClock(Self.clock(settings, using: &generator))
        gatewayClock = Self.clock(settings, using: &generator)
        store = Scene.store(settings, start: databaseClock.reading(at: 0), using: &generator)
        gateway = SimulatedGateway(devices: settings.devices, outage: .seconds(3) * settings.pace)
        for number in 0..<settings.shards {
            shards.append(NodeProcess(name: "shard-\(number)", clock: Self.clock(settings, using: &generator)))
            start(.shard(number))
        }
        for number in 0..<settings.coordinators {
            coordinators.append(
                NodeProcess(name: "coordinator-\(number)", clock: Self.clock(settings, using: &generator)))
            start(.coordinator(number))
        }
        for (number, fault) in faults.faults.enumerated() {
            timeline.plan(.faultBegins(number), at: fault.begins * 1_000_000)
            timeline.plan(.faultEnds(number), at: fault.ends * 1_000_000)
        }
        healedAt = settings.faultPhase * 1_000_000
        timeline.plan(.heal, at: healedAt)
        for confirmation in Self.confirmations(settings, healedAt) { timeline.plan(.confirmClock, at: confirmation) }
    }

    /// A day after the heal, when all that counts was sent under a right clock; and again, for who wrote a step down
    /// late.
    private static func confirmations(_ settings: SimulationSettings, _ healedAt: Int64) -> [Int64] {
        (0..<8).map { healedAt + (45 + $0 * 5) * 1_000_000_000 * Int64(settings.pace) }
    }

    private static func clock(_ settings: SimulationSettings, using generator: inout SeededGenerator) -> NodeClock {
        NodeClock(
            offset: Int64.random(in: 1_000...1_000_000, using: &generator) * 1_000_000,
            ppm: Int64.random(in: -settings.driftPPM...settings.driftPPM, using: &generator))
    }

    // MARK: Running

    /// To rest, or to the end of the time that rest may take.
    mutating func run() {
        let end = healedAt + settings.rest.nanoseconds
        var isOver: Int64?
        nextLook = healedAt
        while let (time, occurrence) = timeline.next(), time < isOver ?? end {
            now = time
            store.instant = time
            happen(occurrence)
            // What is settled, released and given back last comes within a claim's life.
            if isOver == nil, now > nextLook, isAtRest() {
                isOver = min(end, now + 15_000_000_000 * Int64(settings.pace))
            }
        }
    }

    var hasSteps: Bool { schedule.faults.contains { $0.kind == .databaseStep } }

    /// Looks ten times a second, because a look costs more than most events.
    private mutating func isAtRest() -> Bool {
        nextLook = now + 100_000_000
        return store.contacts.allSatisfy { $0.status != .active && $0.state == .idle } && store.settlesLeft.isEmpty
    }

    var databaseNow: DatabaseTime { databaseClock.reading(at: now) }

    mutating func plan(_ occurrence: Occurrence, after delay: Int64) { timeline.plan(occurrence, at: now + delay) }

    /// A delay in microseconds, as nanoseconds.
    mutating func delay(_ microseconds: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: microseconds, using: &generator) * 1_000
    }

    private mutating func happen(_ occurrence: Occurrence) {
        switch occurrence {
        case .faultBegins(let number): begin(schedule.faults[number])
        case .faultEnds(let number): end(schedule.faults[number])
        case .heal: heal()
        case .confirmClock: confirmClock()
        case .databaseDies: loseWhatIsNotOnDisk()
        case .databaseClockIsSet(let step): setDatabaseClock(ahead: step)
        case .batchArrives(let batch): deliver(batch)
        case .reportArrives(let report): deliver(report)
        case .beaconArrives(let beacon): deliver(beacon)
        case .requestArrives(let request): arrive(request)
        default:
            if !holdForFrozen(occurrence) { happenOnNode(occurrence) }
        }
    }

    private mutating func happenOnNode(_ occurrence: Occurrence) {
        switch occurrence {
        case .register(let node, let process): register(node, process)
        case .registered(let node, let process, let incarnation, let asked):
            registered(node, process, incarnation, asked: asked)
        case .renewShard, .commitShardRenewal, .shardRenewed, .shardTick, .toShard,
            .commitShard, .write:
            happenOnShard(occurrence)
        default: happenOnCoordinator(occurrence)
        }
    }

    /// A line of the story.
    mutating func tell(_ who: String, _ event: Any, _ actions: [Any]) {
        guard story != nil else { return }
        story?.append("\(now / 1_000_000) ms \(who): \(event)" + actions.map { "\n    → \($0)" }.joined())
    }

    func report() -> RunReport {
        let checker = InvariantChecker(
            log: gateway.log, store: store, clock: databaseClock, gatewayClock: gatewayClock, journal: journal,
            healedAt: healedAt, hasSteps: hasSteps, settings: settings)
        let verdict = checker.check()
        return RunReport(
            seed: seed, traceHash: trace.value, seconds: Double(now) / 1e9, faults: faultCounts,
            sends: gateway.log.count, unknown: store.ledger.count { $0.state == .unknown },
            fullKeys: verdict.fullKeys, capKeys: verdict.capKeys, crashPoints: journal.crashPoints,
            staleBatches: staleBatches,
            waits: verdict.waits, violations: journal.found + verdict.violations)
    }
}
