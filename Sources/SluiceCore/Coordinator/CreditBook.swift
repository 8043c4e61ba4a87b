/// What each device may be given: the shards' credits and the leader's own count of the claims it made.
///
/// Live claims of a device are `made − consumed`. `made` rises when a claim is *asked for*, by its limit, and falls to
/// what it really claimed when the answer comes: so a shard that finds a batch before the leader has its answer never
/// makes the difference negative, and two devices of one cap key in one claim see each other.
struct CreditBook {
    struct Entry {
        var node: Incarnation
        var epoch: Epoch
        var capacity: Int
        var consumed: Int64
        /// Claims of this term and epoch, less those the leader took back itself.
        var made: Int64 = 0
        /// Older batches belong to an earlier epoch and count nothing here.
        var firstBatch: BatchID
        /// When the last of the claims expires; nil before the first.
        var lastExpiry: DatabaseTime?
        /// It is in the claim under way: `made` includes what was asked for.
        var isAsked = false

        var live: Int { Int(clamping: max(0, made.saturatingSubtract(consumed))) }
    }

    private var entries: [DeviceID: Entry] = [:]
    private var lastSequences: [Incarnation: Int64] = [:]

    func entry(of device: DeviceID) -> Entry? { entries[device] }

    /// Whether the report is newer than the last of its node.
    mutating func isNew(_ report: CreditReport) -> Bool {
        guard report.sequence > lastSequences[report.node] ?? 0 else { return false }
        lastSequences[report.node] = report.sequence
        return true
    }

    /// Takes a credit of `node`. A newer epoch starts from none; false when the credit is of an older one.
    mutating func take(_ credit: DeviceCredit, from node: Incarnation, nextBatch: BatchID) -> Bool {
        if var entry = entries[credit.device], credit.epoch <= entry.epoch {
            guard credit.epoch == entry.epoch, node == entry.node else { return false }
            entry.capacity = credit.capacity
            entry.consumed = max(entry.consumed, credit.consumed)
            entries[credit.device] = entry
            return true
        }
        entries[credit.device] = Entry(
            node: node, epoch: credit.epoch, capacity: credit.capacity, consumed: credit.consumed,
            firstBatch: nextBatch)
        return true
    }

    /// `count` claims of `device` are asked for.
    mutating func ask(_ count: Int, on device: DeviceID) {
        entries[device]?.made += Int64(count)
        entries[device]?.isAsked = true
    }

    /// The claim was answered. `expiry` is that of the device's batch; nil when it got nothing.
    mutating func answered(_ device: DeviceID, expiry: DatabaseTime?) {
        entries[device]?.isAsked = false
        guard let expiry, let entry = entries[device] else { return }
        entries[device]?.lastExpiry = entry.lastExpiry.map { max($0, expiry) } ?? expiry
    }

    /// `count` claims asked for on `device` in `batch` were not made, or the leader took them back.
    mutating func unmade(_ count: Int, on device: DeviceID, batch: BatchID) {
        guard let entry = entries[device], batch >= entry.firstBatch else { return }
        entries[device]?.made -= Int64(count)
    }

    /// Writes off live claims when every batch that could explain them has expired and been taken back: a contact that
    /// somebody deleted or cancelled while it was claimed counts on neither side.
    ///
    /// - Returns: how many were written off.
    mutating func writeOff(on device: DeviceID, takenBackThrough: DatabaseTime) -> Int {
        guard let entry = entries[device], entry.live > 0, !entry.isAsked else { return 0 }
        guard let expiry = entry.lastExpiry, expiry < takenBackThrough else { return 0 }
        entries[device]?.made = entry.consumed
        return entry.live
    }

    /// Forgets the sequence numbers of nodes that are no more.
    mutating func keepOnly(_ members: [ShardMember]) {
        let live = Set(members.map(\.incarnation))
        lastSequences = lastSequences.filter { live.contains($0.key) }
    }
}
