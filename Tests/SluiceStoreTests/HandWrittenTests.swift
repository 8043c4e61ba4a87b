import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// What users write into the queue with their own SQL.
@Suite struct HandWrittenTests {
    @Test func aRowWithOnlyTheUsersColumnsIsPlacedAndClaimable() async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice()
            let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            try await world.sql.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, contact_name, current_trigger,
                    next_trigger_time)
                VALUES ($1, '+62 811 555 0001', 'Ann', 'a', now())
                """, [.uuid(sequence)])
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.recipient, row.status, row.device) == ("628115550001", "active", device))
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().map(\.recipient) == ["628115550001"])
            try await Counts.expectExact(world)
        }
    }

    /// SQL that names no workspace means the default one, in every table that users write to.
    @Test(arguments: [
        ("suppressions", "INSERT INTO suppressions (phone) VALUES ('628115550001')"),
        ("api_keys", #"INSERT INTO api_keys (name, secret_hash) VALUES ('ann', sha256('ann'))"#),
        ("leads", "INSERT INTO leads (phone) VALUES ('628115550001')"),
        ("sequences", "INSERT INTO sequences (name) VALUES ('s')"),
        ("sequence_steps", "INSERT INTO sequence_steps (trigger) VALUES ('a')"),
        ("sequence_contacts", "INSERT INTO sequence_contacts (contact_phone) VALUES ('628115550001')"),
        ("user_devices", "INSERT INTO user_devices (device_name) VALUES ('north')"),
    ])
    func theDefaultWorkspaceIsMeant(table: String, sql: String) async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query(sql)
            let workspace = try await world.sql.query("SELECT workspace_id FROM \(table)").scalar(String.self)
            #expect(workspace == "default")
        }
    }

    @Test func anExternalIdEnrollsOnce() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            for phone in ["628115550001", "628115550002"] {
                try await world.sql.query(
                    "INSERT INTO sequence_contacts (sequence_id, contact_phone, external_id) VALUES ($1, $2, 'order-7')",
                    [.uuid(sequence), .string(phone)])
            }
            #expect(try await world.onlyContact().recipient == "628115550001")
            #expect(try await world.onlyContact().trigger == "a")
        }
    }

    /// Who entered again with a newer id is not entered a third time by a late repeat of the older one; once the days
    /// to keep are over, it is.
    @Test func anOlderExternalIdStaysUsed() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            func insert(_ external: String) async throws -> Int {
                try await world.sql.query(
                    """
                    INSERT INTO sequence_contacts AS c (sequence_id, contact_phone, external_id) VALUES ($1, $2, $3)
                    ON CONFLICT (sequence_id, contact_phone) DO UPDATE SET external_id = excluded.external_id,
                        generation = c.generation + 1
                    RETURNING 1
                    """, [.uuid(sequence), .string("628115550001"), .string(external)]
                ).count
            }
            #expect(try await insert("order-1") == 1)
            #expect(try await insert("order-2") == 1)
            #expect(try await insert("order-1") == 0)
            #expect(try await insert("order-2") == 0)
            #expect(try await world.onlyContact().generation == 2)
            let users = try await world.sql.query("SELECT DISTINCT contact_id FROM external_ids")
            #expect(try users.column(UUID.self, at: 0) == [try await world.onlyContact().id.rawValue])
            try await world.sql.query(
                "UPDATE external_ids SET used_at = now() - interval '31 days' WHERE external_id = 'order-1'")
            try await world.leader.maintain(keepDays: 30)
            #expect(try await insert("order-2") == 0)
            #expect(try await insert("order-1") == 1)
        }
    }

    @Test func anExternalIdBelongsToTheSequencesWorkspace() async throws {
        try await PostgresWorld.with { world in
            var sequences: [UUID] = []
            for workspace in ["acme", "bravo"] {
                try await world.sql.query(
                    "INSERT INTO workspaces (id, name) VALUES ($1, $1)", [.string(workspace)])
                sequences.append(
                    try await world.addSequence(
                        [StepSpec(trigger: "a", isEntry: true)], device: nil, workspace: workspace, onUnknown: "hold"))
            }
            for sequence in sequences + sequences {
                try await world.sql.query(
                    "INSERT INTO sequence_contacts (sequence_id, contact_phone, external_id) VALUES ($1, $2, 'order-7')",
                    [.uuid(sequence), .string("628115550001")])
            }
            #expect(try await world.contacts().count == 2)
        }
    }

    @Test func updatesWakeLanes() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            _ = try await world.leader.drainWakes(limit: 100)
            let row = try await world.onlyContact()
            try await world.setStatus("paused", of: row.id)
            #expect(try await world.leader.drainWakes(limit: 100).lanes.isEmpty)
            try await world.setStatus("active", of: row.id)
            let woken = try await world.leader.drainWakes(limit: 100)
            #expect(woken.lanes.map(\.lane) == [row.lane])
            #expect(try await world.leader.drainWakes(limit: 100).processed == 0)
            #expect(try await cluster.claim().claims.count == 1)
        }
    }

    @Test func anActiveRowWithoutATimeIsDueNow() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            try await world.sql.query("UPDATE sequence_contacts SET next_trigger_time = NULL")
            #expect(try await cluster.claim().claims.count == 1)
        }
    }

    @Test func aCorrectedNumberGoesOn() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            try await world.sql.query(
                "INSERT INTO sequence_contacts (sequence_id, contact_phone) VALUES ($1, 'oops')", [.uuid(sequence)])
            try await world.enroll()
            #expect(try await world.onlyContact().hold == "invalid_phone")
            try await world.sql.query("UPDATE sequence_contacts SET contact_phone = '628115550001'")
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.status, row.hold, row.recipient) == ("active", nil, "628115550001"))
            try await Counts.expectExact(world)
        }
    }

    @Test func aMissingNextStepHoldsAndResumesWhenItComes() async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice()
            let sequence = try await world.addSequence(
                [StepSpec(trigger: "a", next: "b", delayHours: 2, isEntry: true)], device: device)
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            let held = try await world.onlyContact()
            #expect((held.status, held.hold, held.trigger) == ("paused", "next_step_missing", "b"))
            try await world.sql.query(
                "INSERT INTO sequence_steps (sequence_id, trigger, content) VALUES ($1, 'b', 'More')", [.uuid(sequence)]
            )
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.status, row.hold, row.lastError) == ("active", nil, nil))
            let due = try #require(row.dueIn)
            #expect(due > 7000 && due < 7201)
            try await Counts.expectExact(world)
        }
    }

    @Test func aBrokenCycleReleasesWhomItHeld() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([
                StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b", next: "a"),
            ])
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            #expect(try await world.onlyContact().hold == "cycle_without_delay")
            try await world.sql.query("UPDATE sequence_steps SET trigger_delay_hours = 1 WHERE trigger = 'b'")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "active")
            try await world.sql.query("UPDATE sequence_steps SET trigger_delay_hours = 0 WHERE trigger = 'b'")
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().isEmpty)
            #expect(try await world.onlyContact().hold == "cycle_without_delay")
            try await world.sql.query("DELETE FROM sequence_steps WHERE trigger = 'b'")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "active")
        }
    }

    @Test func sequencesThatStartLaterFindTheirLeads() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            for lead in 1...7 { _ = try await world.addLead("62811555000\(lead)", trigger: "late") }
            try await world.enroll()
            let sequence = try await world.addSequence([])
            try await world.sql.query("UPDATE sequences SET is_active = false")
            try await world.sql.query(
                """
                INSERT INTO sequence_steps (sequence_id, trigger, is_entry_point, content) VALUES ($1, 'late', true,
                    'Hi')
                """, [.uuid(sequence)])
            try await world.enroll()
            #expect(try await world.contacts().isEmpty)
            try await world.sql.query("UPDATE sequences SET is_active = true")
            // Chunks of two, so that the scan goes on where it was.
            while try await world.leader.enroll(limit: 2).more {}
            #expect(try await world.contacts().count == 7)
            // Switching it off and on enters nobody twice.
            try await world.sql.query("UPDATE sequences SET is_active = false")
            try await world.sql.query("UPDATE sequences SET is_active = true")
            try await world.enroll()
            #expect(try await world.contacts().map(\.generation) == [1, 1, 1, 1, 1, 1, 1])
        }
    }

    @Test func theLoadViewCountsTheLedger() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            try await world.sql.query("UPDATE device_caps SET hourly_cap = 3")
            let reservations = try await cluster.reserveAll()
            try await cluster.settle([reservations[0]], .sent)
            try await cluster.settle([reservations[1]], .aborted)
            let rows = try await world.sql.query(
                """
                SELECT messages_hour, messages_today, current_processing, is_available FROM device_load_balance
                ORDER BY messages_hour
                """)
            #expect(rows.count == 1)
            #expect(try rows[0].decode(Int32.self, at: 0) == 2)
            #expect(try rows[0].decode(Int32.self, at: 1) == 2)
            #expect(try rows[0].decode(Int32.self, at: 2) == 1)
            #expect(try rows[0].decode(Bool.self, at: 3))
        }
    }

    @Test func controlChangesAreCountedEvenWhenTheyCommitLate() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let start = try await world.leader.renew(cluster.coordinator, leading: cluster.term).control.all
            let middle = try await world.sql.withTransaction { transaction in
                try await transaction.query("UPDATE sequences SET is_active = false")
                try await world.fixture.sql2 { _ = try await $0.query("INSERT INTO pauses (scope) VALUES ('*')") }
                try await world.leader.maintain(keepDays: 30)
                return try await world.leader.renew(cluster.coordinator, leading: cluster.term).control.all
            }
            #expect(middle == start + 1)
            #expect(try await world.leader.renew(cluster.coordinator, leading: cluster.term).control.all == start + 2)
        }
    }
}
