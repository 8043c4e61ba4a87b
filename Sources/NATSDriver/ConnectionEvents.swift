import Synchronization

/// What libnats' connection callbacks have told so far, readable from anywhere without touching libnats.
///
/// Readers are told that something changed and then read the latest state, so there is no buffer that could fill up;
/// a state that lasted only a moment may be skipped, the latest one never.
final class ConnectionEvents: Sendable {
    private struct State {
        var current = NATSConnectionState.connecting
        /// Counts changes, so that a reader knows whether it has seen the latest.
        var version = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
        var asyncErrors = 0
        var lastAsyncError: String?
    }

    private let state = Mutex(State())
    private let connected = Atomic(false)
    private let drops = Atomic(0)

    /// True in the state `connected`; one atomic read.
    var isConnected: Bool { connected.load(ordering: .acquiring) }

    var current: NATSConnectionState { state.withLock { $0.current } }

    /// Errors the server or libnats reported outside of any call: denied subjects, slow consumers.
    var asyncErrors: (count: Int, last: String?) { state.withLock { ($0.asyncErrors, $0.lastAsyncError) } }

    func apply(_ event: NATSConnectionState.Event) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard state.current.advance(event) else { return [] }
            connected.store(state.current == .connected, ordering: .releasing)
            state.version += 1
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Messages that full mailboxes of this connection refused.
    var droppedByMailboxes: Int { drops.load(ordering: .relaxed) }

    func noteDrop() {
        drops.add(1, ordering: .relaxed)
    }

    func noteAsyncError(_ text: String) {
        state.withLock { state in
            state.asyncErrors += 1
            state.lastAsyncError = text
        }
    }

    /// Waits until there is a state newer than `version`.
    /// - Returns: nil when the task is cancelled.
    func change(after version: Int) async -> (state: NATSConnectionState, version: Int)? {
        while !Task.isCancelled {
            let latest = state.withLock { ($0.current, $0.version) }
            if latest.1 > version { return latest }
            await waitForChange(after: version)
        }
        return nil
    }

    private func waitForChange(after version: Int) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if Task.isCancelled || state.version > version { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
