import NATSDriver
import SluiceCore
import SluiceStore
import SluiceWire
import Synchronization
import TestSupport

/// A shard node that keeps its lease, owns what it is given, grants each device the capacity it is told to, and keeps the
/// claims it gets. It reserves none, so none is ever consumed.
final class ModelShard: Sendable {
    private struct State {
        var term = Term(rawValue: 0)
        var sequence: Int64 = 0
        var version: Int64 = -1
        var slots: [SlotOwnership] = []
        var devices: [DeviceProfile] = []
        var capacity: [String: Int]
        var batches: [DispatchBatch] = []
        var isDead = false
    }

    let incarnation: Incarnation
    private let state: Mutex<State>
    private let store: PostgresShardStore
    private let ground: NodeGround
    private let nats: NATSConnection

    /// Runs one while `body` runs; after that its lease lapses.
    /// - Parameter capacity: by device name; 0 for those left out.
    static func with(
        _ name: String, on ground: NodeGround, capacity: [String: Int],
        _ body: @escaping @Sendable (ModelShard) async throws -> Void
    ) async throws {
        try await StoreFixture.withPools(url: ground.databaseURL) { pools in
            try await ground.withNATS { nats in
                let shard = try await ModelShard(name, ground, nats, pools, capacity)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await shard.listen() }
                    group.addTask { await shard.keepLease() }
                    try await body(shard)
                    group.cancelAll()
                }
            }
        }
    }

    private init(
        _ name: String, _ ground: NodeGround, _ nats: NATSConnection, _ pools: StorePools, _ capacity: [String: Int]
    ) async throws {
        self.ground = ground
        self.nats = nats
        store = PostgresShardStore(pools: pools, windows: CapWindows())
        state = Mutex(State(capacity: capacity))
        incarnation = try await store.register(
            node: NodeRegistration(name: name, role: .shard, version: "test", host: "test", lease: .seconds(3)))
    }

    var batches: [DispatchBatch] { state.withLock(\.batches) }
    var claims: [Claim] { batches.flatMap(\.claims) }
    var slotCount: Int { state.withLock(\.slots.count) }
    var sequence: Int64 { state.withLock(\.sequence) }

    /// Claims by the name of their device.
    var claimCounts: [String: Int] {
        let names = state.withLock { Dictionary($0.devices.map { ($0.id, $0.name) }) { first, _ in first } }
        return claims.reduce(into: [:]) { $0[names[$1.device] ?? "?", default: 0] += 1 }
    }

    func grant(_ capacity: Int, to device: String) { state.withLock { $0.capacity[device] = capacity } }

    /// From now on it says nothing, and its lease lapses.
    func die() { state.withLock { $0.isDead = true } }

    private var isDead: Bool { state.withLock(\.isDead) }

    private func listen() async {
        await withTaskGroup { group in
            group.addTask {
                await self.follow(self.ground.subjects.dispatch(self.incarnation)) { message in
                    let batch = try DispatchBatch(decoding: message.payload)
                    self.state.withLock { $0.batches.append(batch) }
                }
            }
            group.addTask {
                await self.follow(self.ground.subjects.beacon) { message in
                    let beacon = try LeaderBeacon(decoding: message.payload)
                    self.state.withLock { $0.term = max($0.term, beacon.term) }
                    try self.report()
                }
            }
        }
    }

    private func follow(_ subject: String, _ hear: @Sendable (NATSMessage) throws -> Void) async {
        // A connection without a server, or a report that it cannot carry: the next beacon tries again.
        try? await nats.withSubscription(subject) { messages in
            for await message in messages { try? hear(message) }
        }
    }

    private func keepLease() async {
        while !Task.isCancelled, !isDead {
            // Without the database nothing is renewed, and the next round tries again.
            try? await renew()
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func renew() async throws {
        let renewal = try await store.renew(incarnation)
        if renewal.assignmentVersion != state.withLock(\.version) {
            let slots = try await store.ownedSlots(incarnation)
            let devices = try await store.devices(in: slots.map(\.slot))
            state.withLock { state in
                state.version = renewal.assignmentVersion
                state.slots = slots
                state.devices = devices
            }
        }
        try report()
    }

    private func report() throws {
        guard !isDead else { return }
        let report = state.withLock { state in
            state.sequence += 1
            let epochs = Dictionary(uniqueKeysWithValues: state.slots.map { ($0.slot, $0.epoch) })
            let credits = state.devices.compactMap { device in
                epochs[device.slot].map {
                    DeviceCredit(
                        device: device.id, epoch: $0, capacity: state.capacity[device.name] ?? 0, consumed: 0)
                }
            }
            return CreditReport(
                node: incarnation, term: state.term, sequence: state.sequence, credits: credits, lanes: [],
                wholeFrom: state.sequence)
        }
        try nats.publish(ground.subjects.credit, payload: report.encoded())
    }
}
