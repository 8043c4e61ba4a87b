internal import SluiceCore

/// One thing that happens at an instant of the timeline.
enum Occurrence {
    // MARK: Faults

    case faultBegins(Int)
    case faultEnds(Int)
    case heal

    // MARK: Shards. A process is one start of a node, a life is one incarnation of a process.

    case registerShard(node: Int, process: Int)
    case shardRegistered(node: Int, process: Int, Incarnation?, asked: MonotonicTime)
    case renewShard(life: Int)
    case commitShardRenewal(life: Int, sent: Int64, reaches: Bool)
    case shardRenewed(life: Int, Result<Renewal, StatementError>, sent: Int64)
    case shardTick(life: Int)
    case toShard(life: Int, ShardEvent)
    case commitShard(life: Int, ShardAction, sent: Int64, isAnswered: Bool)

    // MARK: Coordinators

    case registerCoordinator(node: Int, process: Int)
    case coordinatorRegistered(node: Int, process: Int, Incarnation?, asked: MonotonicTime)
    case renewCoordinator(life: Int)
    case commitCoordinatorRenewal(life: Int, leading: Term?, sent: Int64, reaches: Bool)
    case coordinatorRenewed(life: Int, Result<LeadGrant, StatementError>, sent: Int64)
    case coordinatorTick(life: Int)
    case toCoordinator(life: Int, CoordinatorEvent, term: Term?)
    case commitCoordinator(life: Int, CoordinatorAction, term: Term, isAnswered: Bool)

    // MARK: The bus

    case batchArrives(DispatchBatch)
    case reportArrives(CreditReport)
    case beaconArrives(Term, assignment: Int64, control: Int64)

    // MARK: Gateways

    /// The shell's look at the clock and the first byte.
    case write(life: Int, SendID, Reservation, DeviceProfile, latestStart: MonotonicTime)
    case requestArrives(GatewayRequest)
}

/// Why a statement gave no result.
enum StatementError: Error {
    /// The incarnation is over.
    case leaseLost
    /// Somebody else leads.
    case termLost
    /// A live node has this name.
    case nameInUse
    /// Not reached, or the answer was lost.
    case uncertain
}
