internal import Synchronization

/// The life of a connection's thread: set the session up, serve it, end it.
struct ConnectionThread: Sendable {
    let configuration: PostgresConfiguration
    let mailbox: ConnectionMailbox
    let opening: ConnectionOpening
    let notices: NoticeHook
    let onEnd: @Sendable (PostgresError) -> Void

    /// Returns at once; the outcome comes through `opening`.
    func start(deadline: ContinuousClock.Instant) {
        let isStarted = DedicatedThread.start { run(deadline: deadline) }
        if !isStarted {
            opening.complete(.failure(PostgresError(.connectionFailed, "the system refused to start another thread")))
        }
    }

    private func run(deadline: ContinuousClock.Instant) {
        do throws(PostgresError) {
            let handle = try Session.open(
                configuration, deadline: deadline, wake: mailbox.wake, notices: notices,
                isAbandoned: { opening.isComplete })
            let session = Session(
                handle: handle, mailbox: mailbox, configuration: configuration, notices: notices)
            guard opening.complete(.success(())) else { return }
            let end = session.serve()
            mailbox.end(with: end)
            session.notifications.finish(end)
            onEnd(end)
        } catch {
            opening.complete(.failure(error))
        }
    }
}

/// The answer to "is the session set up?", given once: by the thread, or by a caller who waits no longer.
///
/// The thread cannot be interrupted while it resolves a host name, so the caller does not depend on it.
final class ConnectionOpening: Sendable {
    private enum State {
        case pending(CheckedContinuation<Result<Void, PostgresError>, Never>?)
        case complete(Result<Void, PostgresError>)
    }

    private let state = Mutex(State.pending(nil))

    var isComplete: Bool {
        state.withLock { if case .complete = $0 { true } else { false } }
    }

    /// False when there is an answer already.
    @discardableResult
    func complete(_ answer: Result<Void, PostgresError>) -> Bool {
        let previous = state.withLock { state in
            let previous = state
            if case .pending = previous { state = .complete(answer) }
            return previous
        }
        guard case .pending(let waiter) = previous else { return false }
        waiter?.resume(returning: answer)
        return true
    }

    /// For one waiter.
    func answer() async -> Result<Void, PostgresError> {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Result<Void, PostgresError>? in
                if case .complete(let answer) = state { return answer }
                state = .pending(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
