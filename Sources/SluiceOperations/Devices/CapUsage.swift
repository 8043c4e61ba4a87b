internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

/// How much of its caps a key has used, as the ledger has it: settled attempts count from their settlement, unsettled
/// ones until their deadline and from there, as a take-over counts them.
struct CapUsage: Hashable, Sendable {
    var hour: Int
    var day: Int

    /// Over `l` (send_ledger).
    static let chargedAtSQL = "coalesce(CASE WHEN l.state IN ('reserved', 'unknown') THEN l.deadline END, l.settled_at)"

    /// The hourly and daily cap that hold for a row of device_caps, and since when what its key used is known: the
    /// strictest and the latest among the devices of the key, as the key's owner takes them. To be joined.
    static func capsSQL(of device: String) -> String {
        """
        LATERAL (SELECT min(x.hourly_cap) AS hourly_cap, min(x.daily_cap) AS daily_cap,
                max(x.history_from) AS history_from
            FROM device_caps x
            WHERE x.hash_slot = \(device).hash_slot AND x.cap_key = \(device).cap_key)
        """
    }

    private static let sql = """
        SELECT l.cap_key,
            count(*) FILTER (WHERE \(chargedAtSQL) > now() - $2::bigint * interval '1 microsecond') AS hour,
            count(*) AS day
        FROM send_ledger l
        WHERE l.cap_key = ANY ($1::text[]) AND l.is_charged AND l.state <> 'aborted'
          AND l.day >= ((now() - $3::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date - 1
          AND \(chargedAtSQL) > now() - $3::bigint * interval '1 microsecond'
        GROUP BY l.cap_key
        """

    /// Of these cap keys; those that used nothing are missing.
    static func of(
        _ keys: [String], windows: CapWindows, on database: any PostgresExecutor, within limit: Duration
    ) async throws -> [String: CapUsage] {
        guard !keys.isEmpty else { return [:] }
        let rows = try await database.query(
            sql,
            [
                .stringArray(keys), .int64((windows.hour + windows.hourMargin).wholeMicroseconds),
                .int64((windows.day + windows.dayMargin).wholeMicroseconds),
            ], deadline: limit)
        var usage: [String: CapUsage] = [:]
        for row in rows {
            usage[try row.decode(String.self, "cap_key")] = CapUsage(
                hour: Int(try row.decode(Int64.self, "hour")), day: Int(try row.decode(Int64.self, "day")))
        }
        return usage
    }
}
