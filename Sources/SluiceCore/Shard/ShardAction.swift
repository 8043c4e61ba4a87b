/// What a shard's machine asks its shell to do. The shell answers each statement and each send exactly once.
public enum ShardAction: Hashable, Sendable {
    // MARK: Statements

    /// Who leads, and the versions: somebody said that they changed.
    case readVersions(StatementID)
    case readOwnership(StatementID)
    /// The ledger's history of the slots, then their devices: two statements in this order.
    case takeOver(StatementID, [SlotOwnership])
    case loadDevices(StatementID, [HashSlot])
    case fetchBatch(StatementID, BatchID)
    case reserve(StatementID, [ReserveRequest])
    case settle(StatementID, [Settlement])
    /// Outcomes whose contacts cannot be written go into a table of their own, from which the leader settles them.
    /// Answered like a settle.
    case setAside(StatementID, [Settlement])
    case release(StatementID, [Claim])
    case abortLost(StatementID, [Claim])
    /// Records on the claim's row that the database refuses to reserve it, and puts the claim back. Answered like a
    /// release.
    case reportFault(StatementID, Claim, RowFault)
    case giveUp(StatementID, [SlotOwnership])
    /// Not answered: when it fails, the next change or poll writes it anew.
    case record(DeviceID, DeviceCondition, detail: String)

    // MARK: Gateways

    /// At most one request, and none once the monotonic clock shows `latestStart`, which the shell reads right before
    /// the write.
    case send(SendID, Reservation, DeviceProfile, latestStart: MonotonicTime)
    case pollState(DeviceProfile)

    // MARK: To the leader

    case publish(CreditReport)

    // MARK: The node

    /// The lease is lost: a new incarnation may start at once; this machine only lets open requests end and settle.
    case restart
    /// Nothing is left to do.
    case finished
}
