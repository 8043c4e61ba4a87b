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
    /// - Parameters:
    ///   - pause: waits so long at most until the next renewal; less when there is a reason to renew now.
    ///   - renew: renews once; is given the instant at which it starts, from which trust in the lease counts.
    public func run(
        pausing pause: (Duration) async -> Void = LeaseCycle.sleep, _ renew: (MonotonicTime) async -> Attempt
    ) async {
        while !Task.isCancelled {
            let start = now()
            let attempt = await renew(start)
            if case .over = attempt { return }
            // A failing renewal is tried more often: there are only 3.5 s.
            var time = every
            if case .failed = attempt { time = every / 4 }
            await pause(max(.milliseconds(10), start + time - now()))
        }
    }

    /// Cancellation ends it early.
    public static func sleep(_ time: Duration) async { try? await Task.sleep(for: time) }
}
