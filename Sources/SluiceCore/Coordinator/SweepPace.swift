/// When lanes are swept, and how many at a time: in the regular case all of them every so often.
///
/// A sweep looks for what is due first in each lane. While somebody keeps a snapshot open for minutes it goes past all
/// that was sent since, and takes seconds instead of milliseconds. Then a sweep takes fewer lanes, so that no statement
/// is long, and the next one comes later, so that sweeps take a small part of the time.
struct SweepPace {
    /// Nil until all lanes were read once.
    private(set) var next: MonotonicTime?
    /// Lanes in the next sweep, at most.
    private(set) var lanes: Int
    private var startedAt: MonotonicTime?
    private var asked = 0
    private let every: Duration
    private let limits: CoordinatorLimits

    init(every: Duration, limits: CoordinatorLimits) {
        self.every = every
        self.limits = limits
        lanes = limits.sweepLanes
    }

    mutating func lanesWereRead(at now: MonotonicTime) {
        if next == nil { next = now + every }
    }

    mutating func start(_ lanes: Int, at now: MonotonicTime) {
        startedAt = now
        asked = lanes
        next = now + every
    }

    mutating func succeeded(at now: MonotonicTime) {
        guard let startedAt, let regular = next else { return }
        let took = now - startedAt
        next = max(regular, now + limits.sweepCycle.rest(after: took))
        lanes = took > limits.longSweep ? max(asked / 2, 1) : min(lanes * 2, limits.sweepLanes)
    }

    /// Perhaps because it did not finish in its time: the same again never would.
    mutating func failed() { lanes = max(asked / 2, 1) }
}
