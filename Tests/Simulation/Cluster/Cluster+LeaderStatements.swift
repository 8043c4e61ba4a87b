internal import SluiceCore
internal import SluiceStore

/// Statements of the leader: each commits at one instant.
extension Cluster {
    mutating func answer(to action: CoordinatorAction, term: Term) throws(StatementError) -> CoordinatorEvent? {
        let database = databaseNow
        switch action {
        case .claim(let request):
            return .claimed(try store.claim(request, lasting: settings.timers.claim, at: database))
        case .loadLanes(let query):
            switch query {
            case .all: return .lanesLoaded(store.lanes(nil), query)
            case .named(let lanes), .sweep(let lanes): return .lanesLoaded(store.lanes(lanes), query)
            }
        case .loadRoutes: return .routesLoaded(store.routes)
        case .readOwnerships: return .ownershipsRead(store.slots)
        case .survey:
            try store.fenceLapsed(term: term, at: database)
            return .surveyed(store.liveShards(at: database))
        case .assign(let grants): return .assigned(try store.assign(grants, term: term, at: database))
        case .takeBackExpired: return takeBack(olderThan: nil)
        case .takeBackOlderTerms: return takeBack(olderThan: term)
        case .dispatch, .resign: return nil
        }
    }

    /// Few at a time, so that rounds follow rounds.
    private mutating func takeBack(olderThan term: Term?) -> CoordinatorEvent {
        let limit = 3
        let taken = store.takeBack(expired: term == nil, olderThan: term, limit: limit, at: databaseNow)
        return .tookBack(
            taken.claims, lanes: taken.lanes, more: taken.batches >= limit, ofOlderTerms: term != nil)
    }
}

extension CoordinatorAction {
    /// What the machine is told when the answer is lost.
    var failure: CoordinatorEvent? {
        switch self {
        case .claim: .claimFailed(mayHaveTakenEffect: true)
        case .loadLanes(.all): .failed(.loadLanes, mayHaveTakenEffect: true)
        case .loadLanes(.named): .failed(.loadNamedLanes, mayHaveTakenEffect: true)
        case .loadLanes(.sweep): .failed(.sweep, mayHaveTakenEffect: true)
        case .loadRoutes: .failed(.loadRoutes, mayHaveTakenEffect: true)
        case .readOwnerships: .failed(.readOwnerships, mayHaveTakenEffect: true)
        case .survey: .failed(.survey, mayHaveTakenEffect: true)
        case .assign: .failed(.assign, mayHaveTakenEffect: true)
        case .takeBackExpired: .failed(.takeBackExpired, mayHaveTakenEffect: true)
        case .takeBackOlderTerms: .failed(.takeBackOlderTerms, mayHaveTakenEffect: true)
        case .dispatch, .resign: nil
        }
    }
}
