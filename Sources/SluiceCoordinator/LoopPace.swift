internal import SluiceCore
internal import SluiceTelemetry

/// When a loop does its work again: at a signal, and every so often if it is told to, while it works; else after a
/// back-off that no signal shortens, because a statement that fails does not fail less for being wanted more.
struct LoopPace {
    private let every: Duration?
    private var retry = RetryPace(first: .milliseconds(200), cap: .seconds(10))

    init(every: Duration?) { self.every = every }

    mutating func worked() { retry.worked() }

    mutating func failed() { retry.failed() }

    /// Returns when the work is to be done, or when the task is cancelled. A signal that comes during a back-off is kept.
    func wait(for signal: Signal) async {
        if retry.isFailing {
            await retry.wait()
        } else {
            _ = await signal.take(atMost: every)
        }
    }
}
