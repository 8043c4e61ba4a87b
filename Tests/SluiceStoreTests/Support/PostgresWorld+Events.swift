import FoundationEssentials
import PostgresDriver
import SluiceCore
import TestSupport

/// What users, operators and time do.
extension PostgresWorld {
    func addLeads(_ phones: [String], trigger: String) async throws {
        try await sql.query(
            "INSERT INTO leads (phone, trigger) SELECT p, $2 FROM unnest($1::text[]) p",
            [.stringArray(phones), .string(trigger)])
    }

    func setDue(_ seconds: [ContactID: Double]) async throws {
        try await sql.query(
            """
            UPDATE sequence_contacts c SET next_trigger_time = now() + make_interval(secs => u.seconds)
            FROM unnest($1::uuid[], $2::float8[]) u(id, seconds) WHERE c.id = u.id
            """, [.uuidArray(seconds.keys.map(\.rawValue)), .doubleArray(Array(seconds.values))])
    }

    func move(_ contact: ContactID, to device: DeviceID) async throws {
        try await sql.query(
            "UPDATE sequence_contacts SET assigned_device_id = $1 WHERE id = $2",
            [.uuid(device.rawValue), .uuid(contact.rawValue)])
    }

    func delete(_ contact: ContactID) async throws {
        try await sql.query("DELETE FROM sequence_contacts WHERE id = $1", [.uuid(contact.rawValue)])
    }

    func suppressUnnoticed(_ phone: String) async throws {
        // Past the trigger that empties the queue.
        try await sql.query("ALTER TABLE suppressions DISABLE TRIGGER sluice_suppressed")
        try await sql.query("INSERT INTO suppressions VALUES ('default', $1)", [.string(phone)])
        try await sql.query("ALTER TABLE suppressions ENABLE TRIGGER sluice_suppressed")
    }

    func setSequences(active: Bool) async throws {
        try await sql.query("UPDATE sequences SET is_active = $1", [.bool(active)])
    }

    func pause(_ scope: String) async throws {
        try await sql.query("INSERT INTO pauses (scope) VALUES ($1)", [.string(scope)])
    }

    func resume(_ scope: String) async throws {
        try await sql.query("DELETE FROM pauses WHERE scope = $1", [.string(scope)])
    }

    func pauseDevices() async throws {
        try await sql.query("UPDATE device_caps SET paused_at = now()")
    }

    func lapse(_ node: Incarnation) async throws {
        try await sql.query(
            "UPDATE node_leases SET expires_at = now() WHERE incarnation = $1", [.int64(node.rawValue)])
    }

    func closeFence(of node: Incarnation) async throws {
        try await sql.query("UPDATE node_fences SET closed_at = now() WHERE incarnation = $1", [.int64(node.rawValue)])
    }

    func passMidnight() async throws {
        try await sql.execute(
            script: """
                UPDATE send_ledger SET day = day - 1, reserved_at = reserved_at - interval '1 day';
                UPDATE sequence_contacts SET reserved_day = reserved_day - 1;
                """)
    }

    func dateLedgerAhead(by seconds: Int) async throws {
        try await sql.query(
            """
            UPDATE send_ledger SET reserved_at = reserved_at + make_interval(secs => $1),
                deadline = deadline + make_interval(secs => $1), settled_at = settled_at + make_interval(secs => $1)
            """, [.double(Double(seconds))])
    }

    func whileLocked<Value: Sendable>(
        _ contact: ContactID, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await fixture.sql2 { other in
            try await other.withTransaction { transaction in
                try await transaction.query(
                    "UPDATE sequence_contacts SET contact_name = 'held' WHERE id = $1", [.uuid(contact.rawValue)])
                return try await body()
            }
        }
    }

    func whileLeadLocked<Value: Sendable>(
        _ phone: String, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await fixture.sql2 { other in
            try await other.withTransaction { transaction in
                try await transaction.query("UPDATE leads SET name = 'held' WHERE phone = $1", [.string(phone)])
                return try await body()
            }
        }
    }

    func settlesLeft() async throws -> Int {
        Int(try await sql.query("SELECT count(*) FROM settles_left").scalar(Int64.self))
    }

    func leadTriggers() async throws -> [String] {
        try await sql.query("SELECT trigger FROM leads WHERE trigger IS NOT NULL").column(String.self, at: 0)
    }

    func openClaims() async throws -> Int {
        Int(try await sql.query("SELECT coalesce(sum(open_claims), 0) FROM claim_batches").scalar(Int64.self))
    }

    func wrongCounts() async throws -> [String] {
        try await sql.query(
            """
            SELECT format('%s %s: counted %s, kept %s', source_id, status, r.n, k.n) FROM
                (SELECT workspace_id, kind, sluice_counted_source(kind, source_id) AS source_id, status, count(*) AS n
                    FROM sequence_contacts GROUP BY 1, 2, 3, 4
                UNION ALL SELECT workspace_id, kind, sluice_counted_source(kind, source_id), 'in flight', count(*)
                    FROM sequence_contacts WHERE claim_state = 2 GROUP BY 1, 2, 3) r
                FULL JOIN (SELECT * FROM contact_counts
                    UNION ALL SELECT workspace_id, kind, source_id, 'in flight', n FROM in_flight_counts) k
                USING (workspace_id, kind, source_id, status)
            WHERE r.n IS DISTINCT FROM k.n
            """
        ).column(String.self, at: 0)
    }
}

extension StoreFixture {
    /// A second user's session.
    func sql2<Value: Sendable>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.withConnection(database.configuration, body)
    }
}
