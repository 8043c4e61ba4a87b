import NATSDriver
import SluiceCore
import SluiceStore
import SluiceWire
import TestSupport
import Testing

/// A leader driven by hand: each test says what is assigned, claimed and published, and when.
final class HandLeader: Sendable {
    let incarnation: Incarnation
    let term: Term
    private let store: PostgresCoordinatorStore
    private let ground: NodeGround

    /// Takes the lead for an hour.
    static func with(_ ground: NodeGround, _ body: @escaping @Sendable (HandLeader) async throws -> Void) async throws {
        try await StoreFixture.withPools(url: ground.databaseURL) { pools in
            try await body(HandLeader(ground, PostgresCoordinatorStore(pools: pools)))
        }
    }

    private init(_ ground: NodeGround, _ store: PostgresCoordinatorStore) async throws {
        self.ground = ground
        self.store = store
        incarnation = try await store.register(
            node: NodeRegistration(
                name: "leader", role: .coordinator, version: "test", host: "test", lease: .seconds(3_600)))
        guard let term = try await store.renew(incarnation, leading: nil).leading else { throw NoLead() }
        self.term = term
    }

    struct NoLead: Error {}

    /// Gives every slot that is free to the shard node that lives under this name.
    func assignAll(to name: String) async throws -> Incarnation {
        // Who has lapsed is fenced first, as a take-over demands.
        _ = try await store.fenceLapsed(term: term)
        let owner = Incarnation(
            rawValue: Int64(
                try await ground.number(
                    """
                    SELECT max(incarnation) FROM node_leases
                    WHERE node_name = '\(name)' AND expires_at > clock_timestamp()
                    """)))
        _ = try await store.assign(HashSlot.all.map { SlotGrant(slot: $0, owner: owner) }, term: term)
        return owner
    }

    /// Makes contacts of the leads that got a trigger.
    func enroll() async throws {
        while try await store.enroll(limit: 1_000).more {}
    }

    /// Claims up to `limit` contacts of each device that is due, as one batch that NATS does not carry.
    /// - Parameter ordinal: of the batch; no two of one test are the same.
    func claim(
        _ limit: Int, ordinal: UInt32, for owner: Incarnation, lasting: Duration = .seconds(30)
    ) async throws -> DispatchBatch {
        let routes = Dictionary(uniqueKeysWithValues: try await store.routes().map { ($0.device, $0) })
        let epochs = Dictionary(uniqueKeysWithValues: try await store.slotOwnerships().map { ($0.slot, $0.epoch) })
        let shares = try await store.lanes().compactMap { lane -> ClaimRequest.Share? in
            guard let next = lane.next, let route = routes[lane.device], let epoch = epochs[route.slot] else {
                return nil
            }
            return ClaimRequest.Share(
                lane: lane.id, device: lane.device, priorityClass: lane.priorityClass, slot: route.slot, epoch: epoch,
                batch: BatchID(term: term, ordinal: ordinal), owner: owner, limit: limit, from: next)
        }
        let result = try await store.claim(ClaimRequest(term: term, shares: shares), lasting: lasting)
        return try #require(result.batches.first, "something was due")
    }

    func takeBackAll() async throws {
        _ = try await store.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 100)
    }

    func publish(_ batch: DispatchBatch, to node: Incarnation? = nil) throws {
        try ground.nats.publish(ground.subjects.dispatch(node ?? batch.owner), payload: batch.encoded())
    }
}
