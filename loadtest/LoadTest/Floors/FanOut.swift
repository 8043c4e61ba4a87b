internal import PostgresDriver

/// How fast a campaign's run enters its subscribers, and how fast PostgreSQL inserts the same rows when nobody decides
/// anything: both one after the other, on the same machine, under a pause of everything.
struct FanOut: Sendable, Hashable {
    private static let statementLimit: Duration = .seconds(300)
    /// A minute for each 100,000, thirty times of what it takes.
    private static func longest(_ subscribers: Int) -> Duration { .seconds(60 + subscribers * 60 / 100_000) }

    /// Subscribers per second.
    var entered: Double
    /// Rows per second.
    var plain: Double

    /// Leaves nothing in the tables, of which it needs a cluster of its own.
    static func measure(
        _ subscribers: Int, connection: any PostgresExecutor, progress: (String) throws -> Void
    ) async throws -> FanOut {
        try progress("fan-out: loading \(subscribers) subscribers")
        try await connection.query(
            "INSERT INTO meta_pages (page_id, page_name, is_active) VALUES (1, 'load test', true)")
        try await connection.query(
            """
            INSERT INTO meta_subscribers (page_id, user_id, user_name, is_active)
            SELECT 1, ($1::bigint + n)::text, 'Subscriber ' || n, true FROM generate_series(1, $2::bigint) n
            """, [.int64(WorkClass.campaign.firstPhone), .int64(Int64(subscribers))], deadline: statementLimit)
        try await connection.query("VACUUM ANALYZE meta_subscribers", deadline: statementLimit)
        try progress("fan-out: a campaign's run")
        let entering = try await time { try await runCampaign(connection, within: longest(subscribers)) }
        try progress("fan-out: a plain INSERT … SELECT")
        for statement in plainTable { try await connection.query(statement) }
        var rows = 0
        let inserting = try await time {
            rows = try await connection.query(
                "INSERT INTO plain_contacts SELECT * FROM sequence_contacts WHERE kind = 'campaign'",
                deadline: statementLimit
            ).affectedRows
        }
        guard rows == subscribers else { throw LoadTestError("a campaign of \(subscribers) entered \(rows)") }
        try await cleanUp(connection)
        return FanOut(entered: Double(rows) / (entering / .seconds(1)), plain: Double(rows) / (inserting / .seconds(1)))
    }

    /// As the campaign's rows have it: the same columns, checks and indexes, and as much room in its pages.
    private static let plainTable = [
        "CREATE TABLE plain_contacts (LIKE sequence_contacts INCLUDING ALL)",
        """
        DO $$ BEGIN
            EXECUTE (SELECT format('ALTER TABLE plain_contacts SET (%s)', array_to_string(reloptions, ', '))
                FROM pg_class WHERE oid = 'sequence_contacts'::regclass);
        END $$
        """,
    ]

    private static func runCampaign(_ connection: any PostgresExecutor, within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        try await connection.query(
            """
            WITH flow AS (
                INSERT INTO flows (nodes, edges)
                VALUES ('[{"id": "a", "type": "message", "data": {"text": "Hello from the load test"}}]', '[]') RETURNING id)
            INSERT INTO message_runs (trigger_id, page_ids, flow_id, status) SELECT 1, '{1}', id, 'queued' FROM flow
            """)
        while try await !connection.query("SELECT fanned_out_at IS NOT NULL FROM message_runs").scalar(Bool.self) {
            guard ContinuousClock.now < deadline else {
                throw LoadTestError("a campaign's run was not entered within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func cleanUp(_ connection: any PostgresExecutor) async throws {
        // Truncated, not deleted: statistics of a table that was emptied by DELETE call it empty for long after.
        for statement in [
            "DROP TABLE plain_contacts", "TRUNCATE sequence_contacts", "DELETE FROM message_runs", "DELETE FROM flows",
            "TRUNCATE meta_subscribers", "DELETE FROM meta_pages",
        ] {
            try await connection.query(statement, deadline: statementLimit)
        }
    }

    private static func time(_ body: () async throws -> Void) async throws -> Duration {
        let start = ContinuousClock.now
        try await body()
        return start.duration(to: .now)
    }
}
