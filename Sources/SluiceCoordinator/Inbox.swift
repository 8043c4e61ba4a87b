internal import Synchronization

/// What many senders leave for one reader: a bounded queue whose reader may wait with a time limit.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var reader: CheckedContinuation<Void, Never>?
        var dropped: UInt64 = 0

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Elements that were offered and dropped.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// For what may be lost.
    ///
    /// - Returns: false when the inbox is full and the element was dropped.
    @discardableResult
    func offer(_ element: Element) -> Bool {
        let (isTaken, reader) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.elements.count < limit else {
                state.dropped += 1
                return (false, nil)
            }
            state.elements.append(element)
            return (true, state.takeReader())
        }
        reader?.resume()
        return isTaken
    }

    /// For what must arrive. Its senders bound themselves: each has one answer to give.
    func send(_ element: Element) {
        let reader = state.withLock { state in
            state.elements.append(element)
            return state.takeReader()
        }
        reader?.resume()
    }

    /// Everything that waits, or what comes first within `wait` (nil: for ever). Empty when nothing came in time or the
    /// task was cancelled.
    ///
    /// A sleep that is cancelled keeps its timer, 0.7 kB, until it would have ended. So `wait` is seconds where elements
    /// come by the hundred.
    func take(atMost wait: Duration?) async -> [Element] {
        let ready = takeAll()
        guard ready.isEmpty else { return ready }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForElement() }
            if let wait {
                group.addTask {
                    // Cancellation ends the sleep early, which is what it is for.
                    try? await Task.sleep(for: wait)
                }
            }
            await group.next()
            group.cancelAll()
        }
        return takeAll()
    }

    private func takeAll() -> [Element] {
        state.withLock { state in
            defer { state.elements = [] }
            return state.elements
        }
    }

    private func waitForElement() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    // Looked at under the lock: a cancellation before this found no reader to resume.
                    guard state.elements.isEmpty, !Task.isCancelled else { return false }
                    state.reader = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeReader() }?.resume()
        }
    }
}

/// "Something happened": many of them are one.
typealias Signal = Inbox<Void>

extension Inbox where Element == Void {
    convenience init() { self.init(limit: 1) }

    func raise() { offer(()) }
}
