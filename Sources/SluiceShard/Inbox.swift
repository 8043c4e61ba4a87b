internal import SluiceCore
internal import Synchronization

/// What reaches the task that owns a machine.
enum InboxItem: Sendable {
    case event(ShardEvent)
    /// The node is to stop gracefully.
    case stop
    case statusQuestion(reply: String)
    case deviceQuestion(DeviceID, reply: String)
    /// A message came that does not decode.
    case undecodable
}

/// A queue with one reader.
///
/// Answers that the machine asked for are always taken: their number is bounded by its gates and permits. What comes
/// unasked (batches, beacons, questions) is dropped when `bound` items wait: the database and the next beacon tell it
/// again.
final class Inbox: Sendable {
    private struct State {
        var items: [InboxItem] = []
        var reader: CheckedContinuation<Void, Never>?
        var isClosed = false
        var dropped: UInt64 = 0
    }

    private let state = Mutex(State())
    private let bound: Int

    init(bound: Int) { self.bound = bound }

    /// Items that were offered and dropped.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Takes an answer.
    func put(_ item: InboxItem) {
        let reader = state.withLock { state in
            state.items.append(item)
            return state.reader.take()
        }
        reader?.resume()
    }

    /// Takes what came unasked, unless too much waits.
    func offer(_ item: InboxItem) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.items.count < bound else {
                state.dropped += 1
                return nil
            }
            state.items.append(item)
            return state.reader.take()
        }
        reader?.resume()
    }

    /// Everything that waits; waits for something when nothing does. Empty once the reading task is cancelled.
    func take() async -> [InboxItem] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.items.isEmpty || state.isClosed { return true }
                    precondition(state.reader == nil, "an inbox has one reader")
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            close()
        }
        return state.withLock { state in
            guard !state.isClosed else { return [] }
            defer { state.items = [] }
            return state.items
        }
    }

    private func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            return state.reader.take()
        }
        reader?.resume()
    }
}
