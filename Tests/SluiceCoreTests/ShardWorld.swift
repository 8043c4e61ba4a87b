import FoundationEssentials
import SluiceCore

/// A shard's machine in a simulated world: a database that answers late, fails, and loses answers; a NATS that loses
/// and repeats; a
/// leader that claims by credit; gateways of every mood. One seed, one run. After ``heal()`` nothing fails any more,
/// and
/// everything must come to an end.
struct ShardWorld {
    private enum ContactState: Equatable {
        case idle, claimed(BatchID), reserved(BatchID)
        case done(String)
    }

    private struct Contact {
        var device: DeviceID
        var state = ContactState.idle
        var attempts: Int32 = 0
        /// Requests that were or may have been accepted.
        var accepted = 0
    }

    private enum Arrival {
        case event(ShardEvent)
        case renewal
        case claim
        case expiry(BatchID)
    }

    private(set) var machine: ShardMachine
    private(set) var failures: [String] = []
    /// Every action's description, in order: the trace.
    private(set) var trace: [ShardAction] = []
    private(set) var log: [DeviceID: GatewayLog] = [:]
    private var generator: SeededGenerator
    private var now: Int64 = 0
    private var arrivals: [(time: Int64, ordinal: Int, arrival: Arrival)] = []
    private var ordinal = 0
    private var faultPercent = 8
    /// So many messages of the bus have a copy with a flipped bit.
    var forgePercent = 0
    private var stepsAtThisInstant = 0
    let devices: [DeviceProfile]
    static let limit = 6
    private var isClaiming = false
    private var contacts: [Contact] = []
    private var credits: [DeviceID: DeviceCredit] = [:]
    private var made: [DeviceID: Int64] = [:]
    private var term = ShardUnderTest.term
    private var lastBatch: UInt32 = 0
    private var openBatches: [BatchID: DispatchBatch] = [:]
    private var openOrder: [BatchID] = []

    init(seed: UInt64, contacts count: Int, limits: ShardLimits = ShardLimits()) {
        generator = SeededGenerator(seed: seed)
        machine = ShardMachine(
            configuration: ShardConfiguration(incarnation: ShardUnderTest.node, limits: limits, seed: seed))
        devices = (1...12).map { number in
            var device = ShardUnderTest.device(
                number, concurrency: 1 + number % 3,
                gap: number % 4 == 0 ? .milliseconds(200) ... .milliseconds(900) : .zero ... .zero,
                capKey: number > 10 ? "shared" : nil, host: "http://h\(number % 3)",
                dialect: number % 5 == 0 ? "webhook" : "gowa")
            device.caps.windows = [Caps.Window(length: .seconds(20), limit: Self.limit, margin: .seconds(1))]
            return device
        }
        for _ in 0..<count {
            contacts.append(Contact(device: devices[Int.random(in: 0..<devices.count, using: &generator)].id))
        }
        schedule(.renewal, after: 0)
        schedule(.event(.beacon(term: term, assignmentVersion: 1, controlVersion: 0)), after: 5)
        schedule(.claim, after: 10)
    }

    /// The leader looks soon after it heard something, and every second whatever happens.
    private mutating func claimSoon() {
        guard !isClaiming else { return }
        isClaiming = true
        schedule(.claim, after: 2)
    }

    var isDone: Bool { contacts.allSatisfy { if case .done = $0.state { true } else { false } } }
    var time: Int64 { now }
    var undone: Int { contacts.count { if case .done = $0.state { false } else { true } } }

    mutating func heal() { faultPercent = 0 }

    /// Another leader: it knows nothing of the old one's counts.
    mutating func changeLeader() {
        term = Term(rawValue: term.rawValue + 1)
        made = [:]
        credits = [:]
        let newest = term
        takeBack { $0.term < newest }
        schedule(.event(.beacon(term: term, assignmentVersion: 1, controlVersion: 0)), after: 5)
    }

