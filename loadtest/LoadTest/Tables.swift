internal import PostgresDriver
internal import RequestLog

/// What the tables say: what was asked for and where it stands. Never what was sent.
struct Tables: Sendable {
    let connection: any PostgresExecutor
    /// Whose rows; those of a private cluster are all in this one. Nil: everybody's.
    var workspace: String? = "default"

    /// Contacts by where they stand.
    struct Standing: Sendable, Equatable {
        var leads = 0
        var contacts = 0
        var completed = 0
        var unknown = 0
        var failed = 0
        var waiting = 0
        /// Waiting on a device whose caps are not the reason.
        var unfinished = 0
    }

    /// - Parameter scarce: devices with at most this hourly cap are meant to make contacts wait.
    func standing(scarce: Int) async throws -> Standing {
        let row = try await connection.query(
            """
            SELECT (SELECT count(*) FROM leads WHERE workspace_id = coalesce($2, workspace_id)) AS leads, count(*) AS contacts,
                count(*) FILTER (WHERE s.status = 'completed') AS completed,
                count(*) FILTER (WHERE s.status = 'unknown') AS unknown,
                count(*) FILTER (WHERE s.status = 'failed') AS failed,
                count(*) FILTER (WHERE s.status = 'active') AS waiting,
                count(*) FILTER (WHERE s.status NOT IN ('completed', 'unknown', 'failed') AND c.hourly_cap > $1) AS unfinished
            FROM sequence_contacts s LEFT JOIN device_caps c ON c.device_id = s.assigned_device_id
            WHERE s.workspace_id = coalesce($2, s.workspace_id)
            """, [.int32(Int32(scarce)), .string(workspace)], deadline: .seconds(60))[0]
        func number(_ column: String) throws -> Int { Int(try row.decode(Int64.self, column)) }
        return Standing(
            leads: try number("leads"), contacts: try number("contacts"), completed: try number("completed"),
            unknown: try number("unknown"), failed: try number("failed"), waiting: try number("waiting"),
            unfinished: try number("unfinished"))
    }

    /// The message ids that must be in the log as accepted: one for each step that a contact moved on from.
    func expectedKeys() async throws -> Set<String> {
        let rows = try await connection.query(
            """
            SELECT replace(id::text, '-', '') || '-' || generation || '-' || m AS key
            FROM sequence_contacts, generate_series(0, moves - 1) m WHERE moves > 0 AND workspace_id = coalesce($1, workspace_id)
            """, [.string(workspace)], deadline: .seconds(300))
        return Set(try rows.column(String.self, at: 0))
    }

    /// The caps as the judge takes them: the gateway's names of the devices, and the strictest rules of each cap key.
    func capPlan() async throws -> CapPlan {
        let rows = try await connection.query(
            """
            SELECT coalesce(c.gateway_device, d.device_name, d.id::text) AS name, c.cap_key,
                min(c.hourly_cap) OVER key AS hourly_cap, min(c.daily_cap) OVER key AS daily_cap,
                min(c.concurrent_cap) OVER key AS concurrent_cap,
                ARRAY(SELECT ((w ->> 'seconds')::numeric * 1000000000)::int8 FROM jsonb_array_elements(c.windows) w)
                    AS lengths,
                ARRAY(SELECT (w ->> 'limit')::int8 FROM jsonb_array_elements(c.windows) w) AS limits
            FROM device_caps c JOIN user_devices d ON d.id = c.device_id WHERE d.workspace_id = coalesce($1, d.workspace_id)
            WINDOW key AS (PARTITION BY c.cap_key)
            """, [.string(workspace)])
        var plan = CapPlan()
        for row in rows {
            let key = try row.decode(String.self, "cap_key")
            plan.capKeyOfDevice[try row.decode(String.self, "name")] = key
            let further = zip(try row.decode([Int64].self, "lengths"), try row.decode([Int64].self, "limits"))
                .map { CapRules.Window(nanoseconds: $0, cap: Int($1)) }
            let rules = CapRules(
                hourly: Int(try row.decode(Int32.self, "hourly_cap")),
                daily: Int(try row.decode(Int32.self, "daily_cap")),
                concurrency: Int(try row.decode(Int32.self, "concurrent_cap")))
            plan.byCapKey[key, default: rules].windows += further
        }
        return plan
    }

    /// Seconds until the first device at its hourly cap may send again; nil when none is.
    func nextFreeSeconds() async throws -> Double? {
        let rows = try await connection.query(
            """
            SELECT extract(epoch FROM min(r.settled_at) + interval '3606 seconds' - now())::float8 AS seconds
            FROM (SELECT l.device_id, l.settled_at, c.hourly_cap,
                    row_number() OVER (PARTITION BY l.device_id ORDER BY l.settled_at DESC) AS place
                  FROM send_ledger l JOIN device_caps c USING (device_id)
                  WHERE l.is_charged AND l.settled_at > now() - interval '3606 seconds') r
            WHERE r.place = r.hourly_cap
            """)
        return try rows.first?.decode(Double?.self, "seconds")
    }

    /// Transactions the database has committed since it started.
    func transactions() async throws -> Int64 {
        let rows = try await connection.query(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        return try rows.scalar(Int64.self)
    }
}
