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
    /// Clocks run faster or slower by up to this, in millionths.
    public var driftPPM: Int64 = 500
    /// How many times slower everything goes than it could, except what takes its time on the way: with latencies as
    /// they are and windows of twenty minutes, a clock that runs fast by 500 millionths shows.
    public var pace = 1

    public init() {}

    /// What a seed is run with, unless told otherwise: every fourth one slowly.
    public init(seed: UInt64) { pace = seed % 4 == 0 ? 100 : 1 }

    /// Faults begin and end within this, in virtual milliseconds.
    var faultPhase: Int64 { 40_000 * Int64(pace) }

    /// After the heal everything must be at rest within this: the caps let the work through in a third of it.
    var rest: Duration { .seconds(400) * pace }

    /// Lengths of the "hour" and the "day", with the margins that real ones have in proportion.
    var windows: CapWindows { CapWindows(hour: .seconds(12) * pace, day: .seconds(40) * pace) }
    let hourLimit = 4
    let dayLimit = 9
    var httpTimeout: Duration { .seconds(3) * pace }
    var acceptsLateFor: Duration { .seconds(8) * pace }
    /// Between two messages of a contact.
    var stepDelay: Duration { .seconds(2) * pace }
    var firstBackoff: Duration { .seconds(1) * pace }

    var timers: Timers {
        var timers = Timers()
        timers.lease *= pace
        timers.renewEvery *= pace
        timers.selfFence *= pace
        timers.sendWithin *= pace
        timers.claim = .seconds(10) * pace
        timers.sweep = .seconds(2) * pace
        timers.drain = .seconds(20) * pace
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
        limits.settleFor *= pace
        limits.setAsideAfter *= pace
        limits.faultySettleAgain *= pace
        limits.speakEvery *= pace
        limits.nameAllWithin *= pace
        limits.wholeEvery *= pace
        limits.leaseMargin *= pace
        limits.settleBackoff *= pace
        limits.retryBackoff *= pace
        limits.breakerBackoff *= pace
        limits.pollBackoff *= pace
        return limits
    }

    var coordinatorLimits: CoordinatorLimits {
        var limits = CoordinatorLimits()
        limits.claimContacts = 10
        limits.claimLanes = 6
        limits.claimLanesPerDevice = 2
        limits.sweepLanes = 8
        limits.namedLanes = 4
        limits.emptyProbeBackoff *= pace
        limits.retryBackoff *= pace
        limits.surveySpacing *= pace
        limits.surveyEvery *= pace
        limits.takeBackEvery *= pace
        limits.takeBackAtLeastEvery = .seconds(10) * pace
        limits.writeOffAfter *= pace
        limits.olderFor *= pace
        limits.askEvery *= pace
        limits.astrayAfter *= pace
        return limits
    }
}

extension Backoff {
    fileprivate static func *= (backoff: inout Backoff, pace: Int) {
        backoff = Backoff(first: backoff.first * pace, cap: backoff.cap * pace)
    }
}
