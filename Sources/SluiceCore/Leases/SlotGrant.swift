/// "This slot shall be that shard's", or nobody's.
public struct SlotGrant: Hashable, Sendable {
    public var slot: HashSlot
    /// Nil: its owner shall give it up, although there is nobody to give it to.
    public var owner: Incarnation?

    public init(slot: HashSlot, owner: Incarnation?) {
        self.slot = slot
        self.owner = owner
    }
}
