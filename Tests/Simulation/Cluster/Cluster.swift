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

    var store: SimulatedStore
    var gateway: SimulatedGateway
    var shards: [NodeProcess] = []
    var shardLives: [ShardLife] = []
    var coordinators: [NodeProcess] = []
    var coordinatorLives: [CoordinatorLife] = []
    let databaseClock: NodeClock

    init(seed: UInt64, faults: FaultSchedule, settings: SimulationSettings) {
        self.seed = seed
        self.settings = settings
        schedule = faults
        generator = SeededGenerator(seed: seed)
        databaseClock = Self.clock(settings, using: &generator)
        store = Self.store(settings, clock: databaseClock, using: &generator)
        gateway = SimulatedGateway(devices: settings.devices)
        for number in 0..<settings.shards {
            shards.append(NodeProcess(name: "shard-\(number)", clock: Self.clock(settings, using: &generator)))
            startShard(number)
        }
        for number in 0..<settings.coordinators {
            coordinators.append(
                NodeProcess(name: "coordinator-\(number)", clock: Self.clock(settings, using: &generator)))
            startCoordinator(number)
        }
        for (number, fault) in faults.faults.enumerated() {
            timeline.plan(.faultBegins(number), at: fault.begins * 1_000_000)
            timeline.plan(.faultEnds(number), at: fault.ends * 1_000_000)
        }
        healedAt = Int64(settings.faultSeconds) * 1_000_000_000
        timeline.plan(.heal, at: healedAt)
    }

    private static func clock(_ settings: SimulationSettings, using generator: inout SeededGenerator) -> NodeClock {
        NodeClock(
            offset: Int64.random(in: 1_000...1_000_000, using: &generator) * 1_000_000,
            ppm: Int64.random(in: -settings.driftPPM...settings.driftPPM, using: &generator))
    }

    private static func store(
        _ settings: SimulationSettings, clock: NodeClock, using generator: inout SeededGenerator
    ) -> SimulatedStore {
        var profiles: [DeviceProfile] = []
        var lanes: [Lane] = []
        for number in 0..<settings.devices {
            let key = min(number, settings.devices - 2)
            profiles.append(profile(number, key: key, settings))
            for lane in 0..<Int.random(in: 1...2, using: &generator) {
                lanes.append(
                    Lane(
                        id: LaneID(rawValue: Int64(number * 4 + lane + 1)), device: Numbered.device(number),
                        priorityClass: PriorityClass(priority: lane * 30 + 1), isRunnable: true, nextDue: nil))
            }
        }
        let start = clock.reading(at: 0).database
        let contacts = (0..<settings.contacts).map { _ in
            let lane = lanes.randomElement(using: &generator) ?? lanes[0]
            return ContactRecord(
                device: Numbered.number(of: lane.device), lane: lane.id,
                steps: Int32.random(in: 1...Int32(settings.steps), using: &generator),
                continuesOnUnknown: Bool.random(using: &generator),
                due: start + .milliseconds(Int64.random(in: 0...30_000, using: &generator)))
        }
        return SimulatedStore(
            profiles: profiles, lanes: lanes, contacts: contacts,
            slots: HashSlot.all.prefix(settings.slots).map { $0 }, lease: settings.timers.lease)
    }

    private static func profile(_ number: Int, key: Int, _ settings: SimulationSettings) -> DeviceProfile {
        let windows = settings.windows
        return DeviceProfile(
            id: Numbered.device(number), name: "d\(number)", workspace: "w", capKey: "key\(key)",
            slot: HashSlot(rawValue: UInt16(key % settings.slots)) ?? HashSlot.all[HashSlot.all.startIndex],
            caps: Caps(
                windows: [
                    .init(length: windows.hour, limit: settings.hourLimit, margin: windows.hourMargin),
                    .init(length: windows.day, limit: settings.dayLimit, margin: windows.dayMargin),
                ], concurrency: 1 + key % 3),
            gap: key % 4 == 1 ? .milliseconds(100) ... .milliseconds(900) : .zero ... .zero,
            gateway: GatewayProfile(
                dialect: number % 3 == 2 ? "webhook" : "gowa", baseURL: "http://h\(number % Hazards.hosts)",
                credentials: [:], httpTimeout: settings.httpTimeout, acceptsLateFor: settings.acceptsLateFor),
            gatewayDevice: "d\(number)", condition: .connected, isPaused: false, historyFrom: nil)
    }

    // MARK: Running

    /// To rest, or to the end of the time that rest may take.
    mutating func run() {
        let end = healedAt + Int64(settings.restSeconds) * 1_000_000_000
        var isOver: Int64?
        while let (time, occurrence) = timeline.next(), time < isOver ?? end {
            now = time
            happen(occurrence)
            // What is settled, released and given back last comes within a claim's life.
            if isOver == nil, now > healedAt, isAtEnd { isOver = min(end, now + 15_000_000_000) }
        }
    }

    private var isAtEnd: Bool {
        store.contacts.allSatisfy { $0.status != .active }
    }

    var databaseNow: DatabaseTime { databaseClock.reading(at: now).database }

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
        case .batchArrives(let batch): deliver(batch)
        case .reportArrives(let report): deliver(report)
        case .beaconArrives(let term, let assignment, let control):
            deliver(term, assignment: assignment, control: control)
        case .requestArrives(let request): arrive(request)
        default:
            if !holdForFrozen(occurrence) { happenOnNode(occurrence) }
        }
    }

    private mutating func happenOnNode(_ occurrence: Occurrence) {
        switch occurrence {
        case .registerShard, .shardRegistered, .renewShard, .commitShardRenewal, .shardRenewed, .shardTick, .toShard,
            .commitShard, .write:
            happenOnShard(occurrence)
        default: happenOnCoordinator(occurrence)
        }
    }

    func report() -> RunReport {
        let checker = InvariantChecker(
            log: gateway.log, store: store, clock: databaseClock, healedAt: healedAt, settings: settings)
        let verdict = checker.check()
        return RunReport(
            seed: seed, traceHash: trace.value, seconds: Double(now) / 1e9, faults: faultCounts,
            sends: gateway.log.count, unknown: store.ledger.count { $0.state == .unknown },
            fullKeys: verdict.fullKeys, capKeys: verdict.capKeys, violations: verdict.violations)
    }
}

extension MonotonicTime {
    /// The database's clock is one of ours, at another resolution.
    var database: DatabaseTime { DatabaseTime(microseconds: nanoseconds / 1_000) }
}
