/// A statement that the server is working on, as a value: when to cancel it and when to give its connection up.
///
///     running ──task cancelled / deadline──▶ cancelling ──grace over──▶ (connection abandoned)
///        │                                      │
///        └──────────── server answers ──────────┴──▶ (over)
///
/// Cancelling is a state, not an end: the server's answer still counts, and it says whether the statement took
/// effect. The request is repeated during the grace, because a server that receives it before it has begun the
/// statement ignores it.
struct StatementProgress {
    enum Reason: Equatable {
        case taskCancelled
        case deadline
    }

    enum State: Equatable {
        case running
        case cancelling(Reason, repeatAt: ContinuousClock.Instant, giveUpAt: ContinuousClock.Instant)
    }

    enum Directive: Equatable {
        case wait(until: ContinuousClock.Instant)
        case sendCancel
        case abandon(Reason)
    }

    private(set) var state = State.running
    let deadline: ContinuousClock.Instant
    let grace: Duration

    init(deadline: ContinuousClock.Instant, grace: Duration) {
        self.deadline = deadline
        self.grace = grace
    }

    /// A request is repeated this many times during the grace.
    private static let repetitions = 10

    mutating func advance(now: ContinuousClock.Instant, isTaskCancelled: Bool) -> Directive {
        switch state {
        case .running:
            guard isTaskCancelled || deadline <= now else { return .wait(until: deadline) }
            state = .cancelling(
                isTaskCancelled ? .taskCancelled : .deadline, repeatAt: now + interval, giveUpAt: now + grace)
            return .sendCancel
        case .cancelling(let reason, let repeatAt, let giveUpAt):
            if giveUpAt <= now { return .abandon(reason) }
            guard repeatAt <= now else { return .wait(until: min(repeatAt, giveUpAt)) }
            state = .cancelling(reason, repeatAt: now + interval, giveUpAt: giveUpAt)
            return .sendCancel
        }
    }

    private var interval: Duration { grace / Self.repetitions }

    /// Why the server was told to stop, if it was.
    var cancelReason: Reason? {
        if case .cancelling(let reason, _, _) = state { reason } else { nil }
    }
}

extension StatementProgress.Reason {
    /// The server confirmed that it stopped: nothing of the statement remains, the connection is usable.
    var confirmedError: PostgresError {
        switch self {
        case .taskCancelled: PostgresError(.cancelled, "the task was cancelled; the server stopped its statement")
        case .deadline: PostgresError(.timedOut, "the deadline passed; the server stopped the statement")
        }
    }

    /// The server did not answer within the grace: the connection is closed, the effect unknown.
    var abandonedError: PostgresError {
        let (kind, cause): (PostgresError.Kind, String) =
            switch self {
            case .taskCancelled: (.cancelled, "the task was cancelled")
            case .deadline: (.timedOut, "the deadline passed")
            }
        return PostgresError(
            kind, "\(cause) and the server did not stop the statement in time; the connection was closed",
            isConnectionFatal: true, mayHaveTakenEffect: true)
    }
}
