internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

/// What a rehearsal reads, of rows that are not there when it has ended.
enum RehearsalQuery {
    /// So many messages of one event.
    static let mostMessages = 20_000

    /// The event's waiting messages as they would be entered now. `$1` event, `$2` workspace, `$3` at most so many.
    static let messages = """
        SELECT m.message_type, m.contractor_id::text AS contractor, m.scheduled_time AS due, m.expires_at,
            m.channel IS NOT DISTINCT FROM 'email' AS is_mail, sluice_event_recipient(m) AS recipient, x.body,
            x.missing, coalesce((sluice_event_type(m.message_type, m.workspace_id)).priority, 10) AS priority,
            (SELECT u.id FROM user_devices u WHERE u.workspace_id = $2
                AND (u.id = e.device_id OR sluice_digits(u.phone) = sluice_digits(w.default_from))
                ORDER BY u.id = e.device_id DESC NULLS LAST, u.id LIMIT 1) AS sender
        FROM event_messages m
        JOIN events e ON e.id::text = m.event_id::text AND e.workspace_id = m.workspace_id
        LEFT JOIN workspaces w ON w.id = m.workspace_id
        CROSS JOIN LATERAL sluice_event_text(m) x
        WHERE m.event_id::text = $1 AND m.workspace_id = $2 AND m.status = 'scheduled'
          AND m.direction IS DISTINCT FROM 'inbound'
        ORDER BY m.scheduled_time, m.id::text LIMIT $3
        """

    /// The workspace's devices that are not paused, with their caps and their gateways. `$1` workspace.
    static let devices = """
        SELECT d.id, coalesce(d.device_name, d.id::text) AS name, c.cap_key, c.hourly_cap, c.daily_cap, c.concurrent_cap,
            CASE WHEN \(DeviceSettingsProblem.sql(of: "c")) IS NULL THEN c.windows::text ELSE '[]' END AS windows,
            (coalesce(d.min_delay_seconds, 0) + coalesce(d.max_delay_seconds, 0))::float8 / 2 AS gap,
            coalesce(g.id, '') AS gateway, coalesce(g.dialect, '') AS dialect,
            coalesce(c.base_url, g.base_url, '') AS base_url,
            coalesce(c.gateway_device, d.device_name, d.id::text) AS gateway_device
        FROM user_devices d JOIN device_caps c ON c.device_id = d.id
        LEFT JOIN gateways g ON g.id = coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default))
        WHERE d.workspace_id = $1 AND c.paused_at IS NULL ORDER BY d.id LIMIT 10000
        """

    /// `$1`: its id.
    static let gateway = "SELECT id AS gateway, dialect, base_url FROM gateways WHERE id = $1"
}

/// A device in a rehearsal.
struct RehearsalDevice {
    var id: String
    var name: String
    var capKey: String
    var caps: Caps
    var gap: Duration
    var route: RehearsalRoute

    init(_ row: PostgresRow, windows: CapWindows) throws {
        id = try row.decode(UUID.self, "id").text
        name = try row.decode(String.self, "name")
        capKey = try row.decode(String.self, "cap_key")
        gap = .seconds(try row.decode(Double.self, "gap"))
        caps = Caps.standard(
            hourly: Int(try row.decode(Int32.self, "hourly_cap")), daily: Int(try row.decode(Int32.self, "daily_cap")),
            concurrent: Int(try row.decode(Int32.self, "concurrent_cap")), windows: windows)
        caps.windows += try Caps.furtherWindows(try row.decode(String.self, "windows"))
        route = RehearsalRoute(
            gateway: "", dialect: "", baseURL: "", gatewayDevice: try row.decode(String.self, "gateway_device"))
        try route.take(row)
    }
}

extension RehearsalRoute {
    /// Goes by the gateway of a row.
    mutating func take(_ row: PostgresRow) throws {
        gateway = try row.decode(String.self, "gateway")
        dialect = try row.decode(String.self, "dialect")
        baseURL = try row.decode(String.self, "base_url")
    }
}
