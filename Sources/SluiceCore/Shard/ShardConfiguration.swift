/// What a shard's machine is made with.
public struct ShardConfiguration: Hashable, Sendable {
    public var incarnation: Incarnation
    public var timers: Timers
    public var limits: ShardLimits
    /// Chance as an input: gaps are drawn from it.
    public var seed: UInt64

    public init(
        incarnation: Incarnation, timers: Timers = Timers(), limits: ShardLimits = ShardLimits(), seed: UInt64
    ) {
        self.incarnation = incarnation
        self.timers = timers
        self.limits = limits
        self.seed = seed
    }
}
