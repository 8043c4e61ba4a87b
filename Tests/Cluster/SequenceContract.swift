import Foundation
import PostgresDriver
import TestSupport
import Testing

/// Trigger-driven sequences, beside ``ClusterSuite/UserSQLTests``.
struct SequenceContract {
    let cluster: TestCluster

    func check() async throws {
        try await ownIndexes()
        try await leadsOfSeveralSequences()
        try await enteringAgain()
        try await aTriggerTakenAway()
        try await usersAreApart()
        try await dashboards()
    }

    private func ownIndexes() async throws {
        try await cluster.query("CREATE INDEX idx_leads_trigger ON leads (trigger)")
        try await cluster.query(
            "CREATE INDEX idx_seq_contacts_trigger ON sequence_contacts (current_trigger, next_trigger_time)")
        try await cluster.query(
            "CREATE INDEX idx_seq_contacts_processing ON sequence_contacts (processing_device_id)")
    }

    /// Whole triggers only, several on one lead, given by whatever column somebody goes by.
    private func leadsOfSeveralSequences() async throws {
        try await cluster.addSequence("fit", steps: 1)
        try await cluster.addSequence("fitness_start", steps: 2)
        try await cluster.addSequence("crypto_welcome", steps: 1)
        try await cluster.query(
            """
            INSERT INTO leads (name, phone, niche) VALUES ('Ann', '+49 150-000 00001', 'fitness'),
                ('Ben', '4915000000002', 'fitness'), ('Cleo', '4915000000003', 'crypto')
            """)
        try await cluster.query(
            "UPDATE leads SET trigger = 'fitness_start, crypto_welcome' WHERE phone = '+49 150-000 00001'")
        try await cluster.query("UPDATE leads SET trigger = 'crypto_welcome' WHERE niche = 'crypto'")
        let id = try await cluster.query("SELECT id FROM leads WHERE name = 'Ben'").scalar(UUID.self)
        try await cluster.query("UPDATE leads SET trigger = 'fit' WHERE id = $1", [.uuid(id)])
        try await cluster.messages(3, to: "4915000000001", "both sequences")
        try await cluster.messages(1, to: "4915000000002", "the short trigger")
        try await cluster.messages(1, to: "4915000000003", "the niche")
        try await eventually("the triggers to be taken off") {
            try await cluster.number("SELECT count(*) FROM leads WHERE trigger <> ''") == 0
        }
    }

    private func enteringAgain() async throws {
        try await cluster.query("UPDATE leads SET trigger = 'fit' WHERE name = 'Ben'")
        try await cluster.messages(2, to: "4915000000002", "the second time")
    }

    private func aTriggerTakenAway() async throws {
        try await cluster.query(
            """
            WITH s AS (INSERT INTO sequences (name) VALUES ('Slow') RETURNING id)
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours, is_entry_point,
                message_text, content)
            SELECT id, 1, 'slow', 'slow_2', 24, true, 'not this', 'One' FROM s
            UNION ALL SELECT id, 2, 'slow_2', NULL, 24, false, 'Two', NULL FROM s
            """)
        try await cluster.query("INSERT INTO leads (phone, trigger) VALUES ('4915000000004', 'slow')")
        try await cluster.messages(1, to: "4915000000004", "the first step")
        try await cluster.query("UPDATE leads SET trigger = '' WHERE phone = '4915000000004'")
        try await eventually("the enrollment to be cancelled") {
            try await cluster.texts(
                "SELECT concat_ws(' ',status,last_error) FROM sequence_contacts WHERE contact_phone = '4915000000004'")
                == ["cancelled trigger_removed"]
        }
    }

    private func usersAreApart() async throws {
        try await cluster.query(
            """
            INSERT INTO leads (user_id, phone, trigger) VALUES (gen_random_uuid(), '4915000000005', 'fit')
            """)
        try await cluster.query("INSERT INTO leads (phone, trigger) VALUES ('4915000000006', 'fit')")
        try await cluster.messages(1, to: "4915000000006", "one's own lead")
        #expect(try cluster.times(to: "4915000000005").isEmpty, "somebody else's sequence")
    }

    private func dashboards() async throws {
        let statuses = try await cluster.texts(
            """
            SELECT s.name || ' ' || sc.status || ' ' || count(*) FROM sequence_contacts sc
            JOIN sequences s ON s.id = sc.sequence_id GROUP BY s.name, sc.status ORDER BY 1
            """)
        #expect(
            statuses == [
                "Slow cancelled 1", "crypto_welcome completed 2", "fit completed 2", "fitness_start completed 1",
            ])
        let workload = try await cluster.query(
            """
            SELECT assigned_device_id, count(*) FROM sequence_contacts WHERE status = 'active'
            GROUP BY assigned_device_id
            """)
        #expect(workload.isEmpty)
        let load = try await cluster.number("SELECT sum(messages_hour) FROM device_load_balance")
        #expect(load == (try cluster.accepted()))
    }
}
