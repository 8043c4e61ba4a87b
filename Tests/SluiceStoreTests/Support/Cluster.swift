import FoundationEssentials
import SluiceCore
import SluiceStore

/// One leader and one shard that owns every slot, driven by hand.
struct Cluster: Sendable {
    var world: any StoreWorld
    let coordinator: Incarnation
    let term: Term
    let node: Incarnation

    static func start(_ world: any StoreWorld, shard name: String = "shard-1") async throws -> Cluster {
        let coordinator = try await world.leader.register(node: .test("coordinator-1", .coordinator))
        guard let term = try await world.leader.renew(coordinator, leading: nil).leading else { throw Missing("lead") }
        let node = try await world.shard.register(node: .test(name, .shard))
        _ = try await world.leader.assign(HashSlot.all.map { SlotGrant(slot: $0, owner: node) }, term: term)
        return Cluster(world: world, coordinator: coordinator, term: term, node: node)
    }

    /// Claims up to `limit` contacts of each lane that is due, as one batch of `ordinal`.
    func claim(
        _ limit: Int = 10, ordinal: UInt32 = 1, lasting: Duration = .seconds(30)
    ) async throws -> (claims: [Claim], result: ClaimResult) {
        let result = try await world.leader.claim(try await request(limit, ordinal: ordinal), lasting: lasting)
        return (result.batches.flatMap(\.claims), result)
    }

    func request(_ limit: Int, ordinal: UInt32) async throws -> ClaimRequest {
        let routes = Dictionary(uniqueKeysWithValues: try await world.leader.routes().map { ($0.device, $0) })
        let epochs = Dictionary(
            uniqueKeysWithValues: try await world.leader.slotOwnerships().map { ($0.slot, $0.epoch) })
        let shares = try await world.leader.lanes().compactMap { lane -> ClaimRequest.Share? in
            guard lane.isRunnable, let next = lane.next, let route = routes[lane.device] else { return nil }
            return ClaimRequest.Share(
                lane: lane.id, device: lane.device, priorityClass: lane.priorityClass, slot: route.slot,
                epoch: epochs[route.slot]!, batch: BatchID(term: term, ordinal: ordinal), owner: node, limit: limit,
                from: next, isPaced: lane.ratePerMinute != nil)
        }
        return ClaimRequest(term: term, shares: shares)
    }

    func verdicts(_ claims: [Claim]) async throws -> [ReserveVerdict] {
        try await world.shard.reserve(
            claims.map { ReserveRequest(claim: $0, deadlineAfter: .seconds(86)) }, by: node)
    }

    func reserve(_ claims: [Claim]) async throws -> [Reservation] {
        try await verdicts(claims).compactMap { if case .reserved(let reservation) = $0 { reservation } else { nil } }
    }

    /// Claims and reserves everything that is due.
    func reserveAll(ordinal: UInt32 = 1) async throws -> [Reservation] {
        try await reserve(try await claim(1000, ordinal: ordinal).claims)
    }

    @discardableResult
    func settle(_ reservations: [Reservation], _ outcome: Outcome) async throws -> SettleResult {
        try await world.shard.settle(reservations.map { Settlement(reservation: $0, outcome: outcome) })
    }
}

extension NodeRegistration {
    static func test(_ name: String, _ role: NodeRole, lease: Duration = .seconds(60)) -> NodeRegistration {
        NodeRegistration(name: name, role: role, version: "test", host: "localhost", lease: lease)
    }
}

extension Outcome {
    static let sent = Outcome.sent(providerID: "p1")
    static let unknown = Outcome.unknown(code: "timeout", detail: "")
    static let aborted = Outcome.aborted(code: "late")
    static let retry = Outcome.refused(
        Refusal(code: "busy", detail: "", isCharged: true, disposition: .retry(notBefore: nil)))
    static let permanent = Outcome.refused(
        Refusal(code: "invalid_number", detail: "", isCharged: true, disposition: .permanent))
    static let device = Outcome.refused(
        Refusal(code: "logged_out", detail: "", isCharged: false, disposition: .device(.loggedOut)))
}
