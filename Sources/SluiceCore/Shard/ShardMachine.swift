internal import DequeModule

/// What a shard node decides: which of its claims may start now, and what follows from every answer.
///
/// A value: events in, actions out, `now` with every event. The shell carries actions out and answers each statement
/// and each send exactly once. The rules stand beside what they concern: intake of claims, reserving, sending,
/// settling, releasing, ownership, conditions, credits and the lease each have a file.
///
/// A claim's way: queued on its device → in a reserve (takes the limiter's place, the permits and, on a host that was
/// down, the probe) → open → in the settle buffer → gone. A verdict other than `reserved` gives everything back; after
/// `busy` the claim is queued again a little later.
///
/// States of the node: `running` → `draining` (stop: slots are given up one by one) → `finished`, or at any time `lost`
/// (the lease is gone: nothing starts, what is open ends and is settled, a new incarnation takes over at once) →
/// `finished`.
///
/// Invariants: a claim starts only if its slot is owned by this incarnation with the claim's epoch and its history is
/// loaded; the limiter's open count equals claims in reserves plus reservations not ended; attempts never exceed
/// ``ShardLimits/unsettledAttempts``, so the settle buffer is bounded and a node that cannot settle stops starting
/// (I20).
///
/// Cost: no event looks at all devices, except a new term, a leader that missed a report, and a change of ownership or
/// of profiles.
public struct ShardMachine: Sendable {
    enum Phase: Hashable, Sendable {
        case running
        case draining(until: MonotonicTime)
        case lost(until: MonotonicTime)
        case finished
    }

    let incarnation: Incarnation
    let timers: Timers
    let limits: ShardLimits
    var generator: SeededGenerator

    var phase = Phase.running
    var clock: ClockReading?
    var isConnected = false
    /// Counts of what was ignored, dropped or given up.
    public internal(set) var counters = ShardCounters()

    // MARK: Ownership

    var slots = [ShardSlot](repeating: ShardSlot(), count: HashSlot.count)
    var ownedSlots = 0
    /// What the database last said; nothing is known before the first renewal.
    var versions = ClusterVersions(
        term: Term(rawValue: 0), assignment: Self.unknownVersion, control: Self.unknownVersion)
    /// Of no version that the database gives out.
    static let unknownVersion: Int64 = -1
    /// When it was heard.
    var versionsHeard: MonotonicTime?
    var isLookWanted = false
    var lookNotBefore: MonotonicTime?
    var appliedAssignment = Self.unknownVersion
    var appliedControl = Self.unknownVersion
    var takeOverQueue = Deque<HashSlot>()
    var giveUpQueue = Deque<HashSlot>()

    // MARK: Devices, by index; indices of devices that left are used again

    var devices: [ShardDevice] = []
    var freeDevices: [Int] = []
    var deviceIndex: [DeviceID: Int] = [:]
    var capKeys: [ShardCapKey] = []
    var freeCapKeys: [Int] = []
    var capKeyIndex: [String: Int] = [:]
    var hosts: [ShardHost] = []
    var freeHosts: [Int] = []
    var hostIndex: [String: Int] = [:]

    // MARK: Work

    var touched: [Int] = []
    /// Devices that may start a claim, as far as they themselves go.
    var ready = DeviceLine()
    var wakes = WakeQueue()
    var nodePermits: Permits
    /// Claims that wait for their device or for somebody's lock.
    var queuedClaims = 0
    /// Claims whose contacts somebody holds locked, by when they are tried again.
    var busyClaims = InstantQueue<QueuedClaim>()
    var known = KnownBatches()
    var fetchQueue = Deque<BatchID>()
    var suspects: Set<BatchID> = []
    /// Claims from the start of their reserve to their settlement.
    var attempts = 0
    /// Reserves that were refused, in halves.
    var reservesAgain = Deque<[Attempt]>()
    var openSends: [SendID: ReservedAttempt] = [:]
    var settles = SettleBuffer()
    /// Outcomes on their way into the table of those that cannot be written yet.
    var asides = SettleBuffer()
    var releases = Deque<ReleaseItem>()
    var lostClaims = Deque<ReleaseItem>()
    var faults = Deque<FaultyClaim>()
    var pollQueue = Deque<Int>()
    var pollsInFlight = 0

    // MARK: Statements

