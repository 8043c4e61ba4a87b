public import SluiceCore
public import SluiceStore
public import SluiceWire

/// What a shard node is started with.
public struct ShardNodeConfiguration: Sendable {
    public var node: NodeRegistration
    public var subjects: Subjects
    public var timers: Timers
    public var limits: ShardLimits
    /// How far back a take-over reads the ledger: the longest window of any cap with its margin, and a minute for the
    /// statement itself.
    public var lookback: Duration

    public init(
        node: NodeRegistration, subjects: Subjects, timers: Timers = Timers(), limits: ShardLimits = ShardLimits(),
        lookback: Duration = .seconds(86_470)
    ) {
        self.node = node
        self.subjects = subjects
        self.timers = timers
        self.limits = limits
        self.lookback = lookback
    }
}