    mutating func run(until end: Int64) {
        while failures.isEmpty, !isDone, step(before: end) {}
    }

    /// The next arrival or wake-up. False when there is none before `end`.
    private mutating func step(before end: Int64) -> Bool {
        let wake = machine.nextWake(after: monotonic).map { max(now, $0.nanoseconds) }
        let next = arrivals.first?.time
        guard let time = [wake, next].compactMap({ $0 }).min(), time < end else { return false }
        stepsAtThisInstant = time == now ? stepsAtThisInstant + 1 : 0
        if stepsAtThisInstant > 1_000 { failures.append("busy at \(now): wakes for \(wake ?? -1)") }
        now = time
        if next == time { arrive(arrivals.removeFirst().arrival) } else { feed(.tick) }
        return true
    }

    /// Runs on until every claim stands no longer, then checks what must hold at rest: nothing is live, nothing is
    /// held.
    mutating func rest() {
        let end = now + 40_000_000_000
        while failures.isEmpty, step(before: end) {}
        let view = machine.view(at: monotonic)
        if view.openRequests + view.queuedClaims + view.unsettled + view.permitsUsed != 0 {
            failures.append("left: \(view)")
        }
        for device in devices {
            let live = (made[device.id] ?? 0) - (credits[device.id]?.consumed ?? 0)
            if live != 0 { failures.append("\(device.name) has \(live) live claims for the leader") }
        }
    }

    private var monotonic: MonotonicTime { MonotonicTime(nanoseconds: now) }
    private var database: DatabaseTime { DatabaseTime(microseconds: now / 1_000 + 1_000_000_000) }

