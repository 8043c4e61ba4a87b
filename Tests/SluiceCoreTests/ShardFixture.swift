import FoundationEssentials
import SluiceCore

/// A machine by reference (`#expect` cannot call what changes a value), with the world it lives in: slot 7 with its
/// devices, term 3,
/// a database clock that reads monotonic time plus 1,000 s.
final class ShardUnderTest {
    static let node = Incarnation(rawValue: 12)
    static let other = Incarnation(rawValue: 13)
    static let slot = HashSlot(rawValue: 7)!
    static let epoch = Epoch(rawValue: 4)
    static let term = Term(rawValue: 3)

    private(set) var machine: ShardMachine
    private var batches: UInt32 = 0
    private var renewals: Int64 = 0

    init(limits: ShardLimits = ShardLimits(), timers: Timers = Timers()) {
        machine = ShardMachine(
            configuration: ShardConfiguration(incarnation: Self.node, timers: timers, limits: limits, seed: 1))
    }

    /// Renewed, the slot owned and loaded, the leader of term 3 known, everything reported.
    convenience init(
        devices: [DeviceProfile], limits: ShardLimits = ShardLimits(), timers: Timers = Timers(),
        charges: [LedgerCharge] = []
    ) {
        self.init(limits: limits, timers: timers)
        _ = handle(renewal(assignment: 1, at: 0), at: 0)
        _ = handle(.ownership(StatementID(rawValue: 1), [Self.ownership()]), at: 0)
        let history = SlotHistory(
            charges: LedgerCharges(charges), devices: devices, lanes: [], lookback: .seconds(100_000))
        _ = handle(.takenOver(StatementID(rawValue: 2), history), at: 0)
        _ = handle(.beacon(term: Self.term, assignmentVersion: 1, controlVersion: 0), at: 0)
    }

    /// `time` in milliseconds.
    func handle(_ event: ShardEvent, at time: Int64) -> [ShardAction] { machine.handle(event, at: Self.at(time)) }

    var counters: ShardCounters { machine.counters }

    func nextWake(after time: Int64) -> Int64? {
        machine.nextWake(after: Self.at(time)).map { $0.nanoseconds / 1_000_000 }
    }

    func view(of device: DeviceProfile, at time: Int64) -> DeviceView {
        machine.view(of: device.id, at: Self.at(time))!
    }

    /// Renews every second up to `time`, with ticks whenever the machine asks; returns all actions but snapshots'
    /// reports.
    func run(from start: Int64, to end: Int64) -> [ShardAction] {
        var actions: [ShardAction] = []
        var now = start
        while now < end {
            now = min(now + 1_000, end)
            actions += handle(renewal(assignment: 1, at: now), at: now)
        }
        return actions.filter { if case .publish = $0 { false } else { true } }
    }

    func renewal(
        term: Term = term, assignment: Int64 = 1, control: Int64 = 0, open: [BatchID] = [], at time: Int64
    ) -> ShardEvent {
        .renewed(
            Renewal(
                databaseNow: Self.database(time), term: term, assignmentVersion: assignment, controlVersion: control,
                openBatches: open),
            ClockReading(database: Self.database(time), sent: Self.at(time), received: Self.at(time)))
    }

    // MARK: Values

    static func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }
    static func database(_ milliseconds: Int64) -> DatabaseTime {
        DatabaseTime(microseconds: (milliseconds + 1_000_000) * 1_000)
    }

    static func uuid(_ number: Int) -> UUID {
        UUID(
            uuidString: "00000000-0000-0000-0000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
        )!
    }

    static func ownership(epoch: Epoch = epoch, wanted: Incarnation = node) -> SlotOwnership {
        SlotOwnership(slot: slot, epoch: epoch, owner: node, wanted: wanted)
    }

    static func device(
        _ number: Int = 1, hour: Int = 10, concurrency: Int = 5, gap: ClosedRange<Duration> = .zero ... .zero,
        capKey: String? = nil, host: String = "http://a", dialect: String = "gowa",
        condition: DeviceCondition = .connected, isPaused: Bool = false
    ) -> DeviceProfile {
        DeviceProfile(
            id: DeviceID(rawValue: uuid(number)), name: "d\(number)", workspace: "w", capKey: capKey ?? "key\(number)",
            slot: slot,
            caps: Caps(
                windows: [.init(length: .seconds(3600), limit: hour, margin: .seconds(1))], concurrency: concurrency),
            gap: gap,
            gateway: GatewayProfile(
                dialect: dialect, baseURL: host, credentials: [:], httpTimeout: .seconds(10),
                acceptsLateFor: .seconds(75)),
            gatewayDevice: "s\(number)", condition: condition, isPaused: isPaused, historyFrom: nil)
    }

    /// A batch of `count` claims for `device`, of contacts numbered from `first`.
    func batch(
        _ device: DeviceProfile, count: Int = 1, first: Int = 100, term: Term = term, owner: Incarnation = node,
        epoch: Epoch = epoch, priority: UInt8 = 3, expires: Int64 = 30_000
    ) -> DispatchBatch {
        batches += 1
        let id = BatchID(term: term, ordinal: batches)
        let claims = (0..<count).map { offset in
            Claim(
                contact: ContactID(rawValue: Self.uuid(first + offset)), device: device.id, lane: LaneID(rawValue: 55),
                priorityClass: PriorityClass(rawValue: priority)!, slot: Self.slot, epoch: epoch, batch: id)
        }
        return DispatchBatch(id: id, owner: owner, expiresAt: Self.database(expires), claims: claims)
    }

    static func reservation(_ claim: Claim, gap: ClosedRange<Duration>? = nil) -> Reservation {
        Reservation(
            claim: claim, message: MessageID(contact: claim.contact, generation: 1, moves: 0), attempt: 1, day: 20_000,
            recipient: "4912345678", recipientName: "", content: MessageContent(kind: .text, text: "hi", mediaURL: nil),
            campaign: "c", gap: gap)
    }

    static func requests(_ claims: [Claim]) -> [ReserveRequest] {
        let known = Duration.seconds(86)
        return claims.map {
            ReserveRequest(claim: $0, deadlineAfter: known + ClockDrift.allowance(for: known))
        }
    }

    /// A credit report of this node's slot.
    static func report(
        _ sequence: Int64, _ credits: [(DeviceProfile, capacity: Int, consumed: Int64)], lanes: [LaneDue] = [],
        ended: Int = 0, term: Term = term, wholeFrom: Int64 = 1
    ) -> ShardAction {
        .publish(
            CreditReport(
                node: node, term: term, sequence: sequence,
                credits: credits.map {
                    DeviceCredit(device: $0.0.id, epoch: epoch, capacity: $0.capacity, consumed: $0.consumed)
                }, lanes: lanes, ended: ended, wholeFrom: wholeFrom))
    }

    static func statement(_ number: Int64) -> StatementID { StatementID(rawValue: number) }
    static func send(_ number: Int64) -> SendID { SendID(rawValue: number) }
}
