internal import PostgresDriver

/// What a run makes in a cluster that is not its own: all of it is in one workspace and behind one gateway, which
/// nothing else uses, so that it can be told from a user's and taken away again.
struct OwnRows {
    static let workspace = "sluice-loadtest"
    private static let gateway = "sluice-loadtest"
    private static let statementLimit: Duration = .seconds(900)
    /// How long messages under way may take to end before their rows go.
    private static let settlingLimit: Duration = .seconds(60)

    let connection: PostgresConnection

    /// Rows of users.
    struct Others: Sendable, Hashable {
        var devices = 0
        var contacts = 0
        var leads = 0

        var isNone: Bool { devices + contacts + leads == 0 }
        var words: String { "\(devices) devices, \(contacts) contacts and \(leads) leads" }
    }

    func others() async throws -> Others {
        let row = try await connection.query(
            """
            SELECT (SELECT count(*) FROM user_devices WHERE workspace_id <> $1) AS devices,
                (SELECT count(*) FROM sequence_contacts WHERE workspace_id <> $1) AS contacts,
                (SELECT count(*) FROM leads WHERE workspace_id <> $1) AS leads
            """, [.string(Self.workspace)], deadline: Self.statementLimit)[0]
        return Others(
            devices: Int(try row.decode(Int64.self, "devices")),
            contacts: Int(try row.decode(Int64.self, "contacts")), leads: Int(try row.decode(Int64.self, "leads")))
    }

    /// Only one run at a time; the lock goes with the session.
    func isLocked() async throws -> Bool {
        try await connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", [.string(Self.workspace)])
            .scalar(Bool.self)
    }

    /// Live nodes of all roles.
    func nodes() async throws -> Int {
        let count = try await connection.query("SELECT count(*) FROM node_leases WHERE expires_at > now()")
        return Int(try count.scalar(Int64.self))
    }

    /// The scenario's devices, with its caps from the first instant on, behind a gateway that is the simulator.
    func addDevices(_ scenario: Scenario, _ place: RunPlace) async throws {
        try await connection.withTransaction { transaction in
            try await transaction.query(
                """
                INSERT INTO gateways (id, dialect, base_url, http_timeout_ms, accepts_late_ms)
                VALUES ($1, 'gowa', $2, $3, $4)
                """,
                [
                    .string(Self.gateway), .string(place.gatewayURL),
                    .int32(Int32(scenario.gateway.timeout * 1_000)), .int32(Int32(scenario.gateway.lateAccept * 1_000)),
                ])
            // No phone: a cap is counted by a device's number, and a user's device may have that one.
            try await transaction.query(
                """
                INSERT INTO user_devices (device_name, min_delay_seconds, max_delay_seconds, workspace_id)
                SELECT $1 || lpad(i::text, 7, '0'), CASE WHEN $3 THEN 5 ELSE 0 END, CASE WHEN $3 THEN 15 ELSE 0 END, $4
                FROM generate_series(1, $2) AS i
                """,
                [
                    .string(place.devicePrefix), .int32(Int32(scenario.cluster.devices)),
                    .bool(scenario.cluster.hasGap), .string(Self.workspace),
                ], deadline: Self.statementLimit)
            try await transaction.query(
                """
                UPDATE device_caps c SET hourly_cap = $1, daily_cap = $2, concurrent_cap = $3, gateway_id = $4
                FROM user_devices d WHERE d.id = c.device_id AND d.workspace_id = $5
                """,
                [scenario.caps.hourly, scenario.caps.daily, scenario.caps.concurrent].map { .int32(Int32($0)) }
                    + [.string(Self.gateway), .string(Self.workspace)], deadline: Self.statementLimit)
        }
    }

    /// Takes away every row of the workspace, once nothing of it is under way: after a run, and before one in case the
    /// run before was killed.
    func remove() async throws {
        try await connection.query(
            "INSERT INTO pauses (scope, reason) VALUES ($1, 'load test: over') ON CONFLICT DO NOTHING",
            [.string(Self.workspace)])
        try await settled()
        for table in ["sequence_contacts", "leads", "sequences", "user_devices"] { _ = try await empty(table) }
        try await connection.query("DELETE FROM gateways WHERE id = $1", [.string(Self.gateway)])
        // What the nodes wrote about these goes as well, and what they are writing about it this moment.
        let tables = try await tablesWithWorkspaces()
        for _ in 1...10 {
            var gone = 0
            for table in tables { gone += try await empty(table) }
            if gone == 0 { break }
            try await Task.sleep(for: .seconds(1))
        }
        try await connection.query("DELETE FROM workspaces WHERE id = $1", [.string(Self.workspace)])
        try await connection.query("DELETE FROM pauses WHERE scope = $1", [.string(Self.workspace)])
    }

    private func settled() async throws {
        let deadline = ContinuousClock.now + Self.settlingLimit
        while ContinuousClock.now < deadline {
            let open = try await connection.query(
                "SELECT EXISTS (SELECT FROM send_ledger WHERE workspace_id = $1 AND state = 'reserved')",
                [.string(Self.workspace)], deadline: Self.statementLimit)
            guard try open.scalar(Bool.self) else { return }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func empty(_ table: String) async throws -> Int {
        try await connection.query(
            "DELETE FROM \(table) WHERE workspace_id::text = $1", [.string(Self.workspace)],
            deadline: Self.statementLimit
        ).affectedRows
    }

    private func tablesWithWorkspaces() async throws -> [String] {
        try await connection.query(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE a.attname = 'workspace_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
              AND pg_table_is_visible(c.oid) ORDER BY 1
            """
        ).column(String.self, at: 0)
    }
}
