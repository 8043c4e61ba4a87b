internal import Synchronization

/// A bounded number of connections to one database, opened on demand while ``run()`` runs.
///
/// A connection that comes back broken or inside a transaction is closed and replaced. Session state (`SET`,
/// temporary tables, `LISTEN`) stays on a connection for its next user: set it in the configuration, or use a
/// connection of one's own.
public final class PostgresPool: PostgresTransactor {
    public let configuration: PostgresConfiguration
    public let limits: PostgresPoolConfiguration
    private let onNotice: @Sendable (PostgresNotice) -> Void
    private let state: Mutex<State>
    /// Says "look again": one pending signal is as good as many.
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    private typealias Waiter = CheckedContinuation<Result<Lease, PostgresError>, Never>

    struct Lease: Sendable {
        let id: PoolMachine.ConnectionID
        let connection: PostgresConnection
    }

    private struct State {
        var machine: PoolMachine
        var connections: [PoolMachine.ConnectionID: PostgresConnection] = [:]
        var waiters: [PoolMachine.WaiterID: Waiter] = [:]
        var nextWaiter: PoolMachine.WaiterID = 0
    }

    public init(
        _ configuration: PostgresConfiguration, limits: PostgresPoolConfiguration = PostgresPoolConfiguration(),
        onNotice: @escaping @Sendable (PostgresNotice) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.limits = limits
        self.onNotice = onNotice
        state = Mutex(State(machine: PoolMachine(limits: limits)))
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Running

    /// Opens and replaces connections until the task is cancelled; then refuses waiters and closes what is idle. Once
    /// per pool.
    /// - Throws: ``PostgresError`` of kind `poolClosed` when it ran before.
    public func run() async throws(PostgresError) {
        guard state.withLock({ $0.machine.start() }) else {
            throw PostgresError(.poolClosed, "a pool runs once")
        }
        change.yield()
        await withDiscardingTaskGroup { group in
            for await _ in changes {
                for id in state.withLock({ $0.machine.connectionsToOpen(now: .now) }) {
                    group.addTask { await self.open(id) }
                }
            }
        }
        await stop()
    }

    private func stop() async {
        let (waiters, connections) = state.withLock { state in
            let (waiting, idle) = state.machine.stop()
            return (
                waiting.compactMap { state.waiters.removeValue(forKey: $0) },
                idle.compactMap { state.connections.removeValue(forKey: $0) }
            )
        }
        for waiter in waiters { waiter.resume(returning: .failure(PoolMachine.closed)) }
        for connection in connections { connection.abandon() }
        for connection in connections { await connection.close() }
    }

    private func open(_ id: PoolMachine.ConnectionID) async {
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(configuration, onNotice: onNotice) { [weak self] _ in
                self?.connectionEnded(id)
            }
            place(Lease(id: id, connection: connection)) { $0.connected(id) }
            // It may have ended before it had its place.
            if connection.isClosed { connectionEnded(id) }
        } catch {
            let delay = state.withLock { state in
                state.machine.connectFailed(id, error, now: .now, jitter: .random(in: 0...1))
            }
            // A cancelled sleep means that the pool stops, and then nobody looks any more.
            try? await Task.sleep(for: delay)
        }
        change.yield()
    }

    private func connectionEnded(_ id: PoolMachine.ConnectionID) {
        let connection = state.withLock { state in
            state.machine.ended(id)
            return state.machine.slots[id] == nil ? state.connections.removeValue(forKey: id) : nil
        }
        if connection != nil { change.yield() }
    }

    /// Puts a connection where the machine says it belongs.
    private func place(_ lease: Lease, _ decide: (inout PoolMachine) -> PoolMachine.Placement) {
        let (waiter, mustClose) = state.withLock { state -> (Waiter?, Bool) in
            switch decide(&state.machine) {
            case .idle:
                state.connections[lease.id] = lease.connection
                return (nil, false)
            case .hand(let waiter):
                state.connections[lease.id] = lease.connection
                return (state.waiters.removeValue(forKey: waiter), false)
            case .close:
                state.connections[lease.id] = nil
                return (nil, true)
            }
        }
        waiter?.resume(returning: .success(lease))
        if mustClose {
            lease.connection.abandon()
            change.yield()
        }
    }

    // MARK: Leasing

    /// Lends a connection to `body`, exclusively. It must not be used after `body` has returned.
    /// - Throws: What `body` throws, or ``PostgresError`` of kind `poolExhausted`, `connectionFailed`, `poolClosed`
    ///   or `cancelled`.
    public func withConnection<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let lease = try await acquire(within: limits.acquireDeadline)
        defer { release(lease) }
        return try await body(lease.connection)
    }

    func release(_ lease: Lease) {
        let isUsable = !lease.connection.isClosed && lease.connection.isIdle
        place(lease) { $0.release(lease.id, isUsable: isUsable) }
    }

    func acquire(within limit: Duration) async throws(PostgresError) -> Lease {
        if Task.isCancelled { throw Self.cancelled }
        if let lease = state.withLock({ Self.leaseIdle(&$0) }) { return lease }
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A cancelled sleep means that the caller has its answer.
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                self.refuse(number) { $0.starvation }
            }
            let answer = await self.wait(as: number)
            group.cancelAll()
            return answer
        }.get()
    }

    private func wait(as number: PoolMachine.WaiterID) async -> Result<Lease, PostgresError> {
        let ticket = CancellationTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Result<Lease, PostgresError>? in
                    if ticket.isCancelled { return .failure(Self.cancelled) }
                    if let lease = Self.leaseIdle(&state) { return .success(lease) }
                    switch state.machine.admit(number) {
                    case .refuse(let error): return .failure(error)
                    case .wait: state.waiters[number] = continuation
                    }
                    return nil
                }
                if let answer { continuation.resume(returning: answer) } else { change.yield() }
            }
        } onCancel: {
            ticket.cancel()
            refuse(number) { _ in Self.cancelled }
        }
    }

    /// An idle connection that is alive. Dead ones are thrown away on the way.
    private static func leaseIdle(_ state: inout State) -> Lease? {
        while let id = state.machine.leaseIdle() {
            if let connection = state.connections[id], !connection.isClosed {
                return Lease(id: id, connection: connection)
            }
            state.machine.discard(id)
            state.connections[id] = nil
        }
        return nil
    }

    private func refuse(_ number: PoolMachine.WaiterID, _ reason: (PoolMachine) -> PostgresError) {
        let (waiter, error) = state.withLock { state in
            let waiter = state.machine.forget(number) ? state.waiters.removeValue(forKey: number) : nil
            return (waiter, reason(state.machine))
        }
        waiter?.resume(returning: .failure(error))
    }

    private static let cancelled = PostgresError(
        .cancelled, "the task was cancelled while it waited for a database connection")
}
