/// Which shard node should own which hash slot: rendezvous (highest random weight) hashing.
///
/// Source: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on
/// Networking 6(1), 1998. Every node has a weight for every slot, and the heaviest wins. A join takes slots only for
/// the joining node, a leave gives away only those of the leaving one. Weights depend on the node's *name*, so that a
/// node that restarts gets its slots back.
public enum SlotAssignment {
    /// What must change so that every slot is, or is asked to be, where it belongs. Slots of an owner that lives stay
    /// until it has given them up; a draining member gets nothing, and gives up what it has even when nobody is left to
    /// take it.
    public static func changes(from ownerships: [SlotOwnership], members: [ShardMember]) -> [SlotGrant] {
        let live = Set(members.map(\.incarnation))
        let candidates = candidates(among: members)
        return ownerships.compactMap { ownership in
            let wanted = heaviest(candidates, for: ownership.slot)?.incarnation
            let isLed = ownership.owner.map { live.contains($0) } ?? false
            let target = isLed ? ownership.wanted : nil
            return target == wanted ? nil : SlotGrant(slot: ownership.slot, owner: wanted)
        }
    }

    /// The member that should own `slot`; nil when there is none.
    public static func owner(of slot: HashSlot, among members: [ShardMember]) -> ShardMember? {
        heaviest(candidates(among: members), for: slot)
    }

    private typealias Candidate = (hash: UInt64, member: ShardMember)

    /// Names are hashed once, not once a slot.
    private static func candidates(among members: [ShardMember]) -> [Candidate] {
        members.filter { !$0.isDraining }.map { (hash: hash(of: $0.name), member: $0) }
    }

    private static func heaviest(_ candidates: [Candidate], for slot: HashSlot) -> ShardMember? {
        candidates.max { weight($0, slot) < weight($1, slot) }?.member
    }

    /// Names break ties, so that the order of the members never matters.
    private static func weight(_ candidate: Candidate, _ slot: HashSlot) -> (UInt64, String) {
        (mixed(candidate.hash ^ mixed(UInt64(slot.rawValue) &+ 1)), candidate.member.name)
    }

    /// FNV-1a, 64 bits (Fowler, Noll, Vo). Fixed for ever: Swift's own hashes differ from process to process.
    private static func hash(of name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The finalizer of MurmurHash3 (A. Appleby): each input bit changes each output bit half of the time.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ (mixed >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return mixed ^ (mixed >> 33)
    }
}
