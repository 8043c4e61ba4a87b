/// Who has which connection and who waits, as a value. Knows no clock, no connection and no task.
///
/// A connection goes connecting → idle ⇄ leased and is forgotten when it ends. A waiter goes waiting → served | gone.
/// Invariants: connections ≤ maximum · waiters ≤ their limit · nobody waits while a connection is idle · a connection
/// has at most one leaseholder · served in the order of arrival.
struct PoolMachine {
    typealias ConnectionID = UInt64
    typealias WaiterID = UInt64

    enum Phase: Equatable {
        case created
        case running
        case stopped
    }

    enum Slot: Equatable {
        case connecting
        case idle
        case leased
    }

    enum Admission: Equatable {
        case wait
        case refuse(PostgresError)
    }

    enum Placement: Equatable {
        case idle
        case hand(to: WaiterID)
        case close
    }

    private(set) var phase = Phase.created
    private(set) var slots: [ConnectionID: Slot] = [:]
    private(set) var waiters: [WaiterID] = []
    private(set) var failures = 0
    private(set) var retryAt: ContinuousClock.Instant?
    private(set) var lastFailure: PostgresError?
    /// The most recently used is taken first: its caches are warm.
    private var idle: [ConnectionID] = []
    private var nextConnection: ConnectionID = 0
    private let limits: PostgresPoolConfiguration

    init(limits: PostgresPoolConfiguration) {
        self.limits = limits
    }

    private var connectingCount: Int { slots.values.count { $0 == .connecting } }

    // MARK: Phases

    /// False when it was started before.
    mutating func start() -> Bool {
        guard phase == .created else { return false }
        phase = .running
        return true
    }

    /// Returns who must be refused and which connections must be closed now; leased ones are closed when they come
    /// back.
    mutating func stop() -> (waiters: [WaiterID], idle: [ConnectionID]) {
        phase = .stopped
        defer {
            for id in idle { slots[id] = nil }
            waiters = []
            idle = []
        }
        return (waiters, idle)
    }

    // MARK: Callers

    /// Leases an idle connection, if there is one.
    mutating func leaseIdle() -> ConnectionID? {
        guard let id = idle.popLast() else { return nil }
        slots[id] = .leased
        return id
    }

    /// For a caller that found no idle connection.
    mutating func admit(_ waiter: WaiterID) -> Admission {
        if phase == .stopped { return .refuse(Self.closed) }
        guard waiters.count < limits.maximumWaiters else {
            return .refuse(
                PostgresError(
                    .poolExhausted, "\(waiters.count) callers wait for a database connection already; reduce the load"))
        }
        waiters.append(waiter)
        return .wait
    }

    /// False when the waiter was served already.
    mutating func forget(_ waiter: WaiterID) -> Bool {
        guard let index = waiters.firstIndex(of: waiter) else { return false }
        waiters.remove(at: index)
        return true
    }

    mutating func release(_ id: ConnectionID, isUsable: Bool) -> Placement {
        guard isUsable, phase == .running else {
            slots[id] = nil
            return .close
        }
        return place(id)
    }

    /// What a waiter is told whose deadline has passed.
    var starvation: PostgresError {
        if let lastFailure, slots.values.allSatisfy({ $0 == .connecting }) { return lastFailure }
        return PostgresError(
            .poolExhausted,
            "all \(limits.maximumConnections) database connections stayed busy for \(limits.acquireDeadline)")
    }

    // MARK: Connections

    /// Reserves places for the connections to be opened now. After a failure, one attempt at a time.
    mutating func connectionsToOpen(now: ContinuousClock.Instant) -> [ConnectionID] {
        guard phase == .running else { return [] }
        let connecting = connectingCount
        let wanted = max(waiters.count - connecting, limits.minimumConnections - slots.count)
        var count = max(0, min(wanted, limits.maximumConnections - slots.count))
        if let retryAt {
            if now < retryAt || connecting > 0 { return [] }
            count = min(count, 1)
        }
        return (0..<count).map { _ in
            nextConnection += 1
            slots[nextConnection] = .connecting
            return nextConnection
        }
    }

    mutating func connected(_ id: ConnectionID) -> Placement {
        failures = 0
        retryAt = nil
        lastFailure = nil
        guard phase == .running else {
            slots[id] = nil
            return .close
        }
        return place(id)
    }

    /// Returns how long to wait before asking ``connectionsToOpen(now:)`` again.
    mutating func connectFailed(
        _ id: ConnectionID, _ error: PostgresError, now: ContinuousClock.Instant, jitter: Double
    ) -> Duration {
        slots[id] = nil
        failures += 1
        lastFailure = error
        let delay = limits.backoff.delay(failures: failures, jitter: jitter)
        retryAt = now + delay
        return delay
    }

    /// The session ended by itself. A leased one is forgotten when its holder returns it.
    mutating func ended(_ id: ConnectionID) {
        guard slots[id] == .idle else { return }
        slots[id] = nil
        idle.removeAll { $0 == id }
    }

    /// A connection that was just leased turned out to be over.
    mutating func discard(_ id: ConnectionID) {
        slots[id] = nil
    }

    private mutating func place(_ id: ConnectionID) -> Placement {
        guard waiters.isEmpty else {
            slots[id] = .leased
            return .hand(to: waiters.removeFirst())
        }
        slots[id] = .idle
        idle.append(id)
        return .idle
    }

    static let closed = PostgresError(.poolClosed, "the connection pool has been stopped")
}
