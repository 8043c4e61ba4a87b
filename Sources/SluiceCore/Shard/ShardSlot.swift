/// One hash slot as this node sees it.
///
/// `foreign` → `loading` (owned, history on its way) → `ready` → `leaving` (no intake; waits until nothing is
/// outstanding, then is given up) → `foreign`. A slot that is lost without our doing goes to `leaving` too: giving up
/// what one does not own changes nothing.
struct ShardSlot: Sendable {
    enum Phase: Hashable, Sendable { case foreign, loading, ready, leaving }

    var phase: Phase = .foreign
    var ownership: SlotOwnership?
    /// Its devices, by index.
    var devices: [Int] = []
    /// Its history is in memory.
    var isLoaded = false
    /// Waits for, or is part of, a take-over statement.
    var isTakingOver = false
    /// Waits for, or is part of, a give-up statement.
    var isGivingUp = false
    /// Claims being reserved, sent, settled or released.
    var outstanding = 0
}
