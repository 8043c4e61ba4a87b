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
        /// The shard's count when this entry began: claims before that are none of this entry's.
        var base: Int64
        /// Since then.
        var consumed: Int64 = 0
        /// Claims of this term and epoch, less those the leader took back itself.
        var made: Int64 = 0
        /// Older batches belong to an earlier epoch and count nothing here.
        var firstBatch: BatchID
        /// When the last of the claims expires; nil before the first.
        var lastExpiry: DatabaseTime?
        /// It is in the claim under way: `made` includes what was asked for.
        var isAsked = false
        /// Reports in a row that say that more was consumed than was made, or less than nothing.
        var impossible = 0

        var live: Int { Int(clamping: max(0, made.saturatingSubtract(consumed))) }
    }

    private let limits: CoordinatorLimits
    private var entries: [DeviceID: Entry] = [:]
    private var streams: [Incarnation: ReportStream] = [:]
    /// Shards of which something was missed since they last named all their devices.
    private(set) var incomplete: Set<Incarnation> = []

    init(limits: CoordinatorLimits) { self.limits = limits }

    func entry(of device: DeviceID) -> Entry? { entries[device] }

    /// Whether the report is newer than the last of its node.
    mutating func isNew(_ report: CreditReport, at now: MonotonicTime) -> Bool {
        guard streams[report.node] != nil || streams.count < limits.strangers else { return false }
        guard streams[report.node, default: ReportStream()].takes(report, at: now, patience: limits.olderFor) else {
            return false
        }
        if streams[report.node]?.isWhole ?? false {
            incomplete.remove(report.node)
        } else {
            incomplete.insert(report.node)
        }
        return true
    }

    /// A credit of the shard's was not taken, whatever the reason: should it be true, it is to be said again.
    mutating func miss(_ node: Incarnation) {
        guard streams[node] != nil else { return }
        streams[node]?.miss()
        incomplete.insert(node)
    }

    /// Takes a credit of the slot's owner in its epoch. Another epoch or owner than before starts from none.
    ///
    /// - Returns: false when its numbers cannot be.
    mutating func take(_ credit: DeviceCredit, from node: Incarnation, nextBatch: BatchID) -> Bool {
        guard credit.capacity >= 0, credit.consumed >= 0 else { return false }
        let capacity = min(credit.capacity, limits.largestCapacity)
        guard var entry = entries[credit.device], entry.epoch == credit.epoch, entry.node == node else {
            entries[credit.device] = Entry(
                node: node, epoch: credit.epoch, capacity: capacity, base: credit.consumed, firstBatch: nextBatch)
            return true
        }
        defer { entries[credit.device] = entry }
        let consumed = credit.consumed - entry.base
        if consumed < 0 || consumed > entry.made {
            entry.impossible += 1
            guard entry.impossible >= limits.impossibleCounts else { return false }
            // It stays so: our count is the wrong one.
            if consumed < 0 {
                // The shard counts anew from here: what was worked off before is no longer in its count, nor in ours.
                entry.made -= entry.consumed
                entry.base = credit.consumed
            } else {
                entry.base = credit.consumed - entry.made
            }
        }
        entry.impossible = 0
        entry.capacity = capacity
        // The newest report counts, even when an earlier one said more: that one was false.
        entry.consumed = credit.consumed - entry.base
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
        streams = streams.filter { live.contains($0.key) }
        incomplete.formIntersection(live)
    }
}
