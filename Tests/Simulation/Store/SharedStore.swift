internal import SluiceCore
internal import SluiceStore
internal import Synchronization

/// A ``SimulatedStore`` that many tasks share, behind the protocols of the PostgreSQL store: so it can be held to the
/// suite of that one.
///
/// Its clock stands still but for each call, which takes ``callLasts``: what happens later is later.
final class SharedStore: Sendable {
    private struct State {
        var store: SimulatedStore
        var now: DatabaseTime
    }

    private static let callLasts: Duration = .milliseconds(10)
    private let state: Mutex<State>

    init(_ store: SimulatedStore, at now: DatabaseTime) { state = Mutex(State(store: store, now: now)) }

    /// One statement, or one look of a test.
    @discardableResult
    func call<Value: Sendable>(
        _ body: (inout SimulatedStore, DatabaseTime) throws(StatementError) -> Value
    ) throws -> Value {
        let result: Result<Value, StatementError> = state.withLock { state in
            state.now = state.now + Self.callLasts
            do throws(StatementError) {
                return .success(try body(&state.store, state.now))
            } catch {
                return .failure(error)
            }
        }
        do throws(StatementError) {
            return try result.get()
        } catch {
            switch error {
            case .leaseLost: throw StoreError.leaseLost
            case .termLost: throw StoreError.termLost
            case .nameInUse(let name, let left): throw StoreError.nameInUse(name: name, lapsesIn: left)
            case .refusedRow(let fault): throw fault
            case .uncertain: throw StoreError.malformed("a row stayed locked")
            }
        }
    }
}

extension SharedStore: ShardStore {
    func register(node: NodeRegistration) async throws -> Incarnation {
        try call { store, now throws(StatementError) in try store.register(node, at: now) }
    }

    func renew(_ incarnation: Incarnation) async throws -> Renewal {
        try call { store, now throws(StatementError) in try store.renewShard(incarnation, at: now) }
    }

    func versions() async throws -> ClusterVersions { try call { store, _ in store.versions } }

    func ownedSlots(_ incarnation: Incarnation) async throws -> [SlotOwnership] {
        try call { store, _ in store.ownedSlots(incarnation) }
    }

    func devices(in slots: [HashSlot]) async throws -> [DeviceProfile] {
        try call { store, _ in store.devices(in: slots) }
    }

    func takeOver(
        _ slots: [SlotOwnership], by incarnation: Incarnation, lookback: Duration
    ) async throws -> TakeOver {
        try call { store, now in store.takeOver(slots, lookback: lookback, at: now) }
    }

    func openBatch(_ batch: BatchID, of incarnation: Incarnation) async throws -> DispatchBatch? {
        try call { store, now in store.openBatch(batch, of: incarnation, at: now) }
    }

    func reserve(_ requests: [ReserveRequest], by incarnation: Incarnation) async throws -> [ReserveVerdict] {
        try call { store, now throws(StatementError) in try store.reserve(requests, by: incarnation, at: now) }
    }

    func abortLost(
        _ claims: [Claim], by incarnation: Incarnation
    ) async throws -> [(claim: Claim, due: DatabaseTime?)] {
        try call { store, now throws(StatementError) in try store.abortLost(claims, at: now) }.map {
            ($0.claim, $0.due)
        }
    }

    func settle(_ settlements: [Settlement]) async throws -> SettleResult {
        try call { store, now in store.settle(settlements, at: now) }
    }

    func setAside(_ settlements: [Settlement]) async throws { try call { store, _ in store.setAside(settlements) } }

    func reportFault(_ fault: RowFault, of claim: Claim) async throws -> ReleasedClaim? {
        try call { store, now throws(StatementError) in try store.reportFault(fault, of: claim, at: now) }
    }

    func release(_ claims: [Claim]) async throws -> [(claim: Claim, due: DatabaseTime)] {
        try call { store, _ throws(StatementError) in try store.release(claims) }.compactMap { released in
            released.due.map { (released.claim, $0) }
        }
    }

    func giveUp(_ slots: [SlotOwnership], by incarnation: Incarnation) async throws {
        try call { store, now in store.giveUp(slots, by: incarnation, at: now) }
    }

    func drain(_ incarnation: Incarnation) async throws { try call { store, _ in store.drain(incarnation) } }

    func record(_ condition: DeviceCondition, detail: String, of device: DeviceID) async throws {
        try call { store, _ in store.record(condition, of: device) }
    }

    func noteClockStep(of parting: Duration, seenBy node: String) async throws {
        try call { store, _ in store.noteClockStep(seenBy: node) }
    }

    func leave(_ incarnation: Incarnation) async throws {
        try call { store, now in store.leave(incarnation, at: now) }
    }
}
