internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// What a shard reads and writes of its devices.
struct DeviceStatements {
    let windows: CapWindows

    /// `$1`: slots.
    static let profiles = """
        SELECT d.id, coalesce(d.device_name, d.id::text) AS name, d.workspace_id, c.cap_key, c.hash_slot AS slot,
            c.hourly_cap, c.daily_cap, c.concurrent_cap, c.windows::text AS windows,
            least(greatest(d.min_delay_seconds, 0), 86400)::int AS min_delay_seconds,
            least(greatest(d.max_delay_seconds, 0), 86400)::int AS max_delay_seconds,
            c.paused_at IS NOT NULL AS is_paused, c.history_from, c.earlier_slots <> '{}' AS has_moved_key,
            sluice_settings_problem(c.windows, coalesce(c.credentials, g.credentials)) AS problem,
            coalesce(g.dialect, '') AS dialect, coalesce(c.base_url, g.base_url, '') AS base_url,
            coalesce(c.credentials, g.credentials, '{}')::text AS credentials,
            g.http_timeout_ms, g.accepts_late_ms,
            coalesce(c.gateway_device, d.device_name, d.id::text) AS gateway_device,
            coalesce(s.state, 'connected') AS state, s.until, w.floor_low::float8 AS floor_low
        FROM device_caps c
        JOIN user_devices d ON d.id = c.device_id
        LEFT JOIN workspaces w ON w.id = d.workspace_id
        LEFT JOIN gateways g ON g.id = coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default))
        LEFT JOIN device_states s ON s.device_id = d.id
        WHERE c.hash_slot = ANY ($1::smallint[])
        ORDER BY c.hash_slot, d.id
        """

    static let record = """
        WITH state AS (
            INSERT INTO device_states (device_id, state, detail, until) VALUES ($1, $2, $3, $4)
            ON CONFLICT (device_id) DO UPDATE SET state = $2, detail = $3, until = $4, observed_at = now(),
                since = \(DeviceOutage.since))
        UPDATE user_devices SET status = $2, last_seen = CASE WHEN $2 = 'connected' THEN now() ELSE last_seen END
        WHERE id = $1
        """

    /// A device whose settings cannot be used comes as one that sends nothing, with the reason, so that it holds up no
    /// other: its caps are then those that can be read, for nobody sends by them.
    func profile(_ row: PostgresRow) throws -> DeviceProfile {
        var problem = try row.decode(String?.self, "problem")
        var caps = try standardCaps(row)
        var credentials: [String: String] = [:]
        if problem == nil {
            do {
                caps.windows += try Caps.furtherWindows(try row.decode(String.self, "windows"))
                credentials = try Self.credentials(try row.decode(String.self, "credentials"))
            } catch {
                problem = "\(error)"
            }
        }
        let least = max(0, try row.decode(Int32?.self, "min_delay_seconds") ?? 0)
        let most = max(least, try row.decode(Int32?.self, "max_delay_seconds") ?? least)
        var profile = DeviceProfile(
            id: try row.device("id"), name: try row.decode(String.self, "name"),
            workspace: try row.decode(String.self, "workspace_id"), capKey: try row.decode(String.self, "cap_key"),
            slot: try row.slot("slot"), caps: caps, gap: .seconds(least)...Duration.seconds(most),
            gateway: try Self.gateway(row, credentials),
            gatewayDevice: try row.decode(String.self, "gateway_device"), condition: try Self.condition(row),
            isPaused: try row.decode(Bool.self, "is_paused"), historyFrom: try row.optionalTime("history_from"))
        profile.hasMovedKey = try row.decode(Bool.self, "has_moved_key")
        if let floor = try row.decode(Double?.self, "floor_low") { profile.floor = FloorShare(floor) }
        profile.settingsProblem = problem
        return profile
    }

    private static func gateway(_ row: PostgresRow, _ credentials: [String: String]) throws -> GatewayProfile {
        let dialect = try row.decode(String.self, "dialect")
        // Nothing is ever sent in a dialect that nobody here speaks, so any bound does for it.
        let known = Dialect(rawValue: dialect) ?? .webhook
        return GatewayProfile(
            dialect: dialect, baseURL: try row.decode(String.self, "base_url"), credentials: credentials,
            httpTimeout: try row.decode(Int32?.self, "http_timeout_ms").map { .milliseconds($0) } ?? known.httpTimeout,
            acceptsLateFor: try row.decode(Int32?.self, "accepts_late_ms").map { .milliseconds($0) }
                ?? known.acceptsLateFor)
    }

    private func standardCaps(_ row: PostgresRow) throws -> Caps {
        .standard(
            hourly: Int(try row.decode(Int32.self, "hourly_cap")), daily: Int(try row.decode(Int32.self, "daily_cap")),
            concurrent: Int(try row.decode(Int32.self, "concurrent_cap")), windows: windows)
    }

    // What `sluice_settings_problem` found nothing wrong with; if this reader sees it otherwise, that is a problem too.

    private static func credentials(_ text: String) throws(StoreError) -> [String: String] {
        guard text != "{}" else { return [:] }
        guard let pairs = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else {
            throw .malformed("gateways.credentials is not an object of strings")
        }
        return pairs
    }

    private static func condition(_ row: PostgresRow) throws -> DeviceCondition {
        switch try row.decode(String.self, "state") {
        case "disconnected": .disconnected
        case "logged_out": .loggedOut
        case "not_found": .notFound
        case "credentials_refused": .credentialsRefused
        case "banned": .banned(until: try row.optionalTime("until"))
        default: .connected
        }
    }
}
