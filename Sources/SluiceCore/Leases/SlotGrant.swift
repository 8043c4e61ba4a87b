/// "This slot shall be that shard's."
public struct SlotGrant: Hashable, Sendable {
    public var slot: HashSlot
    public var owner: Incarnation

    public init(slot: HashSlot, owner: Incarnation) {
        self.slot = slot
        self.owner = owner
    }
}
