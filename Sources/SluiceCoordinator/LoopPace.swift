internal import SluiceCore

/// When a loop does its work again: at a signal and every so often while it works, else after a back-off that no signal
/// shortens, because a statement that fails does not fail less for being wanted more.
struct LoopPace {
    private let every: Duration
    private let backoff = Backoff(first: .milliseconds(200), cap: .seconds(10))
    private var failures = 0

    init(every: Duration) { self.every = every }

    mutating func worked() { failures = 0 }

    mutating func failed() { failures += 1 }

    /// Returns when the work is to be done, or when the task is cancelled. A signal that comes during a back-off is kept.
    func wait(for signal: Signal) async {
        guard failures > 0 else {
            _ = await signal.take(atMost: every)
            return
        }
        // Cancellation ends the sleep early, and the loop with it.
        try? await Task.sleep(for: backoff.delay(afterFailures: failures))
    }
}
