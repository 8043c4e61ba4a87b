internal import SluiceCore

extension ShardAction {
    /// Its number in a trace.
    var number: UInt64 {
        switch self {
        case .readVersions: 1
        case .readOwnership: 2
        case .takeOver: 3
        case .loadDevices: 4
        case .fetchBatch: 5
        case .reserve: 6
        case .settle: 7
        case .setAside: 8
        case .release: 9
        case .abortLost: 10
        case .reportFault: 11
        case .giveUp: 12
        case .record: 13
        case .send: 14
        case .pollState: 15
        case .publish: 16
        case .restart: 17
        case .finished: 18
        }
    }
}

extension CoordinatorAction {
    var number: UInt64 {
        switch self {
        case .claim: 31
        case .dispatch: 32
        case .loadLanes: 33
        case .loadRoutes: 34
        case .readOwnerships: 35
        case .survey: 36
        case .assign: 37
        case .takeBackExpired: 38
        case .takeBackOlderTerms: 39
        case .resign: 40
        case .askForCredits: 41
        }
    }
}
