public import FoundationEssentials
internal import PostgresDriver

/// A device as `sluice devices list` shows it.
public struct DeviceLine: Codable, Hashable, Sendable {
    public var id: UUID
    public var name: String
    public var phone: String?
    public var workspace: String
    /// connected, disconnected, logged_out, not_found, banned or paused.
    public var state: String
    public var until: Date?
    public var caps: CapValues
    /// Nil when reading the ledger took too long.
    public var usedHour: Int?
    public var usedDay: Int?
    /// Active contacts, counted up to a bound per device.
    public var waiting: Int
    public var waitingIsAtLeast: Bool
    public var gateway: String?
}

extension OperatorSession {
    /// - Parameters:
    ///   - workspace: only its devices; nil: all.
    ///   - state: only devices in this state; nil: all.
    public func listDevices(workspace: String? = nil, state: String? = nil, limit: Int = 10_000) async throws
        -> [DeviceLine]
    {
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            DeviceListQuery.sql, [.string(workspace), .string(state), .int32(Int32(clamping: limit))],
            deadline: .seconds(10))
        let keys = Set(try rows.map { try $0.decode(String.self, "cap_key") })
        // The list is worth having without the use of the caps; a ledger too large to read in time leaves those columns
        // empty.
        let usage = try? await CapUsage.of(keys.sorted(), windows: windows, on: database, within: .seconds(5))
        return try rows.map { try DeviceListQuery.line($0, usage) }
    }
}

enum DeviceListQuery {
    /// Index entries read in all.
    private static let budget = 300_000

    static let sql = """
        WITH bound AS MATERIALIZED (SELECT greatest(20, \(budget) / greatest(1, count(*)))::int AS most FROM lanes)
        SELECT d.id, coalesce(d.device_name, d.id::text) AS name, d.phone, d.workspace_id, c.cap_key,
            CASE WHEN c.paused_at IS NOT NULL THEN 'paused' ELSE coalesce(s.state, 'connected') END AS state, s.until,
            c.hourly_cap, c.daily_cap, c.concurrent_cap, w.n AS waiting, w.is_cut,
            coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default)) AS gateway
        FROM user_devices d
        JOIN device_caps c ON c.device_id = d.id
        LEFT JOIN device_states s ON s.device_id = d.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(k.n), 0)::bigint AS n, coalesce(bool_or(k.n >= b.most), false) AS is_cut
            FROM bound b CROSS JOIN lanes l CROSS JOIN LATERAL (
                SELECT count(*) AS n FROM (
                    SELECT FROM sequence_contacts WHERE lane_id = l.id AND status = 'active' LIMIT b.most) k) k
            WHERE l.device_id = d.id) w
        WHERE ($1::text IS NULL OR d.workspace_id = $1)
          AND ($2::text IS NULL OR CASE WHEN c.paused_at IS NOT NULL THEN 'paused' ELSE coalesce(s.state, 'connected')
              END = $2)
        ORDER BY d.workspace_id, d.device_name, d.id LIMIT $3
        """

    static func line(_ row: PostgresRow, _ usage: [String: CapUsage]?) throws -> DeviceLine {
        let key = try row.decode(String.self, "cap_key")
        let used = usage.map { $0[key] ?? CapUsage(hour: 0, day: 0) }
        return DeviceLine(
            id: try row.decode(UUID.self, "id"), name: try row.decode(String.self, "name"),
            phone: try row.decode(String?.self, "phone"), workspace: try row.decode(String.self, "workspace_id"),
            state: try row.decode(String.self, "state"), until: try row.date("until"),
            caps: CapValues(
                hourly: Int(try row.decode(Int32.self, "hourly_cap")),
                daily: Int(try row.decode(Int32.self, "daily_cap")),
                concurrent: Int(try row.decode(Int32.self, "concurrent_cap"))),
            usedHour: used?.hour, usedDay: used?.day, waiting: Int(try row.decode(Int64.self, "waiting")),
            waitingIsAtLeast: try row.decode(Bool.self, "is_cut"), gateway: try row.decode(String?.self, "gateway"))
    }
}
