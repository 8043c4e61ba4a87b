/// The shard nodes the leader believes live.
struct ShardRoster {
    private(set) var members: [ShardMember] = []
    private var live: Set<Incarnation> = []
    /// Since when a member has been reporting to another term than ours.
    private var astray: [Incarnation: MonotonicTime] = [:]

    func isLive(_ incarnation: Incarnation) -> Bool { live.contains(incarnation) }

    /// A live member reports to our term, or to another one.
    mutating func note(_ incarnation: Incarnation, isOurs: Bool, at now: MonotonicTime) {
        guard live.contains(incarnation) else { return }
        if isOurs { astray[incarnation] = nil } else { astray[incarnation] = astray[incarnation] ?? now }
    }

    /// The members that have reported to another term for `span` and have not come back.
    func astray(for span: Duration, at now: MonotonicTime) -> [Incarnation] {
        astray.filter { now - $0.value >= span }.map(\.key).sorted()
    }

    mutating func update(_ members: [ShardMember]) {
        self.members = members
        live = Set(members.map(\.incarnation))
        astray = astray.filter { live.contains($0.key) }
    }
}
