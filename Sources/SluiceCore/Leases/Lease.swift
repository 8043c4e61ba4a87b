/// What a node may still believe of a lease it holds.
///
/// Terms: the database grants a lease for ``Timers/lease`` from the moment it executes the renewal, on its clock. The
/// holder cannot know that moment, only that it was not before the renewal's *start* on its own clock. It therefore
/// trusts the lease until ``Timers/selfFence`` after that start, and not from the answer: an answer that was long under
/// way would stretch it.
///
/// States: trusted → lapsed. Lapsed is final, even when a renewal succeeds afterwards: others may have acted on the
/// lapse in between, so the node comes back as a new incarnation that owns nothing.
public struct Lease: Hashable, Sendable {
    private let selfFence: Duration
    /// The start of the last good renewal.
    public private(set) var renewed: MonotonicTime
    private var hasLapsed = false

    /// - Parameter start: when the statement that took the lease was sent.
    public init(takenAt start: MonotonicTime, timers: Timers) {
        selfFence = timers.selfFence
        renewed = start
    }

    /// The instant of the self-fence: from it on nothing may be started.
    public var trustedUntil: MonotonicTime { renewed + selfFence }

    /// Whether the lease holds at `now`. Once it does not, it never does again.
    public mutating func isTrusted(at now: MonotonicTime) -> Bool {
        if now >= trustedUntil { hasLapsed = true }
        return !hasLapsed
    }

    /// A renewal sent at `start` was answered with "still yours", at `now`. Returns whether the lease is trusted.
    public mutating func renew(startedAt start: MonotonicTime, at now: MonotonicTime) -> Bool {
        // A gap of more than the self-fence between two starts: the node was stopped, or all renewals between failed.
        if start >= trustedUntil { hasLapsed = true }
        renewed = max(renewed, start)
        return isTrusted(at: now)
    }
}
