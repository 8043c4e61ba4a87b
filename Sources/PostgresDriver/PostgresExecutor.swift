/// What runs statements: a connection, a transaction or a pool.
public protocol PostgresExecutor: Sendable {
    /// Runs one statement with parameters `$1`, `$2`, … and returns its rows.
    ///
    /// The statement is prepared on first use and kept. When the task is cancelled or the deadline passes, the server
    /// is told to stop; if it confirms, the connection stays usable, otherwise the connection is closed.
    /// - Parameter deadline: From now, waiting included; nil takes the configuration's default. An answer may come
    ///   later by the configuration's `cancelGrace`.
    @discardableResult
    func query(
        _ sql: String, _ parameters: [PostgresValue], deadline: Duration?
    ) async throws(PostgresError) -> PostgresResult

    /// Runs any number of statements separated by semicolons, as one implicit transaction unless they say otherwise.
    func execute(script: String, deadline: Duration?) async throws(PostgresError)
}

extension PostgresExecutor {
    @discardableResult
    public func query(
        _ sql: String, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> PostgresResult {
        try await query(sql, parameters, deadline: nil)
    }

    @discardableResult
    public func query(_ sql: String, deadline: Duration?) async throws(PostgresError) -> PostgresResult {
        try await query(sql, [], deadline: deadline)
    }

    public func execute(script: String) async throws(PostgresError) {
        try await execute(script: script, deadline: nil)
    }
}

/// What can open transactions: a connection or a pool, and a transaction itself, by savepoints.
public protocol PostgresTransactor: PostgresExecutor {
    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws or its task is cancelled.
    ///
    /// - Throws: What `body` throws, or ``PostgresError``. When the connection is lost during COMMIT, the error says
    ///   `mayHaveTakenEffect`.
    func withTransaction<Value: Sendable>(
        _ mode: PostgresTransactionMode, deadline: Duration?,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value
}

extension PostgresTransactor {
    public func withTransaction<Value: Sendable>(
        _ mode: PostgresTransactionMode = .readCommitted,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await withTransaction(mode, deadline: nil, body)
    }
}
