internal import SluiceCore

/// How large and how hostile a run is. Small on purpose: bounds that are never hit are never tested.
public struct SimulationSettings: Hashable, Sendable {
    public var shards = 3
    public var coordinators = 2
    public var slots = 5
    /// The last two share a cap key.
    public var devices = 7
    public var contacts = 45
    /// Messages that a contact is sent, at most.
    public var steps = 2
    /// Faults of one run, at most.
    public var faults = 14
    /// Faults begin and end within this, in virtual seconds.
    public var faultSeconds = 40
    /// After the heal everything must be at rest within this, in virtual seconds: the caps let the work through in a
    /// third of it.
    public var restSeconds = 400
    /// Clocks run faster or slower by up to this, in millionths.
    public var driftPPM: Int64 = 100

    public init() {}

    /// Lengths of the "hour" and the "day", with the margins that real ones have in proportion.
    let windows = CapWindows(hour: .seconds(12), day: .seconds(40))
    let hourLimit = 4
    let dayLimit = 9
    let httpTimeout: Duration = .seconds(3)
    let acceptsLateFor: Duration = .seconds(8)

    var timers: Timers {
        var timers = Timers()
        timers.claim = .seconds(10)
        timers.sweep = .seconds(2)
        timers.drain = .seconds(20)
        return timers
    }

    var shardLimits: ShardLimits {
        var limits = ShardLimits()
        limits.queuedClaims = 24
        limits.knownBatches = 16
        limits.reserveBatch = 4
        limits.claimsPerDeviceAndReserve = 2
        limits.settleBatch = 4
        limits.releaseBatch = 3
        limits.unsettledAttempts = 14
        limits.permitsPerNode = 8
        limits.permitsPerHost = 4
        limits.breakerThreshold = 4
        limits.pollBackoff = Backoff(first: .seconds(1), cap: .seconds(4))
        limits.setAsideAfter = .seconds(5)
        return limits
    }

    var coordinatorLimits: CoordinatorLimits {
        var limits = CoordinatorLimits()
        limits.claimContacts = 10
        limits.claimLanes = 6
        limits.claimLanesPerDevice = 2
        limits.sweepLanes = 8
        limits.namedLanes = 4
        return limits
    }
}
