/// A pool runs single statements and transactions on any of its connections.
extension PostgresPool {
    @discardableResult
    public func query(
        _ sql: String, _ parameters: [PostgresValue], deadline: Duration?
    ) async throws(PostgresError) -> PostgresResult {
        try await onAnyConnection(deadline) { connection, left throws(PostgresError) in
            try await connection.query(sql, parameters, deadline: left)
        }
    }

    public func execute(script: String, deadline: Duration?) async throws(PostgresError) {
        try await onAnyConnection(deadline) { connection, left throws(PostgresError) in
            try await connection.execute(script: script, deadline: left)
        }
    }

    public func withTransaction<Value: Sendable>(
        _ mode: PostgresTransactionMode, deadline: Duration?,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await withConnection { connection in
            try await connection.withTransaction(mode, deadline: deadline, body)
        }
    }

    /// The wait for the connection counts against the deadline.
    private func onAnyConnection<Value: Sendable>(
        _ deadline: Duration?, _ body: (PostgresConnection, Duration) async throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let limit = deadline ?? configuration.defaultDeadline
        let end = ContinuousClock.now + limit
        let lease = try await acquire(within: min(limit, limits.acquireDeadline))
        defer { release(lease) }
        return try await body(lease.connection, ContinuousClock.now.duration(to: end))
    }
}
