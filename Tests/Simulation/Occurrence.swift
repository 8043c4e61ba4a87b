internal import SluiceCore
internal import SluiceStore

/// One thing that happens at an instant of the timeline.
enum Occurrence {
    // MARK: Faults

    case faultBegins(Int)
    case faultEnds(Int)
    case heal
    case confirmClock
    case databaseDies
    case databaseClockIsSet(ahead: Duration)

    // MARK: Nodes. A process is one start of a node, a life is one incarnation of a process.

    case register(NodeReference, process: Int)
    case registered(NodeReference, process: Int, Incarnation?, asked: MonotonicTime)

    // MARK: Shards

    case renewShard(life: Int)
    case commitShardRenewal(life: Int, sent: Int64, reaches: Bool)
    case shardRenewed(life: Int, Result<Renewal, StatementError>, sent: Int64)
    case shardTick(life: Int)
    case toShard(life: Int, ShardEvent)
    case commitShard(life: Int, ShardAction, sent: Int64, isAnswered: Bool)

    // MARK: Coordinators

    case renewCoordinator(life: Int)
    case commitCoordinatorRenewal(life: Int, leading: Term?, sent: Int64, reaches: Bool)
    case coordinatorRenewed(life: Int, Result<LeadRenewal, StatementError>, sent: Int64)
    case coordinatorTick(life: Int)
    case toCoordinator(life: Int, CoordinatorEvent, term: Term?)
    case commitCoordinator(life: Int, CoordinatorAction, term: Term, isAnswered: Bool)

    // MARK: The bus

    case batchArrives(DispatchBatch)
    case reportArrives(CreditReport)
    case beaconArrives(Beacon)

    // MARK: Gateways

    /// The shell's look at the clock and the first byte.
    case write(life: Int, SendID, Reservation, DeviceProfile, latestStart: MonotonicTime)
    case requestArrives(GatewayRequest)
}

/// What a leader says of itself.
struct Beacon {
    var term: Term
    var assignment: Int64
    var control: Int64
    /// Shards that are to name all their devices.
    var asked: [Incarnation] = []
}

/// A shard or a coordinator, by number.
struct NodeReference: Hashable {
    enum Role { case shard, coordinator }

    var role: Role
    var number: Int

    static func shard(_ number: Int) -> NodeReference { NodeReference(role: .shard, number: number) }
    static func coordinator(_ number: Int) -> NodeReference { NodeReference(role: .coordinator, number: number) }
}
