import FoundationEssentials

@testable import SluiceCore

/// A machine and the answers it waits for. Time is in milliseconds; both clocks start at zero and run alike.
/// A class, because an expectation cannot contain a mutating call.
final class CoordinatorFixture {
    static let shard = Incarnation(rawValue: 100)
    static let term = Term(rawValue: 7)

    var machine: CoordinatorMachine
    var routes: [DeviceRoute] = []
    var lanes: [Lane] = []
    var ownerships: [SlotOwnership]
    var members = [ShardMember(incarnation: shard, name: "s-1", isDraining: false)]
    var firstLapse: Duration?
    private var sequence: Int64 = 0

    /// - Parameter rest: between claims. None, so that each test of another matter sees its claim at once.
    init(limits: CoordinatorLimits = CoordinatorLimits(), rest: Duration = .zero) {
        var limits = limits
        limits.claimRest = rest
        machine = CoordinatorMachine(timers: Timers(), limits: limits)
        ownerships = HashSlot.all.map {
            SlotOwnership(slot: $0, epoch: Epoch(rawValue: 1), owner: Self.shard, wanted: Self.shard)
        }
    }

    static func device(_ number: Int) -> DeviceID {
        DeviceID(rawValue: UUID(uuidString: "00000000-0000-0000-0000-" + padded(number))!)
    }

    static func contact(_ number: Int) -> ContactID {
        ContactID(rawValue: UUID(uuidString: "00000000-0000-0000-0001-" + padded(number))!)
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }

    static func at(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }

    static func due(_ milliseconds: Int) -> DatabaseTime { DatabaseTime(microseconds: Int64(milliseconds) * 1_000) }

    static func place(_ milliseconds: Int, _ number: Int? = nil) -> LanePosition {
        LanePosition(due: due(milliseconds), contact: number.map(contact))
    }

    /// A device of its own cap key in its own slot, unless told otherwise, with lanes of the given classes, due at once.
    func addDevice(_ number: Int, key: String? = nil, slot: Int? = nil, lanes numbers: [(id: Int, priority: Int)]) {
        let slot = HashSlot(rawValue: UInt16(slot ?? number))!
        routes.append(DeviceRoute(device: Self.device(number), capKey: key ?? "key-\(number)", slot: slot))
        for lane in numbers {
            lanes.append(
                Lane(
                    id: LaneID(rawValue: Int64(lane.id)), device: Self.device(number),
                    priorityClass: PriorityClass(priority: lane.priority), isRunnable: true, next: Self.place(0)))
        }
    }

    func handle(_ event: CoordinatorEvent, at time: Int) -> [CoordinatorAction] {
        machine.handle(event, at: Self.at(time))
    }

    func nextWake(after time: Int) -> Int? {
        machine.nextWake(after: Self.at(time)).map { Int($0.nanoseconds / 1_000_000) }
    }

    /// A renewal that tells how much operators have changed.
    func changed(all: Int64, devices: Int64 = 1) -> CoordinatorEvent {
        let reading = ClockReading(database: Self.due(0), sent: Self.at(0), received: Self.at(0))
        return .renewed(
            reading, assignmentVersion: 1, control: ControlVersions(all: all, devices: devices))
    }

    /// Makes it the leader and answers everything it asks for first, at time zero.
    func lead() -> [CoordinatorAction] {
        _ = machine.handle(changed(all: 1), at: Self.at(0))
        return answer(machine.handle(.becameLeader(Self.term), at: Self.at(0)), at: 0)
    }

    /// Answers the errands among `actions` from the tables above, until only other actions are left; those are returned.
    func answer(_ actions: [CoordinatorAction], at time: Int) -> [CoordinatorAction] {
        var rest: [CoordinatorAction] = []
        var open = actions
        while !open.isEmpty {
            let action = open.removeFirst()
            guard let event = event(answering: action) else {
                rest.append(action)
                continue
            }
            open += machine.handle(event, at: Self.at(time))
        }
        return rest
    }

