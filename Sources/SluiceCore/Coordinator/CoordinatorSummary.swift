/// What a coordinator says of itself in its status. All of it is counted as it changes: asking costs nothing.
public struct CoordinatorSummary: Hashable, Sendable {
    public var term: Term?
    public var lanesKnown: Int
    /// Lanes that are due and not in a claim.
    public var lanesDue: Int
    /// Devices with both credit and due work, in line for the next claim.
    public var devicesGranted: Int
    /// How long the device that has waited longest has had both credit and due work (I17).
    public var oldestGrant: Duration
    public var shards: Int
    /// Live shards that have reported to another term than ours for a while: nothing is granted to them.
    public var shardsAstray: Int
}

extension CoordinatorMachine {
    public func summary(at now: MonotonicTime) -> CoordinatorSummary {
        CoordinatorSummary(
            term: term, lanesKnown: schedule.count, lanesDue: schedule.queued,
            devicesGranted: grants.count,
            oldestGrant: grants.oldest.map { now - $0 } ?? .zero, shards: roster.members.count,
            shardsAstray: roster.astray(for: limits.astrayAfter, at: now).count)
    }
}