    private mutating func schedule(_ arrival: Arrival, after milliseconds: Int64) {
        ordinal += 1
        let time = now + milliseconds * 1_000_000
        let place = arrivals.firstIndex { $0.time > time } ?? arrivals.endIndex
        arrivals.insert((time, ordinal, arrival), at: place)
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func delay() -> Int64 { Int64.random(in: 1...30, using: &generator) }

    private mutating func arrive(_ arrival: Arrival) {
        switch arrival {
        case .event(let event):
            feed(event)
            guard forgePercent > 0, chance(forgePercent) else { break }
            switch event {
            case .beacon, .batch: feed(generator.flipped(event))
            default: break
            }
        case .renewal: renew()
        case .claim:
            isClaiming = false
            claim()
        case .expiry(let batch):
            takeBack { $0 == batch }
            claimSoon()
        }
    }

    private mutating func renew() {
        schedule(.renewal, after: 1_000)
        claimSoon()
        guard !chance(faultPercent) else { return }
        let renewal = Renewal(
            databaseNow: database, term: term, assignmentVersion: 1, controlVersion: 0, openBatches: openOrder)
        feed(.renewed(renewal, ClockReading(database: database, sent: monotonic, received: monotonic)))
    }

    private mutating func feed(_ event: ShardEvent) {
        let actions = machine.handle(event, at: monotonic)
        trace += actions
        for action in actions { carryOut(action) }
    }

    // MARK: The leader

    private mutating func claim() {
        for device in devices {
            guard let credit = credits[device.id] else { continue }
            let sharing = devices.filter { $0.capKey == device.capKey }
            let live = sharing.reduce(Int64(0)) { $0 + (made[$1.id] ?? 0) - (credits[$1.id]?.consumed ?? 0) }
            let room = Int(Int64(credit.capacity) - live)
            let due = contacts.indices.filter { contacts[$0].device == device.id && contacts[$0].state == .idle }
            guard room > 0, !due.isEmpty else { continue }
            dispatch(Array(due.prefix(room)), on: device)
        }
    }

    private mutating func dispatch(_ chosen: [Int], on device: DeviceProfile) {
        lastBatch += 1
        let id = BatchID(term: term, ordinal: lastBatch)
        let claims = chosen.map { index in
            Claim(
                contact: ContactID(rawValue: ShardUnderTest.uuid(index)), device: device.id, lane: LaneID(rawValue: 1),
                priorityClass: PriorityClass(rawValue: UInt8(index % 8))!, slot: ShardUnderTest.slot,
                epoch: ShardUnderTest.epoch, batch: id)
        }
        for index in chosen { contacts[index].state = .claimed(id) }
        made[device.id, default: 0] += Int64(chosen.count)
        let batch = DispatchBatch(
            id: id, owner: ShardUnderTest.node, expiresAt: database + .seconds(30), claims: claims)
        openBatches[id] = batch
        openOrder.append(id)
        if !chance(faultPercent) { schedule(.event(.batch(batch)), after: delay()) }
        if chance(faultPercent) { schedule(.event(.batch(batch)), after: delay() * 20) }
        schedule(.expiry(id), after: 30_500)
    }

    private mutating func takeBack(_ isTaken: (BatchID) -> Bool) {
        openOrder.removeAll(where: isTaken)
        for index in contacts.indices {
            guard case .claimed(let batch) = contacts[index].state, isTaken(batch) else { continue }
            contacts[index].state = .idle
            if batch.term == term { made[contacts[index].device, default: 0] -= 1 }
        }
    }

    // MARK: The world's answers

    private mutating func carryOut(_ action: ShardAction) {
        switch action {
        case .readVersions(let id):
            answer(id, .versions(id, ClusterVersions(term: term, assignment: 1, control: 0)))
        case .readOwnership(let id): answer(id, .ownership(id, [ShardUnderTest.ownership()]))
        case .takeOver(let id, _):
            answer(
                id,
                .takenOver(
                    id, SlotHistory(charges: LedgerCharges(), devices: devices, lanes: [], lookback: .seconds(100_000)))
            )
        case .loadDevices(let id, _): answer(id, .devices(id, devices))
        case .fetchBatch(let id, let batch): answer(id, .fetched(id, openBatches[batch]))
        case .reserve(let id, let requests): reserve(id, requests)
        case .settle(let id, let settlements), .setAside(let id, let settlements): settle(id, settlements)
        case .release(let id, let claims): release(id, claims)
        case .abortLost(let id, let claims): abortLost(id, claims)
        case .reportFault(let id, let claim, _): release(id, [claim])
        case .send(let id, let reservation, let device, let latest): send(id, reservation, device, latest)
        case .pollState(let device):
            let isAnswered = chance(50) || faultPercent == 0
            schedule(.event(.polled(device.id, isAnswered ? .connected : nil)), after: 40)
        case .publish(let report): take(report)
        case .giveUp, .record, .restart, .finished: break
        }
    }

    private mutating func take(_ report: CreditReport) {
        guard !chance(faultPercent), report.term == term else { return }
        for credit in report.credits { credits[credit.device] = credit }
        claimSoon()
    }

    /// Late, or a failure in its place.
    private mutating func answer(_ id: StatementID, _ event: ShardEvent) {
        schedule(.event(chance(faultPercent) ? .failed(id, .uncertain) : event), after: delay())
    }

    private func index(of claim: Claim) -> Int { Int(claim.contact.rawValue.uuidString.suffix(12))! }

    private mutating func reserve(_ id: StatementID, _ requests: [ReserveRequest]) {
        guard !chance(faultPercent) else { return schedule(.event(.failed(id, .uncertain)), after: delay()) }
        guard !chance(faultPercent / 2) else {
            return schedule(.event(.failed(id, .refusedRow(RowFault("23514")))), after: delay())
        }
        let verdicts = requests.map { request -> ReserveVerdict in
            let index = index(of: request.claim)
            guard contacts[index].state == .claimed(request.claim.batch) else { return .gone }
            if chance(faultPercent) { return .busy }
            if chance(3) {
                contacts[index].state = .done("suppressed")
                return .released(reason: "suppressed", due: nil)
            }
            contacts[index].state = .reserved(request.claim.batch)
            contacts[index].attempts += 1
            var reservation = ShardUnderTest.reservation(
                request.claim, gap: chance(5) ? .zero ... .milliseconds(300) : nil)
            reservation.attempt = contacts[index].attempts
            return .reserved(reservation)
        }
        answer(id, .reserved(id, started: monotonic, verdicts))
    }

    private mutating func settle(_ id: StatementID, _ settlements: [Settlement]) {
        guard !chance(faultPercent) else { return schedule(.event(.failed(id, .uncertain)), after: delay()) }
        for settlement in settlements {
            let index = index(of: settlement.reservation.claim)
            guard contacts[index].state == .reserved(settlement.reservation.claim.batch) else { continue }
            contacts[index].state =
                switch settlement.outcome {
                case .sent: .done("sent")
                case .unknown: .done("unknown")
                case .refused, .aborted: .idle
                }
        }
        answer(id, .settled(id, [], busy: []))
    }

    private mutating func release(_ id: StatementID, _ claims: [Claim]) {
        guard !chance(faultPercent) else { return schedule(.event(.failed(id, .uncertain)), after: delay()) }
        let released = claims.filter { contacts[index(of: $0)].state == .claimed($0.batch) }
        for claim in released { contacts[index(of: claim)].state = .idle }
        answer(id, .released(id, released.map { ReleasedClaim(claim: $0, due: nil) }))
    }

    private mutating func abortLost(_ id: StatementID, _ claims: [Claim]) {
        guard !chance(faultPercent) else { return schedule(.event(.failed(id, .uncertain)), after: delay()) }
        let aborted = claims.filter { contacts[index(of: $0)].state == .reserved($0.batch) }
        for claim in aborted { contacts[index(of: claim)].state = .idle }
        answer(id, .lostAborted(id, aborted.map { ReleasedClaim(claim: $0, due: nil) }))
    }

    private mutating func send(
        _ id: SendID, _ reservation: Reservation, _ device: DeviceProfile, _ latest: MonotonicTime
    ) {
        if monotonic >= latest { failures.append("asked to send past the guard") }
        let index = index(of: reservation.claim)
        if contacts[index].accepted > 0 { failures.append("contact \(index) sent again") }
        let took = Int64.random(in: 5...400, using: &generator)
        let outcome = outcome()
        let end = now + took * 1_000_000
        var until = end
        var isAccepted = true
        switch outcome {
        case .sent: break
        case .unknown: until = now + Int64.random(in: took...80_000, using: &generator) * 1_000_000
        case .refused, .aborted: isAccepted = false
        }
        if isAccepted {
            contacts[index].accepted += 1
            // The gateway accepts as late as it can, or as early.
            log[device.id, default: GatewayLog()].accepted.append(chance(50) ? until : now)
        }
        if case .aborted = outcome {} else { log[device.id, default: GatewayLog()].busy.append((now, end)) }
        schedule(.event(.sendEnded(id, outcome)), after: took)
    }

    private mutating func outcome() -> Outcome {
        guard chance(faultPercent * 3) else { return .sent(providerID: nil) }
        func refused(_ code: String, charged: Bool, _ disposition: Refusal.Disposition) -> Outcome {
            .refused(Refusal(code: code, detail: "", isCharged: charged, disposition: disposition))
        }
        switch Int.random(in: 0..<7, using: &generator) {
        case 0, 1: return .unknown(code: "timeout", detail: "")
        case 2: return refused("connect_failed", charged: false, .retry(notBefore: nil))
        case 3: return refused("http_429", charged: true, .retry(notBefore: .seconds(2)))
        case 4: return refused("offline", charged: true, .device(.disconnected))
        case 5: return refused("banned", charged: true, .device(.banned(until: database + .seconds(5))))
        default: return .aborted(code: "guard")
        }
    }
}
