internal import SluiceCore
internal import SluiceGateways
internal import Synchronization

/// The sends of one life that are under way. They are no tasks, of which each would cost as much as what it does.
final class OpenSends: Sendable {
    private struct State {
        var open: [SendID: SendAttempt] = [:]
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// - Parameter ended: called once, on any thread, before ``allEnded()`` returns.
    func start(_ id: SendID, _ attempt: SendAttempt, ended: @escaping @Sendable (Outcome) -> Void) {
        state.withLock { $0.open[id] = attempt }
        attempt.start { outcome in
            ended(outcome)
            self.state.withLock { state in
                state.open[id] = nil
                return state.open.isEmpty ? state.waiter.take() : nil
            }?.resume()
        }
    }

    func cancelAll() {
        for attempt in state.withLock({ Array($0.open.values) }) { attempt.cancel() }
    }

    /// Waits until none is under way. One may wait, and nothing is started meanwhile.
    func allEnded() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.open.isEmpty { state.waiter = continuation }
                return state.open.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
