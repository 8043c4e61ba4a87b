import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore

/// A leader and a shard with leases, that own every slot.
struct Flight: Sendable {
    let world: World
    let node: Incarnation
    let term: Term

    static func start(_ world: World) async throws -> Flight {
        let coordinator = try await world.leader.register(node: .test("coordinator-1", .coordinator))
        guard let term = try await world.leader.renew(coordinator, leading: nil).leading else {
            throw MissingValue(name: "term")
        }
        let node = try await world.shard.register(node: .test("shard-1", .shard))
        _ = try await world.leader.assign(HashSlot.all.map { SlotGrant(slot: $0, owner: node) }, term: term)
        return Flight(world: world, node: node, term: term)
    }

    /// - Parameter ordinal: of the batch; no two of one test are the same.
    func claim(limit: Int = 100, ordinal: UInt32 = 1) async throws -> [Claim] {
        let routes = Dictionary(uniqueKeysWithValues: try await world.leader.routes().map { ($0.device, $0) })
        let epochs = Dictionary(
            uniqueKeysWithValues: try await world.leader.slotOwnerships().map { ($0.slot, $0.epoch) })
        let shares = try await world.leader.lanes().compactMap { lane -> ClaimRequest.Share? in
            guard lane.isRunnable, let next = lane.next, let route = routes[lane.device],
                let epoch = epochs[route.slot]
            else {
                return nil
            }
            return ClaimRequest.Share(
                lane: lane.id, device: lane.device, priorityClass: lane.priorityClass, slot: route.slot, epoch: epoch,
                batch: BatchID(term: term, ordinal: ordinal), owner: node, limit: limit, from: next)
        }
        let result = try await world.leader.claim(ClaimRequest(term: term, shares: shares), lasting: .seconds(30))
        return result.batches.flatMap(\.claims)
    }

    func reserve(_ claims: [Claim], deadline: Duration = .seconds(60)) async throws -> [Reservation] {
        let requests = claims.map { ReserveRequest(claim: $0, deadlineAfter: deadline) }
        return try await world.shard.reserve(requests, by: node).compactMap { verdict in
            if case .reserved(let reservation) = verdict { reservation } else { nil }
        }
    }

    /// Everything that is due goes out and ends so.
    func send(_ outcome: Outcome, deadline: Duration = .seconds(60), ordinal: UInt32 = 2) async throws {
        let reservations = try await reserve(try await claim(ordinal: ordinal), deadline: deadline)
        _ = try await world.shard.settle(reservations.map { Settlement(reservation: $0, outcome: outcome) })
    }
}

extension NodeRegistration {
    static func test(_ name: String, _ role: NodeRole, lease: Duration = .seconds(60)) -> NodeRegistration {
        NodeRegistration(name: name, role: role, version: "test", host: "host-1", lease: lease)
    }
}

extension Outcome {
    static let unknownAnswer = Outcome.unknown(code: "timeout", detail: "")
    static let busyAnswer = Outcome.refused(
        Refusal(code: "busy", detail: "", isCharged: true, disposition: .retry(notBefore: nil)))
    static let permanentAnswer = Outcome.refused(
        Refusal(code: "invalid_number", detail: "", isCharged: true, disposition: .permanent))
}
