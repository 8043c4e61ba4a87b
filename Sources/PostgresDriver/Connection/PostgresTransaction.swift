/// How a transaction sees others.
public enum PostgresTransactionMode: Sendable, CaseIterable {
    case readCommitted
    case repeatableRead
    case serializable
    /// Repeatable read that refuses to write.
    case readOnlySnapshot

    var beginStatement: String {
        switch self {
        case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
        case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
        case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
        case .readOnlySnapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        }
    }
}

/// Runs statements inside one open transaction. Use this, not the connection, inside `withTransaction`: the
/// connection's own statements wait until the transaction is over.
public struct PostgresTransaction: PostgresExecutor {
    private let connection: PostgresConnection
    private let scope: TransactionScope

    @discardableResult
    public func query(
        _ sql: String, _ parameters: [PostgresValue], deadline: Duration?
    ) async throws(PostgresError) -> PostgresResult {
        try await connection.submit(.query(sql, parameters), scope: scope, deadline: deadline)
    }

    public func execute(script: String, deadline: Duration?) async throws(PostgresError) {
        try await connection.submit(.script(script), scope: scope, deadline: deadline)
    }

    fileprivate init(on connection: PostgresConnection, mode: PostgresTransactionMode, deadline: Duration?)
        async throws(PostgresError)
    {
        self.connection = connection
        scope = connection.mailbox.newScope()
        try await connection.submit(.begin(mode.beginStatement), scope: scope, deadline: deadline, isCancellable: false)
    }

    fileprivate func commit(deadline: Duration?) async throws(PostgresError) {
        let result: PostgresResult
        do {
            result = try await connection.submit(.end("COMMIT"), scope: scope, deadline: deadline, isCancellable: false)
        } catch {
            // If it never left the queue, the transaction is still open and only the end of the session ends it.
            if error.kind == .timedOut { connection.abandon() }
            throw error
        }
        // The server answers so when a statement of the transaction failed and `body` did not pass the error on.
        if result.commandTag == "ROLLBACK" {
            throw PostgresError(
                .transactionAborted, "the transaction was rolled back because one of its statements had failed")
        }
    }

    fileprivate func rollBack() async {
        do {
            try await connection.submit(.end("ROLLBACK"), scope: scope, deadline: nil, isCancellable: false)
        } catch {
            // The server rolls back when the session ends.
            connection.abandon()
        }
    }
}

extension PostgresTransaction: PostgresTransactor {
    /// A savepoint: what `body` did is undone when it throws, and this transaction goes on.
    ///
    /// - Parameter mode: ignored; how this transaction sees others was said when it began.
    public func withTransaction<Value: Sendable>(
        _ mode: PostgresTransactionMode, deadline: Duration?,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        // One name for all: the innermost savepoint of a name hides the others.
        try await query("SAVEPOINT nested", deadline: deadline)
        let value: Value
        do {
            value = try await body(self)
        } catch {
            try await query("ROLLBACK TO SAVEPOINT nested", deadline: deadline)
            try await query("RELEASE SAVEPOINT nested", deadline: deadline)
            throw error
        }
        try await query("RELEASE SAVEPOINT nested", deadline: deadline)
        return value
    }
}

extension PostgresConnection {
    public func withTransaction<Value: Sendable>(
        _ mode: PostgresTransactionMode, deadline: Duration?,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        if Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled before its transaction began") }
        let transaction = try await PostgresTransaction(on: self, mode: mode, deadline: deadline)
        let value: Value
        do {
            value = try await body(transaction)
            if Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled before COMMIT") }
        } catch {
            await transaction.rollBack()
            throw error
        }
        try await transaction.commit(deadline: deadline)
        return value
    }
}
