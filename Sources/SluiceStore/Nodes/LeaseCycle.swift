public import SluiceCore

/// The pace at which a node renews its lease, the same for every role. What a renewal brings is the role's own.
public struct LeaseCycle: Sendable {
    /// How one renewal went.
    public enum Attempt: Sendable {
        case renewed
        /// Nobody knows; the lease may still run.
        case failed
        /// The lease is over.
        case over
    }

    private let every: Duration
    private let now: @Sendable () -> MonotonicTime

    public init(timers: Timers, now: @escaping @Sendable () -> MonotonicTime) {
        every = timers.renewEvery
        self.now = now
    }

    /// Returns when the lease is over or the task is cancelled.
    ///
    /// - Parameter renew: renews once; is given the instant at which it starts, from which trust in the lease counts.
    public func run(_ renew: (MonotonicTime) async -> Attempt) async {
        while !Task.isCancelled {
            let start = now()
            let attempt = await renew(start)
            if case .over = attempt { return }
            // A failing renewal is tried more often: there are only 3.5 s.
            var pause = every
            if case .failed = attempt { pause = every / 4 }
            // Cancellation ends the sleep early, and the loop with it.
            try? await Task.sleep(for: max(.milliseconds(10), start + pause - now()))
        }
    }
}
