internal import SluiceCore
internal import SluiceWire
internal import TestSupport

extension FuzzSubject {
    /// What messages of the bus do to a leader and to a shard once they decode. An input is a protobuf message of
    /// messages: the number of a field is its kind.
    static let machines = [leader, shard]

    private static let credit: UInt64 = 1
    private static let wake: UInt64 = 2
    private static let batch: UInt64 = 3
    private static let beacon: UInt64 = 4

    /// A leader of the term, the shard and the devices that the samples name.
    private static let leader = FuzzSubject(
        "machine.leader", .protobuf,
        examples: [
            ProtobufFields.field(credit, Sample.report.encoded()),
            ProtobufFields.field(wake, Wake(reason: .lanes, lanes: [Sample.due]).encoded())
                + ProtobufFields.field(credit, Sample.report.encoded()),
        ]
    ) { bytes in
        var machine = ReadyMachines.leader
        var now = ReadyMachines.start
        var isAccepted = false
        for (kind, message) in messages(bytes) {
            let event: CoordinatorEvent? =
                switch kind {
                case credit: (try? CreditReport(decoding: message)).map { .creditReport($0) }
                case wake: (try? Wake(decoding: message)).map { .lanesDue($0.lanes) }
                default: nil
                }
            guard let event else { continue }
            isAccepted = true
            for action in machine.handle(event, at: now) + machine.handle(.tick, at: now + .milliseconds(1_500)) {
                guard case .claim(let request) = action else { continue }
                let wanted = request.shares.reduce(0) { $0 + $1.limit }
                guard wanted <= CoordinatorLimits().claimContacts else { throw FuzzFinding("a claim of \(wanted)") }
            }
            now = now + .seconds(2)
        }
        return isAccepted
    }

    /// A shard of the incarnation that the samples name.
    private static let shard = FuzzSubject(
        "machine.shard", .protobuf,
        examples: [
            ProtobufFields.field(batch, Sample.batch.encoded()),
            ProtobufFields.field(beacon, Sample.beacon.encoded()) + ProtobufFields.field(batch, Sample.batch.encoded()),
        ]
    ) { bytes in
        var machine = ReadyMachines.shard
        var now = ReadyMachines.start
        var isAccepted = false
        for (kind, message) in messages(bytes) {
            let event: ShardEvent? =
                switch kind {
                case batch: (try? DispatchBatch(decoding: message)).map { .batch($0) }
                case beacon:
                    (try? LeaderBeacon(decoding: message)).map {
                        .beacon(
                            term: $0.term, assignmentVersion: $0.assignmentVersion, controlVersion: $0.controlVersion,
                            isAsked: !$0.asked.isEmpty)
                    }
                default: nil
                }
            guard let event else { continue }
            isAccepted = true
            _ = machine.handle(event, at: now)
            _ = machine.nextWake(after: now)
            _ = machine.handle(.tick, at: now + .milliseconds(900))
            now = now + .seconds(1)
        }
        return isAccepted
    }

    /// The first few messages of an input.
    private static func messages(_ bytes: [UInt8]) -> some Sequence<(kind: UInt64, bytes: [UInt8])> {
        ProtobufFields(bytes).messages.prefix(64)
    }
}

/// Machines in the midst of their work, made once: a try works on a copy.
private enum ReadyMachines {
    static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let reading = ClockReading(
        database: DatabaseTime(microseconds: 1_700_000_000_000_000), sent: start, received: start)
    private static let slots = [Sample.device: HashSlot(rawValue: 5)!, Sample.other: HashSlot(rawValue: 9)!]

    static let leader: CoordinatorMachine = {
        var machine = CoordinatorMachine(timers: Timers())
        _ = machine.handle(
            .renewed(reading, assignmentVersion: 1, control: ControlVersions(all: 1, devices: 1)), at: start)
        var open = machine.handle(.becameLeader(Term(rawValue: 7)), at: start)
        // Each errand is answered once; what else it wants stays open.
        for _ in 0..<32 where !open.isEmpty {
            let action = open.removeFirst()
            if let event = answer(to: action) { open += machine.handle(event, at: start) }
        }
        return machine
    }()

    private static func answer(to action: CoordinatorAction) -> CoordinatorEvent? {
        switch action {
        case .loadLanes(let query): .lanesLoaded([lane], query)
        case .loadRoutes:
            .routesLoaded(
                [Sample.device, Sample.other].map { DeviceRoute(device: $0, capKey: "\($0)", slot: slots[$0]!) })
        case .readOwnerships:
            .ownershipsRead(
                zip([Sample.device, Sample.other], [44, 45]).map { device, epoch in
                    SlotOwnership(
                        slot: slots[device]!, epoch: Epoch(rawValue: epoch), owner: Incarnation(rawValue: 19),
                        wanted: nil)
                })
        case .survey:
            .surveyed(
                [ShardMember(incarnation: Incarnation(rawValue: 19), name: "s-1", isDraining: false)],
                firstLapse: .seconds(5))
        case .assign: .assigned([])
        case .takeBackExpired: .tookBack([], lanes: [], more: false, ofOlderTerms: false)
        case .takeBackOlderTerms: .tookBack([], lanes: [], more: false, ofOlderTerms: true)
        case .claim, .dispatch, .askForCredits, .resign: nil
        }
    }

    private static let lane = Lane(
        id: LaneID(rawValue: 12), device: Sample.device, priorityClass: PriorityClass(priority: 100), isRunnable: true,
        next: LanePosition(due: DatabaseTime(microseconds: 1_600_000_000_000_000)))

    static let shard: ShardMachine = {
        var machine = ShardMachine(configuration: ShardConfiguration(incarnation: Incarnation(rawValue: 19), seed: 1))
        let renewal = Renewal(
            databaseNow: reading.database, term: Term(rawValue: 7), assignmentVersion: 5, controlVersion: 6,
            openBatches: [])
        var open = machine.handle(.renewed(renewal, reading), at: start)
        for _ in 0..<16 where !open.isEmpty {
            switch open.removeFirst() {
            case .readOwnership(let id):
                let owned = zip([5, 9], [44, 45]).map { slot, epoch in
                    SlotOwnership(
                        slot: HashSlot(rawValue: UInt16(slot))!, epoch: Epoch(rawValue: epoch),
                        owner: Incarnation(rawValue: 19), wanted: nil)
                }
                open += machine.handle(.ownership(id, owned), at: start)
            case .takeOver(let id, _):
                let history = SlotHistory(
                    charges: LedgerCharges(), devices: devices, lanes: [], lookback: .seconds(100_000))
                open += machine.handle(.takenOver(id, history), at: start)
            default: break
            }
        }
        return machine
    }()

    private static let devices = slots.sorted { $0.value.rawValue < $1.value.rawValue }.map { id, slot in
        var device = makeDevice("gowa")
        device.id = id
        device.slot = slot
        device.capKey = "\(id)"
        return device
    }
}
