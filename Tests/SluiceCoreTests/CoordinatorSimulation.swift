import FoundationEssentials

@testable import SluiceCore

/// A model of everything around the machine: a database of contacts, two shards with exact capacities, and a NATS that
/// loses, repeats and reorders. All chance comes from one seed.
struct CoordinatorSimulation {
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    struct Contact {
        enum State: Equatable { case idle, claimed(BatchID, Epoch), sent }
        var lane: LaneID
        var device: DeviceID
        var due: Int64
        var state = State.idle
    }

    struct Device {
        var capacity: Int
        var consumed: Int64 = 0
        var term = Term(rawValue: 0)
        /// Claims of this owner's queue.
        var queue: [Claim] = []
        var key: Int
    }

    enum Delivery {
        case report(CreditReport)
        case batch(DispatchBatch)
        case answer(CoordinatorEvent)
        case beacon(Term)
    }

    static let shard = Incarnation(rawValue: 50)
    private static let claimLife: Int64 = 3_000_000

    var random: SeededGenerator
    var machine: CoordinatorMachine
    var now: Int64 = 0
    var isFaulty = true
    /// So many reports have a copy with a flipped bit. Then a device may be over-claimed for a while, and nothing worse.
    var forgePercent = 0
    private var wasHostile = false
    var term = Term(rawValue: 1)
    private(set) var contacts: [Contact] = []
    private(set) var devices: [Device] = []
    private var routes: [DeviceRoute] = []
    private var lanes: [Lane] = []
    private var batches: [(id: BatchID, expires: Int64)] = []
    private var deliveries: [(at: Int64, order: Int, what: Delivery)] = []
    private var order = 0
    private var sequence: Int64 = 0
    private(set) var terms = 1

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var timers = Timers()
        timers.claim = .seconds(3)
        timers.sweep = .seconds(1)
        var limits = CoordinatorLimits()
        limits.claimContacts = 12
        limits.claimLanesPerDevice = 2
        limits.takeBackEvery = .milliseconds(200)
        machine = CoordinatorMachine(timers: timers, limits: limits)
        for number in 0..<6 {
            // The last two devices share a cap key.
            let key = min(number, 4)
            devices.append(Device(capacity: Int.random(in: 1...6, using: &random), key: key))
            routes.append(
                DeviceRoute(
                    device: CoordinatorFixture.device(number), capKey: "k\(key)", slot: HashSlot(rawValue: UInt16(key))!
                ))
            for lane in 0..<Int.random(in: 1...3, using: &random) {
                lanes.append(
                    Lane(
                        id: LaneID(rawValue: Int64(number * 10 + lane + 1)), device: CoordinatorFixture.device(number),
                        priorityClass: PriorityClass(priority: [1, 5, 100].randomElement(using: &random)!),
                        isRunnable: true, next: nil))
            }
        }
        devices[5].capacity = devices[4].capacity
        for _ in 0..<150 {
            let lane = lanes.randomElement(using: &random)!
            let due = Int64.random(in: 0...4_000_000, using: &random)
            contacts.append(Contact(lane: lane.id, device: lane.device, due: due))
        }
    }

    var isDone: Bool { contacts.allSatisfy { $0.state == .sent } }

    // MARK: Running

    /// One step of time: whatever is delivered by then, then a tick, then the shards send and report.
    mutating func step(_ microseconds: Int64) throws {
        now += microseconds
        while let next = deliveries.indices.filter({ deliveries[$0].at <= now })
            .min(by: { (deliveries[$0].at, deliveries[$0].order) < (deliveries[$1].at, deliveries[$1].order) })
        {
            try deliver(deliveries.remove(at: next).what)
        }
        try act(machine.handle(.tick, at: monotonic))
        work()
        try check()
    }

    mutating func lead() throws {
        try renew()
        try act(machine.handle(.becameLeader(term), at: monotonic))
        send(.beacon(term))
    }

    mutating func renew() throws {
        let reading = ClockReading(
            database: DatabaseTime(microseconds: now), sent: monotonic, received: monotonic)
        try act(
            machine.handle(
                .renewed(reading, assignmentVersion: 1, control: ControlVersions(all: 1, devices: 1)), at: monotonic))
        send(.beacon(term))
    }

    private var monotonic: MonotonicTime { MonotonicTime(nanoseconds: now * 1_000) }

    private func index(_ device: DeviceID) -> Int { routes.firstIndex { $0.device == device }! }

    // MARK: NATS

    /// Sends by NATS: lost, repeated and late while the network is bad.
    private mutating func send(_ what: Delivery) {
        var copies = 1
        if isFaulty { copies = [0, 0, 1, 1, 1, 1, 1, 2, 3].randomElement(using: &random)! }
        for _ in 0..<copies { deliver(what, after: .random(in: 0...(isFaulty ? 400_000 : 500), using: &random)) }
    }

    private mutating func deliver(_ what: Delivery, after delay: Int64) {
        order += 1
        deliveries.append((now + delay, order, what))
    }

    private mutating func deliver(_ what: Delivery) throws {
        switch what {
        case .report(let report):
            try act(machine.handle(.creditReport(report), at: monotonic))
            guard forgePercent > 0, Int.random(in: 0..<100, using: &random) < forgePercent else { break }
            wasHostile = true
            try act(machine.handle(.creditReport(random.flipped(report)), at: monotonic))
        case .answer(let event): try act(machine.handle(event, at: monotonic))
        case .batch(let batch): receive(batch)
        case .beacon(let heard):
            for number in devices.indices where devices[number].term < heard {
                devices[number].term = heard
                devices[number].consumed = 0
            }
        }
    }

    // MARK: The leader's actions

    private mutating func act(_ actions: [CoordinatorAction]) throws {
        for action in actions {
            switch action {
            case .dispatch(let batch): send(.batch(batch))
            // Each of its reports names all devices.
            case .askForCredits: break
            case .resign:
                term.rawValue += 1
                terms += 1
                deliveries.removeAll { if case .answer = $0.what { true } else { false } }
                try lead()
                return
            case .claim(let request):
                let result = try claim(request)
                let isLost = isFaulty && Int.random(in: 0..<40, using: &random) == 0
                answer(isLost ? .claimFailed(mayHaveTakenEffect: true) : .claimed(result))
            default: answer(errand(action))
            }
        }
    }

    private mutating func answer(_ event: CoordinatorEvent) {
        deliver(.answer(event), after: .random(in: 500...8_000, using: &random))
    }

    private mutating func errand(_ action: CoordinatorAction) -> CoordinatorEvent {
        switch action {
        case .loadLanes(let query):
            var found = lanes
            switch query {
            case .all: break
            case .named(let ids), .sweep(let ids): found = lanes.filter { ids.contains($0.id) }
            }
            return .lanesLoaded(found.map { lane in with(lane) { $0.next = next(lane.id) } }, query)
        case .loadRoutes: return .routesLoaded(routes)
        case .readOwnerships, .assign:
            return .ownershipsRead(
                HashSlot.all.map {
                    SlotOwnership(slot: $0, epoch: Epoch(rawValue: 1), owner: Self.shard, wanted: Self.shard)
                })
        case .survey:
            return .surveyed(
                [ShardMember(incarnation: Self.shard, name: "s", isDraining: false)], firstLapse: .seconds(4))
        case .takeBackExpired(let after):
            return takeBack { [now] in $0.expires >= after.microseconds && $0.expires < now }
        default: return takeBack(older: true) { [term] in $0.id.term < term }
        }
    }

    private func with(_ lane: Lane, _ change: (inout Lane) -> Void) -> Lane {
        var lane = lane
        change(&lane)
        return lane
    }

    // MARK: The database

    private func next(_ lane: LaneID) -> LanePosition? {
        contacts.indices.filter { contacts[$0].lane == lane && contacts[$0].state == .idle }.map(position).min()
    }

    private func position(of index: Int) -> LanePosition {
        LanePosition(
            due: DatabaseTime(microseconds: contacts[index].due), contact: CoordinatorFixture.contact(index))
    }

    private mutating func claim(_ request: ClaimRequest) throws -> ClaimResult {
        var result = ClaimResult(batches: [], next: [:])
        for share in request.shares {
            guard share.limit > 0 else { throw Violation(description: "a share of nothing") }
            let due = contacts.indices.filter {
                contacts[$0].lane == share.lane && contacts[$0].state == .idle && contacts[$0].due <= now
                    && position(of: $0) >= share.from
            }
            for index in due.sorted(by: { position(of: $0) < position(of: $1) }).prefix(share.limit) {
                contacts[index].state = .claimed(share.batch, share.epoch)
                add(
                    Claim(
                        contact: CoordinatorFixture.contact(index), device: share.device, lane: share.lane,
                        priorityClass: share.priorityClass, slot: share.slot, epoch: share.epoch, batch: share.batch),
                    to: &result)
            }
            result.next[share.lane] = .some(next(share.lane))
        }
        batches += result.batches.map { ($0.id, now + Self.claimLife) }
        return result
    }

    private func add(_ claim: Claim, to result: inout ClaimResult) {
        if let index = result.batches.firstIndex(where: { $0.id == claim.batch }) {
            result.batches[index].claims.append(claim)
        } else {
            result.batches.append(
                DispatchBatch(
                    id: claim.batch, owner: Self.shard,
                    expiresAt: DatabaseTime(microseconds: now + Self.claimLife), claims: [claim]))
        }
    }

    private mutating func takeBack(
        older: Bool = false, _ isOver: ((id: BatchID, expires: Int64)) -> Bool
    ) -> CoordinatorEvent {
        var returned: [ReturnedClaims] = []
        var due: [LaneDue] = []
        for batch in batches where isOver(batch) {
            for index in contacts.indices {
                guard case .claimed(batch.id, _) = contacts[index].state else { continue }
                contacts[index].state = .idle
                returned.append(ReturnedClaims(device: contacts[index].device, batch: batch.id, count: 1))
                due.append(
                    LaneDue(lane: contacts[index].lane, due: DatabaseTime(microseconds: contacts[index].due)))
            }
        }
        batches.removeAll { isOver($0) }
        return .tookBack(returned, lanes: due, more: false, ofOlderTerms: older)
    }

    // MARK: The shard

    private mutating func receive(_ batch: DispatchBatch) {
        guard batch.expiresAt.microseconds > now else { return }
        for claim in batch.claims {
            let device = index(claim.device)
            if !devices[device].queue.contains(claim) { devices[device].queue.append(claim) }
        }
    }

    private mutating func work() {
        for number in devices.indices {
            // A cap unit frees now and then, for all devices of the key at once.
            if Int.random(in: 0..<8, using: &random) == 0, number < 5 {
                for other in devices.indices where devices[other].key == number {
                    devices[other].capacity = min(6, devices[other].capacity + 1)
                }
            }
            while devices[number].capacity > 0, let claim = devices[number].queue.first {
                devices[number].queue.removeFirst()
                reserve(claim, number)
                if Bool.random(using: &random) { break }
            }
        }
        // Reports come and go; some steps have none.
        if Bool.random(using: &random) { report() }
    }

    private mutating func reserve(_ claim: Claim, _ number: Int) {
        let index = Int(claim.contact.rawValue.uuidString.suffix(12))!
        guard contacts[index].state == .claimed(claim.batch, claim.epoch) else { return }
        contacts[index].state = .sent
        // Consumed counts claims of the term that credit is granted to.
        if claim.batch.term == devices[number].term { devices[number].consumed += 1 }
        for other in devices.indices where devices[other].key == devices[number].key { devices[other].capacity -= 1 }
    }

    private mutating func report() {
        guard let heard = devices.map(\.term).max(), heard.rawValue > 0 else { return }
        sequence += 1
        send(
            .report(
                CreditReport(
                    node: Self.shard, term: heard, sequence: sequence,
                    credits: devices.indices.map {
                        DeviceCredit(
                            device: CoordinatorFixture.device($0), epoch: Epoch(rawValue: 1),
                            capacity: max(0, devices[$0].capacity), consumed: devices[$0].consumed)
                    }, lanes: [], wholeFrom: sequence)))
    }

    // MARK: What must hold after every step

    private func check() throws {
        guard !wasHostile else { return }
        for key in 0...4 {
            let members = devices.indices.filter { devices[$0].key == key }
            let live = contacts.count { contact in
                guard case .claimed(let batch, _) = contact.state, batch.term == term else { return false }
                return members.contains(index(contact.device))
            }
            let capacity = devices[members[0]].capacity
            guard live <= capacity else {
                throw Violation(description: "key \(key) has \(live) live claims and room for \(capacity) at \(now)")
            }
        }
    }
}
