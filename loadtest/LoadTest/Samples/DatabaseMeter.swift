internal import PostgresDriver

/// What PostgreSQL counts of itself.
struct DatabaseMeter {
    private let connection: any PostgresExecutor
    private let sql: String
    /// Its own statements, which are nobody's work.
    private var asked: Int64 = 1
    private var carried = CarriedCounters()
    /// The session that answered last, on a connection that only asks this: what it costs is nobody's work either.
    private(set) var backend: Int32?

    init(connection: any PostgresExecutor) async throws {
        self.connection = connection
        let version = try await connection.query("SELECT current_setting('server_version_num')::int8")
        sql = Self.sql(version: try version.scalar(Int64.self))
    }

    /// PostgreSQL 17 moved what it counts of checkpoints into a view of its own.
    private static func sql(version: Int64) -> String {
        let checkpoints =
            version >= 170_000
            ? "SELECT num_timed + num_requested FROM pg_stat_checkpointer"
            : "SELECT checkpoints_timed + checkpoints_req FROM pg_stat_bgwriter"
        return statement.replacing("CHECKPOINTS", with: checkpoints)
    }

    private static let statement = """
        SELECT pg_backend_pid() AS backend, d.xact_commit + d.xact_rollback AS transactions,
            d.tup_inserted + d.tup_updated + d.tup_deleted AS rows,
            (SELECT wal_bytes::int8 FROM pg_stat_wal) AS wal, (SELECT wal_fpi FROM pg_stat_wal) AS full_pages,
            (SELECT coalesce(stats_reset::text, '') FROM pg_stat_wal) AS epoch,
            (CHECKPOINTS) AS checkpoints,
            coalesce((SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'sequence_contacts'), 0) AS dead_contacts,
            coalesce((SELECT sum(n_dead_tup)::int8 FROM pg_stat_user_tables WHERE relname LIKE 'send_ledger%'), 0)
                AS dead_ledger,
            pg_total_relation_size('sequence_contacts') AS contacts,
            (SELECT sum(pg_total_relation_size(inhrelid))::int8 FROM pg_inherits
             WHERE inhparent = 'send_ledger'::regclass) AS ledger,
            (SELECT count(*) FROM node_leases WHERE role = 'shard' AND expires_at > now()) AS shards
        FROM pg_stat_database d WHERE d.datname = current_database()
        """

    mutating func read() async throws -> Sample.Database {
        asked += 1
        let row = try await connection.query(sql, deadline: .seconds(5))[0]
        backend = try row.decode(Int32.self, "backend")
        let counted = Sample.Database(
            transactions: try row.decode(Int64.self, "transactions"),
            rows: try row.decode(Int64.self, "rows"), walBytes: try row.decode(Int64.self, "wal"),
            fullPages: try row.decode(Int64.self, "full_pages"),
            checkpoints: try row.decode(Int64.self, "checkpoints"),
            deadContacts: try row.decode(Int64.self, "dead_contacts"),
            deadLedger: try row.decode(Int64.self, "dead_ledger"),
            contactBytes: try row.decode(Int64.self, "contacts"),
            ledgerBytes: try row.decode(Int64?.self, "ledger") ?? 0,
            liveShards: try row.decode(Int64.self, "shards"))
        var sample = carried.add(counted, since: try row.decode(String.self, "epoch"))
        sample.transactions -= asked
        return sample
    }
}
