/// The fields of the server's error report.
public struct PostgresServerError: Sendable, Equatable {
    /// Five characters, see "PostgreSQL Error Codes" in the PostgreSQL manual.
    public var sqlState: String
    /// `ERROR`, `FATAL` or `PANIC`, not localized.
    public var severity: String
    public var message: String
    /// May quote row contents: keep it out of logs.
    public var detail: String?
    public var hint: String?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var constraint: String?

    public init(
        sqlState: String, severity: String = "ERROR", message: String, detail: String? = nil, hint: String? = nil,
        schema: String? = nil, table: String? = nil, column: String? = nil, constraint: String? = nil
    ) {
        self.sqlState = sqlState
        self.severity = severity
        self.message = message
        self.detail = detail
        self.hint = hint
        self.schema = schema
        self.table = table
        self.column = column
        self.constraint = constraint
    }

    /// Serialization failures, deadlocks, lock and statement timeouts, missing resources and a server that stops or
    /// starts.
    public var isRetriable: Bool {
        if Self.retriableStates.contains(sqlState) { return true }
        return Self.retriableClasses.contains { sqlState.hasPrefix($0) }
    }

    /// serialization_failure, deadlock_detected, lock_not_available, query_canceled, admin_shutdown, crash_shutdown,
    /// cannot_connect_now, idle_in_transaction_session_timeout
    private static let retriableStates: Set<String> = [
        "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "25P03",
    ]

    /// Connection exception, insufficient resources.
    private static let retriableClasses = ["08", "53"]
}

extension PostgresServerError: CustomStringConvertible {
    public var description: String {
        var text = "\(severity) \(sqlState): \(message)"
        if let constraint { text += " [constraint \(constraint)]" }
        if let hint { text += " Hint: \(hint)" }
        return text
    }
}
