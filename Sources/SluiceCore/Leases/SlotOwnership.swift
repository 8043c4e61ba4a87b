/// One row of `slot_owners`.
public struct SlotOwnership: Hashable, Sendable {
    public var slot: HashSlot
    public var epoch: Epoch
    /// Nil: nobody; the leader assigns it.
    public var owner: Incarnation?
    /// Whom the leader wants to own it; nil: nobody. Differs from `owner` while a hand-over is asked for.
    public var wanted: Incarnation?

    public init(slot: HashSlot, epoch: Epoch, owner: Incarnation?, wanted: Incarnation?) {
        self.slot = slot
        self.epoch = epoch
        self.owner = owner
        self.wanted = wanted
    }
}
