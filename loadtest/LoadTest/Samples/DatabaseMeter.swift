internal import PostgresDriver

/// What PostgreSQL counts of itself.
struct DatabaseMeter {
    let connection: PostgresConnection
    /// Its own statements, which are nobody's work.
    private(set) var asked: Int64 = 0

    init(connection: PostgresConnection) { self.connection = connection }

    private static let sql = """
        SELECT d.xact_commit + d.xact_rollback AS transactions,
            d.tup_inserted + d.tup_updated + d.tup_deleted AS rows,
            (SELECT wal_bytes::int8 FROM pg_stat_wal) AS wal,
            coalesce((SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'sequence_contacts'), 0) AS dead_contacts,
            coalesce((SELECT sum(n_dead_tup)::int8 FROM pg_stat_user_tables WHERE relname LIKE 'send_ledger%'), 0)
                AS dead_ledger,
            pg_total_relation_size('sequence_contacts') AS contacts,
            (SELECT sum(pg_total_relation_size(inhrelid))::int8 FROM pg_inherits
             WHERE inhparent = 'send_ledger'::regclass) AS ledger
        FROM pg_stat_database d WHERE d.datname = current_database()
        """

    mutating func read() async throws -> Sample.Database {
        asked += 1
        let row = try await connection.query(Self.sql, deadline: .seconds(5))[0]
        return Sample.Database(
            transactions: try row.decode(Int64.self, "transactions") - asked,
            rows: try row.decode(Int64.self, "rows"), walBytes: try row.decode(Int64.self, "wal"),
            deadContacts: try row.decode(Int64.self, "dead_contacts"),
            deadLedger: try row.decode(Int64.self, "dead_ledger"),
            contactBytes: try row.decode(Int64.self, "contacts"),
            ledgerBytes: try row.decode(Int64?.self, "ledger") ?? 0)
    }
}
