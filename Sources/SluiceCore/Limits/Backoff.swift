/// How long to wait after the nth failure in a row: `first`, doubled each time, at most `cap`.
public struct Backoff: Hashable, Sendable {
    public var first: Duration
    public var cap: Duration

    public init(first: Duration, cap: Duration) {
        precondition(first > .zero && cap >= first)
        self.first = first
        self.cap = cap
    }

    /// `failures` counts from 1.
    public func delay(afterFailures failures: Int) -> Duration {
        var delay = first
        for _ in 1..<max(1, failures) where delay < cap { delay += delay }
        return min(delay, cap)
    }
}
