/// The shard nodes the leader believes live, and when it last heard of each.
struct ShardRoster {
    private(set) var members: [ShardMember] = []
    private var heard: [Incarnation: MonotonicTime] = [:]
    private var live: Set<Incarnation> = []
    /// Since when a member has been reporting to another term than ours.
    private var astray: [Incarnation: MonotonicTime] = [:]

    func isLive(_ incarnation: Incarnation) -> Bool { live.contains(incarnation) }

    /// False when `incarnation` is unknown: a shard that has just started.
    mutating func heard(_ incarnation: Incarnation, at now: MonotonicTime) -> Bool {
        guard live.contains(incarnation) else { return false }
        heard[incarnation] = now
        return true
    }

    /// A live member reports to our term, or to another one.
    mutating func note(_ incarnation: Incarnation, isOurs: Bool, at now: MonotonicTime) {
        guard live.contains(incarnation) else { return }
        if isOurs { astray[incarnation] = nil } else { astray[incarnation] = astray[incarnation] ?? now }
    }

    /// The members that have reported to another term for `span` and have not come back.
    func astray(for span: Duration, at now: MonotonicTime) -> [Incarnation] {
        astray.filter { now - $0.value >= span }.map(\.key).sorted()
    }

    mutating func update(_ members: [ShardMember], at now: MonotonicTime) {
        self.members = members
        live = Set(members.map(\.incarnation))
        var kept: [Incarnation: MonotonicTime] = [:]
        for member in members { kept[member.incarnation] = heard[member.incarnation] ?? now }
        heard = kept
        astray = astray.filter { live.contains($0.key) }
    }

    /// When a member will have been silent for `silence`; in the past when one is.
    func silent(after silence: Duration) -> MonotonicTime? {
        members.compactMap { heard[$0.incarnation] }.min().map { $0 + silence }
    }
}
