public import SluiceCore

/// When a loop that fails tries again: after each failure in a row it waits longer.
public struct RetryPace: Sendable {
    private let backoff: Backoff
    private var failures = 0

    public init(_ backoff: Backoff) { self.backoff = backoff }

    public init(first: Duration, cap: Duration) { self.init(Backoff(first: first, cap: cap)) }

    public var isFailing: Bool { failures > 0 }

    public mutating func worked() { failures = 0 }

    public mutating func failed() { failures += 1 }

    /// Returns after the back-off of the failures so far, or when the task is cancelled; at once when nothing failed.
    public func wait() async {
        guard isFailing else { return }
        // Cancellation ends the sleep early; the loop that called looks for it.
        try? await Task.sleep(for: backoff.delay(afterFailures: failures))
    }
}
