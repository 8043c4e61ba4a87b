internal import Foundation
internal import PostgresDriver

/// Puts a scenario's work into the tables, in the SQL an operator or a producer would use, under a pause of everything.
struct Loading {
    /// Rows per statement: large enough to be fast, small enough to show progress.
    private static let chunk = 50_000
    private static let statementLimit: Duration = .seconds(300)

    let scenario: Scenario
    let place: RunPlace
    let connection: any PostgresExecutor
    /// Told in words how far it is; throws when somebody wants the run to end.
    let progress: (String) throws -> Void

    /// Until ``release()``.
    func pause() async throws {
        try await connection.query(
            "INSERT INTO pauses (scope, reason) VALUES ($1, 'load test: loading')", [.string(place.pauseScope)])
    }

    /// Loads everything and returns what is left to be triggered.
    func run() async throws -> TriggerWork {
        for workClass in WorkClass.allCases { try await addSequence(workClass) }
        try await addHistory()
        try await addContacts(.campaign, scenario.backlog.contacts, devices: scenario.backlogDevices)
        try await addContacts(.hot, scenario.backlog.hot, devices: 1)
        try await addContacts(
            .later, scenario.backlog.later, devices: scenario.backlogDevices, due: "now() + '30 days'")
        try await addContacts(
            .paused, scenario.backlog.pausedPerDevice * scenario.backlogDevices, devices: scenario.backlogDevices,
            due: "now() - interval '1 day'")
        let triggers = try await addTriggers()
        try await enrolled()
        // Else the vacuum of so many new rows runs into the first seconds of what is measured.
        for table in ["sequence_contacts", "leads", "send_ledger"] {
            try progress("vacuuming \(table)")
            try await connection.query("VACUUM ANALYZE \(table)", deadline: Self.statementLimit)
        }
        return triggers
    }

    /// The start: what was loaded may go. When it was committed, in nanoseconds since 1970.
    func release() async throws -> Int64 {
        try await connection.query("DELETE FROM pauses WHERE scope = $1", [.string(place.pauseScope)])
        return WallClock.nanoseconds
    }

    /// Nothing more goes out; what is open ends.
    func halt() async throws {
        try await connection.query(
            "INSERT INTO pauses (scope, reason) VALUES ($1, 'load test: over') ON CONFLICT DO NOTHING",
            [.string(place.pauseScope)])
    }

    private func addSequence(_ workClass: WorkClass) async throws {
        try await connection.query(
            """
            WITH s AS (
                INSERT INTO sequences (name, priority, is_active, workspace_id) VALUES ($1, $2, $3, $4) RETURNING id)
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, trigger_delay_hours, is_entry_point, content)
            SELECT id, 1, $1, 0, true, 'Hello from the load test, this is a message of the usual length.' FROM s
            """,
            [
                .string(workClass.rawValue), .int32(workClass.priority), .bool(workClass != .paused),
                .string(place.workspace),
            ])
    }

