internal import Synchronization

/// The waiting notifications of one subscription.
final class NotificationBuffer: Sendable {
    typealias Turn = Result<PostgresNotification?, PostgresError>

    private struct State {
        var waiting: [PostgresNotification] = []
        var end: Turn?
        var consumer: CheckedContinuation<Turn, Never>?
        var isCancelled = false
        var coalesced = 0
        var dropped = 0
    }

    let channels: Set<String>
    private let limit: Int
    private let state = Mutex(State())

    init(channels: Set<String>, limit: Int) {
        self.channels = channels
        self.limit = max(1, limit)
    }

    var counts: (coalesced: Int, dropped: Int) {
        state.withLock { ($0.coalesced, $0.dropped) }
    }

    func offer(_ notification: PostgresNotification) {
        let consumer = state.withLock { state -> CheckedContinuation<Turn, Never>? in
            guard state.end == nil else { return nil }
            if let consumer = state.consumer {
                state.consumer = nil
                return consumer
            }
            if state.waiting.contains(where: { $0.isSame(as: notification) }) {
                state.coalesced += 1
            } else if state.waiting.count < limit {
                state.waiting.append(notification)
            } else {
                state.dropped += 1
            }
            return nil
        }
        consumer?.resume(returning: .success(notification))
    }

    /// What waits is still handed out before `error`, or before the end when it is nil.
    func finish(_ error: PostgresError?) {
        let end: Turn = error.map { .failure($0) } ?? .success(nil)
        let consumer = state.withLock { state -> CheckedContinuation<Turn, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(returning: end)
    }

    func next() async throws(PostgresError) -> PostgresNotification? {
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Turn? in
                    if !state.waiting.isEmpty { return .success(state.waiting.removeFirst()) }
                    if let end = state.end { return end }
                    precondition(state.consumer == nil, "a notification sequence has one consumer")
                    if state.isCancelled { return .success(nil) }
                    state.consumer = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try turn.get()
    }

    private func cancel() {
        let consumer = state.withLock { state in
            state.isCancelled = true
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(returning: .success(nil))
    }
}

extension PostgresNotification {
    func isSame(as other: PostgresNotification) -> Bool {
        channel == other.channel && payload == other.payload
    }
}
