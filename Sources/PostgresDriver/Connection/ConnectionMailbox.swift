internal import Synchronization

/// What tasks and the connection's thread share: the queue, the wake-up and whether the connection is over.
///
/// Continuations are resumed by whoever took their submission out, after the lock is released.
final class ConnectionMailbox: Sendable {
    private struct State {
        var queue: SubmissionQueue
        var closing = false
        var end: PostgresError?
        var nextScope: UInt64 = 0
        var isIdle = true
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let wake: WakeDescriptor
    private let state: Mutex<State>

    init(wake: WakeDescriptor, queueLimit: Int) {
        self.wake = wake
        state = Mutex(State(queue: SubmissionQueue(limit: queueLimit)))
    }

    // MARK: Called by tasks

    func submit(_ submission: Submission) {
        let refusal: PostgresError? = state.withLock { state in
            if let end = state.end { return end }
            if state.closing { return Self.closed }
            if state.queue.append(submission) { return nil }
            return PostgresError(
                .queueFull, "\(state.queue.limit) statements wait on this connection already; use a pool or fewer tasks"
            )
        }
        if let refusal {
            submission.continuation.resume(returning: .failure(refusal))
        } else {
            wake.signal()
        }
    }

    func newScope() -> TransactionScope {
        state.withLock { state in
            state.nextScope += 1
            return TransactionScope(number: state.nextScope)
        }
    }

    func requestClose() {
        state.withLock { $0.closing = true }
        wake.signal()
    }

    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state in
                if state.end == nil { state.closeWaiters.append(continuation) }
                return state.end != nil
            }
            if ended { continuation.resume() }
        }
    }

    /// Whether no more statements are accepted.
    var isClosed: Bool {
        state.withLock { $0.end != nil || $0.closing }
    }

    /// Whether the session is outside any transaction and nothing is queued.
    var isIdle: Bool {
        state.withLock { $0.isIdle && $0.queue.earliestDeadline == nil }
    }

    // MARK: Called by the connection's thread

    enum Next {
        case submission(Submission)
        case nothing(until: ContinuousClock.Instant?)
        case close
    }

    func next() -> Next {
        state.withLock { state in
            if state.closing { return .close }
            guard let submission = state.queue.next() else {
                return .nothing(until: state.queue.earliestDeadline)
            }
            state.isIdle = false
            return .submission(submission)
        }
    }

    /// Answers what has lapsed in the queue; returns when the next one will.
    func answerLapsed(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (lapsed, earliest) = state.withLock { state in
            (state.queue.removeLapsed(now: now), state.queue.earliestDeadline)
        }
        for submission in lapsed { submission.continuation.resume(returning: .failure(submission.lapse)) }
        return earliest
    }

    var isClosing: Bool { state.withLock { $0.closing } }

    var openScope: TransactionScope? { state.withLock { $0.queue.openScope } }

    func enter(_ scope: TransactionScope) {
        state.withLock { $0.queue.enter(scope) }
    }

    func leaveScope() {
        state.withLock { $0.queue.leaveScope() }
    }

    func publishIdle(_ isIdle: Bool) {
        state.withLock { $0.isIdle = isIdle }
    }

    /// The last act of the connection's thread: refuses what waits and everything later.
    func end(with error: PostgresError) {
        let (waiting, closeWaiters) = state.withLock { state in
            if state.end == nil { state.end = error }
            defer { state.closeWaiters = [] }
            return (state.queue.removeAll(), state.closeWaiters)
        }
        for submission in waiting { submission.continuation.resume(returning: .failure(error)) }
        for waiter in closeWaiters { waiter.resume() }
    }

    static let closed = PostgresError(.connectionLost, "the connection was closed", isConnectionFatal: true)
}
