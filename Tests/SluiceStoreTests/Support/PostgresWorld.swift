import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport

/// The world on a real PostgreSQL.
struct PostgresWorld: StoreWorld {
    let fixture: StoreFixture
    let shard: any ShardStore
    let leader: any CoordinatorStore
    var sql: PostgresConnection { fixture.sql }

    init(_ fixture: StoreFixture, pools: StorePools? = nil) {
        self.fixture = fixture
        shard = PostgresShardStore(pools: pools ?? fixture.shardPools, windows: CapWindows())
        leader = PostgresCoordinatorStore(pools: pools ?? fixture.coordinatorPools)
    }

    @discardableResult
    static func with<Value: Sendable>(_ body: @escaping @Sendable (PostgresWorld) async throws -> Value) async throws
        -> Value
    {
        try await StoreFixture.with { try await body(PostgresWorld($0)) }
    }

    func addDevice(_ phone: String, workspace: String) async throws -> DeviceID {
        let rows = try await sql.query(
            """
            INSERT INTO user_devices (device_name, phone, workspace_id, min_delay_seconds, max_delay_seconds)
            VALUES ('device ' || $1, $1, $2, 0, 0) RETURNING id
            """, [.string(phone), .string(workspace)])
        return DeviceID(rawValue: try rows.scalar(UUID.self))
    }

    func addSequence(
        _ steps: [StepSpec], device: DeviceID?, workspace: String, onUnknown: String
    ) async throws -> UUID {
        let id = try await sql.query(
            "INSERT INTO sequences (name, workspace_id, device_id, on_unknown) VALUES ('test', $1, $2, $3) RETURNING id",
            [.string(workspace), .uuid(device?.rawValue), .string(onUnknown)]
        ).scalar(UUID.self)
        for (day, step) in steps.enumerated() {
            try await sql.query(
                """
                INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours,
                    is_entry_point, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                [
                    .uuid(id), .int32(Int32(day + 1)), .string(step.trigger), .string(step.next),
                    .string("\(step.delayHours)"),
                    .bool(step.isEntry), .string(step.text),
                ])
        }
        return id
    }

    func addLead(_ phone: String?, trigger: String?, workspace: String) async throws -> UUID {
        try await sql.query(
            "INSERT INTO leads (name, phone, trigger, workspace_id) VALUES ('Ann', $1, $2, $3) RETURNING id",
            [.string(phone), .string(trigger), .string(workspace)]
        ).scalar(UUID.self)
    }

    func setTrigger(_ trigger: String?, ofLead lead: UUID) async throws {
        try await sql.query("UPDATE leads SET trigger = $1 WHERE id = $2", [.string(trigger), .uuid(lead)])
    }

    func trigger(ofLead lead: UUID) async throws -> String? {
        try await sql.query("SELECT trigger FROM leads WHERE id = $1", [.uuid(lead)]).scalar(String?.self)
    }

    func setStatus(_ status: String, of contact: ContactID) async throws {
        try await sql.query(
            "UPDATE sequence_contacts SET status = $1 WHERE id = $2", [.string(status), .uuid(contact.rawValue)])
    }

    func makeAllDue() async throws {
        try await sql.query("UPDATE sequence_contacts SET next_trigger_time = now() - interval '1 second'")
    }

    func contacts() async throws -> [ContactRow] {
        try await sql.query(
            """
            SELECT *, retry_count::int AS retries, extract(epoch
                FROM next_trigger_time - clock_timestamp())::float8 AS due_in
            FROM sequence_contacts ORDER BY recipient, id
            """
        ).map { row in
            ContactRow(
                id: ContactID(rawValue: try row.decode(UUID.self, "id")),
                recipient: try row.decode(String.self, "recipient"),
                status: try row.decode(String.self, "status"), trigger: try row.decode(String?.self, "current_trigger"),
                hold: try row.decode(String?.self, "hold_reason"),
                lastError: try row.decode(String?.self, "last_error"),
                claimState: Int(try row.decode(Int16.self, "claim_state")),
                generation: Int(try row.decode(Int32.self, "generation")),
                moves: Int(try row.decode(Int32.self, "moves")),
                retries: Int(try row.decode(Int32?.self, "retries") ?? 0),
                dueIn: try row.decode(Double?.self, "due_in"),
                due: try row.decode(PostgresTimestamp?.self, "next_trigger_time").map {
                    DatabaseTime(microseconds: $0.microsecondsSinceEpoch)
                },
                device: try row.decode(UUID?.self, "assigned_device_id").map(DeviceID.init(rawValue:)),
                lane: try row.decode(Int64?.self, "lane_id").map(LaneID.init(rawValue:)))
        }
    }

    func attempts(of contact: ContactID) async throws -> [AttemptRow] {
        try await sql.query(
            "SELECT attempt, state, is_charged, code FROM send_ledger WHERE contact_id = $1 ORDER BY day, attempt",
            [.uuid(contact.rawValue)]
        ).map { row in
            AttemptRow(
                attempt: Int(try row.decode(Int32.self, "attempt")), state: try row.decode(String.self, "state"),
                isCharged: try row.decode(Bool.self, "is_charged"), code: try row.decode(String?.self, "code"))
        }
    }
}
