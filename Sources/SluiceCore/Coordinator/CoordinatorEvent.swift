/// What a coordinator's machine is told. The shell answers each statement it was asked for exactly once, and drops the
/// answers to statements of a term that is over.
public enum CoordinatorEvent: Sendable {
    // MARK: The lead

    case becameLeader(Term)
    /// That term is over. Ignored when the machine leads with another one.
    case lostLead(Term)
    /// A reading of both clocks and the versions of what the leader remembers: every renewal.
    case renewed(ClockReading, assignmentVersion: Int64, control: ControlVersions)

    // MARK: Hints. May come late, twice or never.

    case creditReport(CreditReport)
    case lanesDue([LaneDue])
    case tick

    // MARK: Answers

    case lanesLoaded([Lane], LaneQuery)
    case routesLoaded([DeviceRoute])
    case ownershipsRead([SlotOwnership])
    /// Shard nodes with a running lease, read after the lapsed ones were fenced; and how long it was until the first of
    /// these leases ends, unless it is renewed.
    case surveyed([ShardMember], firstLapse: Duration?)
    case assigned([SlotOwnership])
    case tookBack([ReturnedClaims], lanes: [LaneDue], more: Bool, ofOlderTerms: Bool)
    case claimed(ClaimResult)
    /// `mayHaveTakenEffect`: the statement's answer was lost, so that it is not known what it claimed.
    case claimFailed(mayHaveTakenEffect: Bool)
    case failed(CoordinatorErrand, mayHaveTakenEffect: Bool)
}

/// What a coordinator's machine asks its shell to do.
public enum CoordinatorAction: Hashable, Sendable {
    case claim(ClaimRequest)
    case dispatch(DispatchBatch)
    /// Say with a beacon that these shards are to name all their devices.
    case askForCredits([Incarnation])
    case loadLanes(LaneQuery)
    case loadRoutes
    case readOwnerships
    /// Fence the lapsed shards, then, in another statement, read the live ones.
    case survey
    case assign([SlotGrant])
    /// What expired before `after` need not be looked at.
    case takeBackExpired(after: DatabaseTime)
    case takeBackOlderTerms
    /// Something was written whose answer was lost, and the credit book cannot be exact any more: leave, and begin a
    /// new term.
    case resign
}

/// Which lanes to read.
public enum LaneQuery: Hashable, Sendable {
    case all
    /// Lanes that a wake-up named and the leader does not know.
    case named([LaneID])
    /// Lanes that nobody mentioned for a while.
    case sweep([LaneID])

    var errand: CoordinatorErrand {
        switch self {
        case .all: .loadLanes
        case .named: .loadNamedLanes
        case .sweep: .sweep
        }
    }
}

/// The statements of the leader beside its claims. At most one of each is under way.
public enum CoordinatorErrand: Int, Hashable, Sendable, CaseIterable {
    case takeBackOlderTerms, loadRoutes, readOwnerships, survey, assign
    case loadLanes, loadNamedLanes, sweep, takeBackExpired
}