    /// Contact i goes to device i modulo `devices`, counted by name.
    private func addContacts(
        _ workClass: WorkClass, _ count: Int, devices: Int, due: String = "now()"
    ) async throws {
        for first in stride(from: 0, to: count, by: Self.chunk) {
            try progress("loading \(workClass.rawValue) contacts: \(first) of \(count)")
            try await connection.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, assigned_device_id, next_trigger_time)
                SELECT s.id, ($2::bigint + i)::text, d.ids[1 + i % $3::bigint], \(due)
                FROM generate_series($4::bigint, $5::bigint) i, sequences s,
                    (SELECT array_agg(id ORDER BY device_name) AS ids FROM user_devices WHERE workspace_id = $6) d
                WHERE s.name = $1 AND s.workspace_id = $6
                """,
                [
                    .string(workClass.rawValue), .int64(workClass.firstPhone), .int64(Int64(devices)),
                    .int64(Int64(first)), .int64(Int64(min(first + Self.chunk, count) - 1)), .string(place.workspace),
                ], deadline: Self.statementLimit)
        }
    }

    private func addTriggers() async throws -> TriggerWork {
        let count = Int((scenario.triggers.rate * scenario.duration).rounded(.up))
        switch scenario.triggers.by {
        case .lead: return .leads(try await addLeads(count))
        case .run: return .runs(try await addFlow(), count: count)
        }
    }

    /// A flow of one message, and the devices that nothing else uses.
    private func addFlow() async throws -> TriggerWork.Flow {
        let id = try await connection.query(
            """
            INSERT INTO flows (name, nodes, edges, workspace_id)
            VALUES ('load test', '[{"id": "only", "type": "message", "data": {"text": "Hello from the load test."}}]', '[]', $1)
            RETURNING id
            """, [.string(place.workspace)]
        ).scalar(UUID.self)
        let devices = try await connection.query(
            "SELECT id FROM user_devices WHERE workspace_id = $1 ORDER BY device_name OFFSET $2",
            [.string(place.workspace), .int64(Int64(scenario.backlogDevices))])
        return TriggerWork.Flow(id: id, devices: try devices.column(UUID.self, at: 0), workspace: place.workspace)
    }

    /// Leads without a trigger yet, on the devices that nothing else uses.
    private func addLeads(_ count: Int) async throws -> [UUID] {
        var leads: [UUID] = []
        leads.reserveCapacity(count)
        for first in stride(from: 0, to: count, by: Self.chunk) {
            try progress("loading leads: \(first) of \(count)")
            let rows = try await connection.query(
                """
                WITH added AS (
                    INSERT INTO leads (name, phone, device_id, workspace_id)
                    SELECT 'Lead ' || i, ($1::bigint + i)::text, d.ids[1 + $2::bigint + i % $3::bigint], $6
                    FROM generate_series($4::bigint, $5::bigint) i,
                        (SELECT array_agg(id ORDER BY device_name) AS ids FROM user_devices WHERE workspace_id = $6) d
                    RETURNING id, phone)
                SELECT id FROM added ORDER BY phone::bigint
                """,
                [
                    .int64(WorkClass.trigger.firstPhone), .int64(Int64(scenario.backlogDevices)),
                    .int64(Int64(scenario.triggers.devices)), .int64(Int64(first)),
                    .int64(Int64(min(first + Self.chunk, count) - 1)), .string(place.workspace),
                ], deadline: Self.statementLimit)
            leads += try rows.column(UUID.self, at: 0)
        }
        return leads
    }

    /// Attempts of the last day, as if each device had sent them at even intervals.
    private func addHistory() async throws {
        let count = scenario.backlog.history
        guard count > 0 else { return }
        try await connection.query("SELECT sluice_ledger_day((now() AT TIME ZONE 'UTC')::date - 1)")
        for first in stride(from: 0, to: count, by: Self.chunk) {
            try progress("writing a day of history: \(first) of \(count)")
            try await connection.query(
                """
                INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id,
                    cap_key, slot, epoch, incarnation, recipient, source_id, reserved_at, deadline, state, settled_at)
                SELECT (at AT TIME ZONE 'UTC')::date, gen_random_uuid(), 1, $4, 1, 1, 0, d.device_id, d.cap_key,
                    d.hash_slot, 0, 0, '4921000000000', 'history', at, at, 'sent', at
                FROM (SELECT i, now() - interval '1 minute' - i * $3::float8 * interval '1 second' AS at
                      FROM generate_series($1::bigint, $2::bigint) i) wanted
                JOIN (SELECT c.*, row_number() OVER (ORDER BY device_id) - 1 AS n
                      FROM device_caps c JOIN user_devices u ON u.id = c.device_id WHERE u.workspace_id = $4) d
                    ON d.n = wanted.i % $5::bigint
                ORDER BY at -- as a ledger lies
                """,
                [
                    .int64(Int64(first)), .int64(Int64(min(first + Self.chunk, count) - 1)),
                    .double((scenario.caps.day * 0.9) / Double(count)), .string(place.workspace),
                    .int64(Int64(scenario.cluster.devices)),
                ], deadline: Self.statementLimit)
        }
    }

    /// How many are left is told by the ends of the queue: to count millions takes longer than to enter thousands.
    private func enrolled() async throws {
        while true {
            let left = try await connection.query(
                """
                SELECT (SELECT id FROM enrollment_intake WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1)
                    - (SELECT id FROM enrollment_intake WHERE workspace_id = $1 ORDER BY id LIMIT 1) + 1
                """, [.string(place.workspace)], deadline: Self.statementLimit
            ).scalar(Int64?.self)
            guard let left else { return }
            try progress("enrolling: \(left) to go")
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
