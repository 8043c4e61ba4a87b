internal import PostgresDriver

/// How a run's own sessions talk to the database: they load for minutes and hold snapshots, so nothing of PostgreSQL's
/// side ends them.
enum RunConnection {
    static let name = "sluice loadtest"

    static func configuration(_ url: String) throws(PostgresError) -> PostgresConfiguration {
        try PostgresConfiguration(
            url, applicationName: name,
            settings: [
                "statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "10s",
            ], defaultDeadline: .seconds(60))
    }
}
