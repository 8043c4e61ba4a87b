public import SluiceCore
public import SluiceStore
public import SluiceWire

/// What a shard node is started with.
public struct ShardNodeConfiguration: Sendable {
    public var node: NodeRegistration
    public var subjects: Subjects
    public var timers: Timers
    public var limits: ShardLimits
    /// How far back a take-over reads the ledger: `CapWindows.lookback`.
    public var lookback: Duration

    public init(
        node: NodeRegistration, subjects: Subjects, timers: Timers = Timers(), limits: ShardLimits = ShardLimits(),
        lookback: Duration
    ) {
        self.node = node
        self.subjects = subjects
        self.timers = timers
        self.limits = limits
        self.lookback = lookback
    }
}
