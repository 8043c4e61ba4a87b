internal import CPostgres

/// Preparing and running statements.
extension Session {
    func query(
        _ sql: String, _ values: [PostgresValue], _ ticket: CancellationTicket, _ progress: inout StatementProgress
    ) throws(PostgresError) -> ResultStorage {
        try Self.check(sql, values)
        let key = StatementCache.Key(sql: sql, types: values.map(\.type.oid))
        do {
            return try queryOnce(key, values, ticket, &progress)
        } catch {
            // The server refuses both before it executes anything. Within a transaction the refusal has aborted it,
            // so only the next transaction profits.
            guard isStale(error, key: key), isOutsideTransaction else { throw error }
            return try queryOnce(key, values, ticket, &progress)
        }
    }

    /// One or more statements without parameters in the simple protocol; the last result is returned.
    func script(
        _ sql: String, _ ticket: CancellationTicket, _ progress: inout StatementProgress
    ) throws(PostgresError) -> ResultStorage {
        try Self.check(sql, [])
        guard PQsendQuery(handle.raw, sql) == 1 else { throw connectionLost() }
        let result = try collect(ticket, &progress)
        forgetStatementsIfDiscarded(result)
        return result
    }

    private func queryOnce(
        _ key: StatementCache.Key, _ values: [PostgresValue], _ ticket: CancellationTicket,
        _ progress: inout StatementProgress
    ) throws(PostgresError) -> ResultStorage {
        let name = try preparedName(key, ticket, &progress)
        let parameters = ParameterBuffer(values)
        guard parameters.sendPrepared(name, on: handle.raw) else { throw connectionLost() }
        let result = try collect(ticket, &progress)
        forgetStatementsIfDiscarded(result)
        return result
    }

    private func preparedName(
        _ key: StatementCache.Key, _ ticket: CancellationTicket, _ progress: inout StatementProgress
    ) throws(PostgresError) -> String {
        if let name = statements.name(for: key) { return name }
        if let evicted = statements.evictIfFull() { try deallocate(evicted, ticket, &progress) }
        let name = statements.newName()
        guard PQsendPrepare(handle.raw, name, key.sql, Int32(key.types.count), key.types) == 1 else {
            throw connectionLost()
        }
        _ = try collect(ticket, &progress)
        statements.insert(name, for: key)
        return name
    }

    private func deallocate(
        _ name: String, _ ticket: CancellationTicket, _ progress: inout StatementProgress
    ) throws(PostgresError) {
        guard PQsendQuery(handle.raw, "DEALLOCATE \(name)") == 1 else { throw connectionLost() }
        do {
            _ = try collect(ticket, &progress)
        } catch {
            // Already gone is what was wanted.
            if error.sqlState != "26000" { throw error }
        }
    }

    /// Whether the cached statement is no longer what the server has; forgets it then.
    ///
    /// 26000: the statement does not exist (`DISCARD`, `DEALLOCATE`). 0A000: a table changed so that its result type
    /// would.
    private func isStale(_ error: PostgresError, key: StatementCache.Key) -> Bool {
        switch error.sqlState {
        case "26000":
            statements.removeAll()
            return true
        case "0A000":
            return statements.remove(key) != nil
        default:
            return false
        }
    }

    private func forgetStatementsIfDiscarded(_ result: ResultStorage) {
        guard statements.count > 0, result.columnCount == 0 else { return }
        let tag = result.commandTag
        if tag == "DISCARD ALL" || tag == "DEALLOCATE ALL" { statements.removeAll() }
    }

    /// The protocol counts parameters in 16 bits.
    private static let parameterLimit = 65_535

    private static func check(_ sql: String, _ values: [PostgresValue]) throws(PostgresError) {
        guard sql.isEncodable else {
            throw PostgresError(.invalidParameter, "the statement's text contains a NUL byte")
        }
        guard values.count <= parameterLimit else {
            throw PostgresError(
                .invalidParameter, "\(values.count) parameters; \(parameterLimit) are possible, so send arrays")
        }
        if let index = values.firstIndex(where: { !$0.isEncodable }) {
            throw PostgresError(
                .invalidParameter, "parameter $\(index + 1) contains a NUL byte, which PostgreSQL cannot store in text")
        }
    }
}
