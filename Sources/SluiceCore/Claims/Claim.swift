/// One contact, claimed for one device: what a leader hands to a shard. Ids only, never a phone number or a text.
public struct Claim: Hashable, Sendable {
    public var contact: ContactID
    public var device: DeviceID
    public var lane: LaneID
    public var priorityClass: PriorityClass
    public var slot: HashSlot
    /// The ownership of `slot` that the leader granted the claim to.
    public var epoch: Epoch
    public var batch: BatchID

    public init(
        contact: ContactID, device: DeviceID, lane: LaneID, priorityClass: PriorityClass, slot: HashSlot, epoch: Epoch,
        batch: BatchID
    ) {
        self.contact = contact
        self.device = device
        self.lane = lane
        self.priorityClass = priorityClass
        self.slot = slot
        self.epoch = epoch
        self.batch = batch
    }
}
