/// What the leader asks the store to claim: so many contacts of each lane, in one statement.
public struct ClaimRequest: Hashable, Sendable {
    /// One lane's share of the claim.
    public struct Share: Hashable, Sendable {
        public var lane: LaneID
        public var device: DeviceID
        public var priorityClass: PriorityClass
        public var slot: HashSlot
        public var epoch: Epoch
        /// The batch (and so the shard) this share goes to.
        public var batch: BatchID
        public var owner: Incarnation
        /// At least 1; at most the device's credit less its live claims.
        public var limit: Int
        /// Nothing in the lane that may be claimed lies before this: where the probe starts, so that it steps over dead
        /// rows.
        public var from: LanePosition
        /// Its source has a rate: the claim may give less than there is.
        public var isPaced: Bool

        public init(
            lane: LaneID, device: DeviceID, priorityClass: PriorityClass, slot: HashSlot, epoch: Epoch, batch: BatchID,
            owner: Incarnation, limit: Int, from: LanePosition, isPaced: Bool = false
        ) {
            self.lane = lane
            self.device = device
            self.priorityClass = priorityClass
            self.slot = slot
            self.epoch = epoch
            self.batch = batch
            self.owner = owner
            self.limit = limit
            self.from = from
            self.isPaced = isPaced
        }
    }

    public var term: Term
    public var shares: [Share]

    public init(term: Term, shares: [Share]) {
        self.term = term
        self.shares = shares
    }
}

/// What the store claimed.
public struct ClaimResult: Hashable, Sendable {
    public var batches: [DispatchBatch]
    /// Every lane of the request: where its next unclaimed contact is; nil when it has none.
    public var next: [LaneID: LanePosition?]
    /// Lanes whose source has used up its rate: until when.
    public var pacedUntil: [LaneID: DatabaseTime]

    public init(
        batches: [DispatchBatch], next: [LaneID: LanePosition?], pacedUntil: [LaneID: DatabaseTime] = [:]
    ) {
        self.batches = batches
        self.next = next
        self.pacedUntil = pacedUntil
    }
}
