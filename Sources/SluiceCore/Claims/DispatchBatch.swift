/// The claims of one batch that go to one shard. A batch id names one owner: a claim of several shards makes several
/// batches.
public struct DispatchBatch: Hashable, Sendable {
    public var id: BatchID
    public var owner: Incarnation
    /// After this the shard drops what it has not reserved, and the leader takes it back.
    public var expiresAt: DatabaseTime
    public var claims: [Claim]

    public init(id: BatchID, owner: Incarnation, expiresAt: DatabaseTime, claims: [Claim]) {
        self.id = id
        self.owner = owner
        self.expiresAt = expiresAt
        self.claims = claims
    }
}
