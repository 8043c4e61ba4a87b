/// What a machine ignored, dropped or gave up, since it was made.
public struct ShardCounters: Hashable, Sendable {
    /// Batches of another owner, another term than the database's, past their expiry, or known already (I19).
    public var ignoredBatches: Int64 = 0
    /// Claims of a slot or epoch that is not ours, or of a device we do not know (I19).
    public var ignoredClaims: Int64 = 0
    /// Claims that expired while they waited.
    public var expiredClaims: Int64 = 0
    /// Answers to statements and sends that nobody asked for.
    public var ignoredAnswers: Int64 = 0
    /// Due lanes dropped because no leader took them.
    public var droppedLanes: Int64 = 0
    /// Outcomes left to the leader, because their contacts could not be written.
    public var settlementsSetAside: Int64 = 0
    /// Claims the database refused to reserve.
    public var refusedClaims: Int64 = 0
    /// Settlements that the database refuses because of their contact's row, each time one is tried.
    public var faultySettlements: Int64 = 0
    /// Reserves whose answer was lost.
    public var lostReserves: Int64 = 0

    public init() {}
}
