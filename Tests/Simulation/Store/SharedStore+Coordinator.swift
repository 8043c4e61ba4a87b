internal import SluiceCore
internal import SluiceStore

extension SharedStore: CoordinatorStore {
    func renew(_ incarnation: Incarnation, leading: Term?) async throws -> LeadRenewal {
        try call { store, now throws(StatementError) in
            try store.renewCoordinator(incarnation, leading: leading, at: now)
        }
    }

    func leave(_ incarnation: Incarnation, leading: Term?) async throws {
        try call { store, now in store.leave(incarnation, leading: leading, at: now) }
    }

    func liveShards() async throws -> LiveShards { try call { store, now in store.liveShards(at: now) } }

    func fenceLapsed(term: Term) async throws -> [Incarnation] {
        try call { store, now throws(StatementError) in try store.fenceLapsed(term: term, at: now) }
    }

    func slotOwnerships() async throws -> [SlotOwnership] { try call { store, _ in store.slots } }

    func assign(_ grants: [SlotGrant], term: Term) async throws -> [SlotOwnership] {
        try call { store, now throws(StatementError) in try store.assign(grants, term: term, at: now) }
    }

    func lanes() async throws -> [Lane] { try call { store, _ in store.lanes(nil) } }

    func lanes(_ ids: [LaneID]) async throws -> [Lane] { try call { store, _ in store.lanes(ids) } }

    func routes() async throws -> [DeviceRoute] { try call { store, _ in store.routes } }

    func claim(_ request: ClaimRequest, lasting: Duration) async throws -> ClaimResult {
        try call { store, now throws(StatementError) in try store.claim(request, lasting: lasting, at: now) }
    }

    func takeBack(expiredAfter: DatabaseTime?, olderThan term: Term?, limit: Int) async throws -> TakenBack {
        try call { store, now in
            store.takeBack(expiredAfter: expiredAfter, olderThan: term, limit: limit, at: now)
        }
    }

    // MARK: Intake

    func enroll(limit: Int) async throws -> IntakeResult {
        let done = try call { store, now in store.enroll(limit: limit, at: now) }
        return IntakeResult(lanes: done.lanes, processed: done.processed, more: done.more)
    }

    func complete(limit: Int) async throws -> IntakeResult {
        let done = try call { store, _ in store.complete(limit: limit) }
        return IntakeResult(lanes: [], processed: done.processed, more: done.more)
    }

    func intakeBacklog() async throws -> Int { try call { store, _ in min(10_000, store.intake.count) } }

    // It has no branches, no rows written by hand, no devices that contacts leave, and no days to forget.

    func decideBranches(limit: Int) async throws -> IntakeResult { Self.nothing }
    func drainWakes(limit: Int) async throws -> IntakeResult { Self.nothing }
    func relocate(limit: Int) async throws -> IntakeResult { Self.nothing }
    func maintain(keepDays: Int) async throws {}

    private static var nothing: IntakeResult { IntakeResult(lanes: [], processed: 0, more: false) }
}
