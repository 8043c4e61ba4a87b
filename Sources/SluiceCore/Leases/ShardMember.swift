/// A shard node the leader may give slots to.
public struct ShardMember: Hashable, Sendable {
    public var incarnation: Incarnation
    public var name: String
    /// It is stopping, or an operator drained it: it keeps what it owns until it has given it up, and gets nothing new.
    public var isDraining: Bool

    public init(incarnation: Incarnation, name: String, isDraining: Bool) {
        self.incarnation = incarnation
        self.name = name
        self.isDraining = isDraining
    }
}
