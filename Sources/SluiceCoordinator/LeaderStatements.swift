internal import Logging
internal import PostgresDriver
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceStore
internal import SluiceTelemetry

/// Carries out the machine's statements. Each is answered exactly once, by its result or by its failure.
struct LeaderStatements: Sendable {
    let parts: CoordinatorParts
    private let outage: OutageLog

    init(parts: CoordinatorParts) {
        self.parts = parts
        outage = OutageLog("leader's statements", logger: parts.logger)
    }

    func perform(_ action: CoordinatorAction, term: Term) async -> CoordinatorEvent? {
        do {
            let event = try await result(of: action, term: term)
            outage.worked()
            return event
        } catch StoreError.termLost {
            parts.lead.end(term)
            return .lostLead(term)
        } catch {
            if !Task.isCancelled { outage.failed(error) }
            parts.diskFull.note(error, at: parts.now)
            if case StoreError.database(let cause) = error, cause.kind == .connectionLost { parts.lead.noteCutOff() }
            return failure(of: action, Self.mayHaveTakenEffect(error))
        }
    }

    private func result(of action: CoordinatorAction, term: Term) async throws -> CoordinatorEvent? {
        let store = parts.store
        switch action {
        case .claim(let request): return .claimed(try await claim(request))
        case .loadLanes(let query): return .lanesLoaded(try await lanes(query), query)
        case .loadRoutes: return .routesLoaded(try await store.routes())
        case .readOwnerships: return .ownershipsRead(try await store.slotOwnerships())
        case .survey:
            let live = try await survey(term)
            return .surveyed(live.members, firstLapse: live.firstLapse)
        case .assign(let grants):
            Failpoints.before(.assign)
            let changed = try await store.assign(grants, term: term)
            Failpoints.after(.assign)
            parts.assigned.raise()
            parts.logger.notice("slots assigned", metadata: ["count": "\(grants.count)"])
            return .assigned(changed)
        case .takeBackExpired(let after): return try await takeBack(expiredAfter: after)
        case .takeBackOlderTerms: return try await takeBack(olderThan: term)
        case .dispatch, .askForCredits, .resign: return nil
        }
    }

    private func claim(_ request: ClaimRequest) async throws -> ClaimResult {
        let start = parts.now
        Failpoints.before(.claim)
        let result = try await parts.store.claim(request, lasting: parts.configuration.timers.claim)
        Failpoints.after(.claim)
        let count = result.batches.reduce(0) { $0 + $1.claims.count }
        parts.metrics.noteClaim(contacts: count, took: parts.now - start)
        parts.logger.debug(
            "claimed",
            metadata: [
                "count": "\(count)", "lanes": "\(request.shares.count)", "batch_count": "\(result.batches.count)",
            ])
        return result
    }

    private func lanes(_ query: LaneQuery) async throws -> [Lane] {
        switch query {
        case .all: try await parts.store.lanes()
        case .named(let ids), .sweep(let ids): try await parts.store.lanes(ids)
        }
    }

    /// Two statements in this order, so that a shard that lapsed is fenced before its slots can be given away.
    private func survey(_ term: Term) async throws -> LiveShards {
        Failpoints.before(.fence)
        let fenced = try await parts.store.fenceLapsed(term: term)
        if !fenced.isEmpty {
            Failpoints.after(.fence)
            parts.logger.notice(
                "lapsed shards fenced", metadata: ["incarnations": "\(fenced.map(\.rawValue))"])
        }
        return try await parts.store.liveShards()
    }

    private func takeBack(expiredAfter: DatabaseTime? = nil, olderThan term: Term? = nil) async throws
        -> CoordinatorEvent
    {
        let limit = parts.configuration.takeBackChunk
        let taken = try await parts.store.takeBack(expiredAfter: expiredAfter, olderThan: term, limit: limit)
        return .tookBack(
            taken.claims, lanes: taken.lanes, more: taken.batches >= limit, ofOlderTerms: term != nil)
    }

    private func failure(of action: CoordinatorAction, _ mayHaveTakenEffect: Bool) -> CoordinatorEvent? {
        switch action {
        case .claim: .claimFailed(mayHaveTakenEffect: mayHaveTakenEffect)
        case .loadLanes(.all): .failed(.loadLanes, mayHaveTakenEffect: mayHaveTakenEffect)
        case .loadLanes(.named): .failed(.loadNamedLanes, mayHaveTakenEffect: mayHaveTakenEffect)
        case .loadLanes(.sweep): .failed(.sweep, mayHaveTakenEffect: mayHaveTakenEffect)
        case .loadRoutes: .failed(.loadRoutes, mayHaveTakenEffect: mayHaveTakenEffect)
        case .readOwnerships: .failed(.readOwnerships, mayHaveTakenEffect: mayHaveTakenEffect)
        case .survey: .failed(.survey, mayHaveTakenEffect: mayHaveTakenEffect)
        case .assign: .failed(.assign, mayHaveTakenEffect: mayHaveTakenEffect)
        case .takeBackExpired: .failed(.takeBackExpired, mayHaveTakenEffect: mayHaveTakenEffect)
        case .takeBackOlderTerms: .failed(.takeBackOlderTerms, mayHaveTakenEffect: mayHaveTakenEffect)
        case .dispatch, .askForCredits, .resign: nil
        }
    }

    /// Whether the statement may have been executed all the same. Every doubt counts as yes.
    private static func mayHaveTakenEffect(_ error: any Error) -> Bool {
        switch error {
        case StoreError.database(let cause): cause.mayHaveTakenEffect
        // The rows came back, so it was executed; what they said is lost.
        case StoreError.malformed: true
        case is StoreError: false
        default: true
        }
    }
}
