internal import PostgresDriver

/// What ended in the last 60 s by the ledger: asked only when no shard answers, because the ledger has no index by
/// time.
enum LastMinuteQuery {
    private static let sql = """
        SELECT count(*) FILTER (WHERE state = 'sent')::int AS sent,
            count(*) FILTER (WHERE state = 'failed')::int AS failed,
            count(*) FILTER (WHERE state = 'unknown')::int AS unknown
        FROM send_ledger
        WHERE day >= (now() AT TIME ZONE 'UTC')::date - 1 AND settled_at > now() - interval '1 minute'
        """

    static func outcomes(
        _ database: any PostgresExecutor, within limit: Duration
    ) async throws -> StatusReport.Outcomes {
        let rows = try await database.query(sql, deadline: limit)
        return StatusReport.Outcomes(
            sent: Int(try rows[0].decode(Int32.self, "sent")), failed: Int(try rows[0].decode(Int32.self, "failed")),
            unknown: Int(try rows[0].decode(Int32.self, "unknown")))
    }
}