    var statements: [StatementID: ShardStatement] = [:]
    var lastStatement: Int64 = 0
    var lastSend: Int64 = 0
    var gates: StatementGates

    // MARK: Credit

    var reportSequence: Int64 = 0
    var dirty: [Int] = []
    var dueLanes: [LaneDue] = []
    /// Contacts that settles ended since the last report.
    var ended = 0
    var lastReport: MonotonicTime?
    /// When something is said although nothing is new.
    var speakAt: MonotonicTime?
    /// The device that is named next although nothing about it is new.
    var namedNext = 0
    /// When all devices are named; nil: the leader has not asked.
    var wholeAt: MonotonicTime?
    /// When they were last, and the number of the report that began with it.
    var lastWhole: MonotonicTime?
    var wholeFrom: Int64 = 1

    /// Actions of the event being handled.
    var actions: [ShardAction] = []

    public init(configuration: ShardConfiguration) {
        incarnation = configuration.incarnation
        timers = configuration.timers
        limits = configuration.limits
        generator = SeededGenerator(seed: configuration.seed)
        nodePermits = Permits(limit: configuration.limits.permitsPerNode)
        gates = StatementGates(limits: configuration.limits)
    }

    /// Takes one event and returns what to do, in order. `now` never goes back.
    public mutating func handle(_ event: ShardEvent, at now: MonotonicTime) -> [ShardAction] {
        apply(event, at: now)
        wakeTheDue(at: now)
        queueTheBusy(at: now)
        reviewTouched(at: now)
        startStatements(at: now)
        reviewTouched(at: now)
        report(at: now)
        finishWhenDone(at: now)
        defer { actions = [] }
        return actions
    }

    /// When to send ``ShardEvent/tick`` next, if no event comes before. Nil: never.
    public func nextWake(after now: MonotonicTime) -> MonotonicTime? {
        var instants = [
            wakes.first, busyClaims.first, nextReport, speakAt, wholeAt, settles.nextLater, asides.nextLater,
        ]
        switch phase {
        case .draining(let until), .lost(let until): instants.append(until)
        case .running: break
        case .finished: return nil
        }
        if settles.isWaiting { instants.append(gates.settle.opens(after: now)) }
        if asides.isWaiting { instants.append(gates.aside.opens(after: now)) }
        if !releases.isEmpty { instants.append(gates.release.opens(after: now)) }
        if !lostClaims.isEmpty { instants.append(gates.abort.opens(after: now)) }
        if !faults.isEmpty { instants.append(gates.fault.opens(after: now)) }
        if !takeOverQueue.isEmpty { instants.append(gates.takeOver.opens(after: now)) }
        if !giveUpQueue.isEmpty { instants.append(gates.giveUp.opens(after: now)) }
        instants.append(nextLook(after: now))
        if versions.assignment != appliedAssignment { instants.append(gates.ownership.opens(after: now)) }
        if versions.control != appliedControl { instants.append(gates.devices.opens(after: now)) }
        if !fetchQueue.isEmpty { instants.append(gates.fetch.opens(after: now)) }
        if !ready.isEmpty || !reservesAgain.isEmpty {
            instants.append(gates.reserve.opens(after: now))
            instants.append(gates.urgentReserve.opens(after: now))
        }
        return instants.compactMap { $0 }.min()
    }

    private mutating func apply(_ event: ShardEvent, at now: MonotonicTime) {
        switch event {
        case .batch(let batch): take(batch, at: now)
        case .beacon(let term, let assignment, let control, let isAsked):
            hear(ClusterVersions(term: term, assignment: assignment, control: control))
            if isAsked { reportWhole(to: term, at: now) }
        case .connected(let isConnected): self.isConnected = isConnected
        case .renewed(let renewal, let reading): renewed(renewal, reading, at: now)
        case .leaseLost: loseLease(at: now)
        case .sendEnded(let id, let outcome): sendEnded(id, outcome, at: now)
        case .polled(let device, let condition): polled(device, condition, at: now)
        case .tick: break
        case .stop: stop(at: now)
        case .failed(let id, let failure): failed(id, failure, at: now)
        case .versions, .ownership, .takenOver, .devices, .fetched, .reserved, .settled, .released, .lostAborted,
            .gaveUp:
            answered(event, at: now)
        }
    }
}
