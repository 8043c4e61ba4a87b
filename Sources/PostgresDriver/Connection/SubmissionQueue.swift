/// The order in which submissions of one connection run, as a value.
///
/// Outside a transaction: first come, first served. Inside: only what carries the transaction's scope; the rest
/// waits, so that no other task's statement slips into an open transaction.
struct SubmissionQueue {
    private var waiting: [Submission] = []
    private(set) var openScope: TransactionScope?
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var earliestDeadline: ContinuousClock.Instant? {
        waiting.lazy.map(\.deadline).min()
    }

    /// False when the queue is full. The end of a transaction always finds room, or it could never be over.
    mutating func append(_ submission: Submission) -> Bool {
        if case .end = submission.request {
            waiting.append(submission)
            return true
        }
        guard waiting.count < limit else { return false }
        waiting.append(submission)
        return true
    }

    mutating func next() -> Submission? {
        let index =
            if let openScope {
                waiting.firstIndex { $0.scope == openScope }
            } else {
                waiting.startIndex < waiting.endIndex ? 0 : nil
            }
        return index.map { waiting.remove(at: $0) }
    }

    /// Takes out what nobody waits for any more or has waited for too long.
    mutating func removeLapsed(now: ContinuousClock.Instant) -> [Submission] {
        guard waiting.contains(where: { $0.isLapsed(now: now) }) else { return [] }
        let lapsed = waiting.filter { $0.isLapsed(now: now) }
        waiting.removeAll { $0.isLapsed(now: now) }
        return lapsed
    }

    mutating func removeAll() -> [Submission] {
        defer { waiting = [] }
        return waiting
    }

    mutating func enter(_ scope: TransactionScope) {
        openScope = scope
    }

    mutating func leaveScope() {
        openScope = nil
    }
}

extension Submission {
    func isLapsed(now: ContinuousClock.Instant) -> Bool {
        ticket.isCancelled || deadline <= now
    }

    /// Why a lapsed submission is answered without having been sent.
    var lapse: PostgresError {
        ticket.isCancelled
            ? PostgresError(.cancelled, "the task was cancelled before its statement was sent")
            : PostgresError(
                .timedOut,
                "the deadline passed before the statement was sent: the connection was busy or in another transaction")
    }
}
