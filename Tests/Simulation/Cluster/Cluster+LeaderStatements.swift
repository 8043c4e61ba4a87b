internal import SluiceCore
internal import SluiceStore

/// Statements of the leader: each commits at one instant.
extension Cluster {
    mutating func answer(
        to action: CoordinatorAction, term: Term, of life: Int
    ) throws(StatementError) -> CoordinatorEvent? {
        let database = databaseNow
        switch action {
        case .claim(let request):
            journal.claims(request, by: coordinatorLives[life].incarnation, settings.coordinatorLimits)
            let result = try store.claim(request, lasting: settings.timers.claim, at: database)
            journal.claimed(result.batches)
            return .claimed(result)
        case .loadLanes(let query):
            switch query {
            case .all: return .lanesLoaded(store.lanes(nil), query)
            case .named(let lanes), .sweep(let lanes): return .lanesLoaded(store.lanes(lanes), query)
            }
        case .loadRoutes: return .routesLoaded(store.routes)
        case .readOwnerships: return .ownershipsRead(store.slots)
        case .survey:
            try store.fenceLapsed(term: term, at: database)
            let live = store.liveShards(at: database)
            return .surveyed(live.members, firstLapse: live.firstLapse)
        case .assign(let grants): return .assigned(try store.assign(grants, term: term, at: database))
        case .takeBackExpired(let after): return takeBack(expiredAfter: after)
        case .takeBackOlderTerms: return takeBack(olderThan: term)
        case .dispatch, .askForCredits, .resign: return nil
        }
    }

    /// Few at a time, so that rounds follow rounds.
    private mutating func takeBack(expiredAfter: DatabaseTime? = nil, olderThan term: Term? = nil) -> CoordinatorEvent {
        let limit = 3
        let taken = store.takeBack(expiredAfter: expiredAfter, olderThan: term, limit: limit, at: databaseNow)
        return .tookBack(
            taken.claims, lanes: taken.lanes, more: taken.batches >= limit, ofOlderTerms: term != nil)
    }
}

extension CoordinatorAction {
    /// Whether its commit waits for the disk: a claim's does not.
    var isDurable: Bool {
        switch self {
        case .survey, .assign, .takeBackExpired, .takeBackOlderTerms: true
        default: false
        }
    }

    /// What the machine is told when the answer is lost or says no.
    func failure(isRefused: Bool) -> CoordinatorEvent? {
        let isDoubtful = !isRefused
        return switch self {
        case .claim: .claimFailed(mayHaveTakenEffect: isDoubtful)
        case .loadLanes(.all): .failed(.loadLanes, mayHaveTakenEffect: isDoubtful)
        case .loadLanes(.named): .failed(.loadNamedLanes, mayHaveTakenEffect: isDoubtful)
        case .loadLanes(.sweep): .failed(.sweep, mayHaveTakenEffect: isDoubtful)
        case .loadRoutes: .failed(.loadRoutes, mayHaveTakenEffect: isDoubtful)
        case .readOwnerships: .failed(.readOwnerships, mayHaveTakenEffect: isDoubtful)
        case .survey: .failed(.survey, mayHaveTakenEffect: isDoubtful)
        case .assign: .failed(.assign, mayHaveTakenEffect: isDoubtful)
        case .takeBackExpired: .failed(.takeBackExpired, mayHaveTakenEffect: isDoubtful)
        case .takeBackOlderTerms: .failed(.takeBackOlderTerms, mayHaveTakenEffect: isDoubtful)
        case .dispatch, .askForCredits, .resign: nil
        }
    }
}
