internal import Synchronization

typealias Outcome = Result<PostgresResult, PostgresError>

/// Marks one transaction's statements; unique within a connection.
struct TransactionScope: Sendable, Hashable {
    let number: UInt64
}

/// What a task asks of the connection's thread.
enum Request: Sendable {
    /// One statement with parameters, prepared and cached.
    case query(String, [PostgresValue])
    /// Any number of statements in the simple protocol, without results.
    case script(String)
    /// Opens the transaction of the submission's scope.
    case begin(String)
    /// Ends it.
    case end(String)
    /// Listens to the buffer's channels and fills it.
    case subscribe(NotificationBuffer)
    case unsubscribe(NotificationBuffer)
}

/// A request on its way through the queue, with everything needed to answer it.
struct Submission: Sendable {
    let request: Request
    let deadline: ContinuousClock.Instant
    let scope: TransactionScope?
    let ticket: CancellationTicket
    let continuation: CheckedContinuation<Outcome, Never>

    var opensTransaction: Bool {
        if case .begin = request { true } else { false }
    }
}

/// Set by the waiting task when it is cancelled, read by the connection's thread.
final class CancellationTicket: Sendable {
    private let flag = Atomic<Bool>(false)

    var isCancelled: Bool { flag.load(ordering: .acquiring) }

    func cancel() {
        flag.store(true, ordering: .releasing)
    }
}