    private func event(answering action: CoordinatorAction) -> CoordinatorEvent? {
        switch action {
        case .loadLanes(.all): return .lanesLoaded(lanes, .all)
        case .loadLanes(.named(let ids)): return .lanesLoaded(lanes.filter { ids.contains($0.id) }, .named(ids))
        case .loadLanes(.sweep(let ids)): return .lanesLoaded(lanes.filter { ids.contains($0.id) }, .sweep(ids))
        case .loadRoutes: return .routesLoaded(routes)
        case .readOwnerships: return .ownershipsRead(ownerships)
        case .survey: return .surveyed(members, firstLapse: firstLapse)
        case .assign(let grants):
            for grant in grants {
                ownerships[Int(grant.slot.rawValue)].owner = grant.owner
                ownerships[Int(grant.slot.rawValue)].wanted = grant.owner
                ownerships[Int(grant.slot.rawValue)].epoch.rawValue += 1
            }
            return .assigned(grants.map { ownerships[Int($0.slot.rawValue)] })
        case .takeBackExpired: return .tookBack([], lanes: [], more: false, ofOlderTerms: false)
        case .takeBackOlderTerms: return .tookBack([], lanes: [], more: false, ofOlderTerms: true)
        case .claim, .dispatch, .askForCredits, .resign: return nil
        }
    }

    /// A report of the only shard.
    func report(
        _ credits: [(device: Int, capacity: Int, consumed: Int)], lanes: [LaneDue] = [], at time: Int = 0
    ) -> [CoordinatorAction] {
        sequence += 1
        let report = CreditReport(
            node: Self.shard, term: Self.term, sequence: sequence,
            credits: credits.map {
                DeviceCredit(
                    device: Self.device($0.device), epoch: Epoch(rawValue: 1), capacity: $0.capacity,
                    consumed: Int64($0.consumed))
            }, lanes: lanes)
        return answer(machine.handle(.creditReport(report), at: Self.at(time)), at: time)
    }

    /// Answers a claim: so many contacts of each lane, the next one due then (milliseconds; nil for none).
    func claimed(
        _ request: ClaimRequest, _ result: [Int: (count: Int, next: Int?)], pacedUntil: [Int: Int] = [:],
        at time: Int = 0
    ) -> [CoordinatorAction] {
        var answer = Self.result(request, result)
        for (lane, until) in pacedUntil { answer.pacedUntil[LaneID(rawValue: Int64(lane))] = Self.due(until) }
        return self.answer(machine.handle(.claimed(answer), at: Self.at(time)), at: time)
    }

    static func result(_ request: ClaimRequest, _ result: [Int: (count: Int, next: Int?)]) -> ClaimResult {
        var batches: [DispatchBatch] = []
        var next: [LaneID: LanePosition?] = [:]
        for share in request.shares {
            let answer = result[Int(share.lane.rawValue)] ?? (0, nil)
            next[share.lane] = .some(answer.next.map { place($0) })
            let claims = (0..<answer.count).map { number in
                Claim(
                    contact: contact(number), device: share.device, lane: share.lane,
                    priorityClass: share.priorityClass, slot: share.slot, epoch: share.epoch, batch: share.batch)
            }
            if let index = batches.firstIndex(where: { $0.id == share.batch }) {
                batches[index].claims += claims
            } else {
                batches.append(
                    DispatchBatch(id: share.batch, owner: share.owner, expiresAt: due(30_000), claims: claims))
            }
        }
        return ClaimResult(batches: batches, next: next)
    }
}

extension [CoordinatorAction] {
    var claim: ClaimRequest? {
        for case .claim(let request) in self { return request }
        return nil
    }

    /// What is taken back of what has expired, when anything is.
    var takesBackAfter: DatabaseTime? {
        for case .takeBackExpired(let after) in self { return after }
        return nil
    }

    var dispatched: [DispatchBatch] {
        compactMap { if case .dispatch(let batch) = $0 { batch } else { nil } }
    }
}

extension ClaimRequest {
    /// What is asked for, by lane.
    var limits: [Int: Int] { Dictionary(uniqueKeysWithValues: shares.map { (Int($0.lane.rawValue), $0.limit) }) }
    var lanes: [Int] { shares.map { Int($0.lane.rawValue) } }
}
