import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// A rule of the user's own refuses one row: the intake goes on with the others (I22).
@Suite struct RefusedIntakeTests {
    private static func rule(_ condition: String, on table: String, _ world: PostgresWorld) async throws {
        try await world.sql.query("ALTER TABLE \(table) ADD CONSTRAINT own_rule CHECK (\(condition)) NOT VALID")
    }

    /// Five contacts at step a; one of them the rule keeps from being what the others become.
    private static func enrolled(_ world: PostgresWorld, device: DeviceID?) async throws -> UUID {
        let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)], device: device)
        for phone in 1...5 { _ = try await world.addLead("62811555000\(phone)", trigger: "a") }
        try await world.enroll()
        return sequence
    }

    @Test func aContactThatCannotComeBackHoldsUpNoScan() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.enrolled(world, device: world.addDevice())
            try await world.sql.query("UPDATE sequence_contacts SET status = 'paused', hold_reason = 'step_missing'")
            try await Self.rule("recipient <> '628115550003' OR status <> 'active'", on: "sequence_contacts", world)
            try await world.sql.query("UPDATE sequence_steps SET content = 'Hello again'")
            // A sequence that comes later than the scan that is refused.
            _ = try await world.addLead("628115550009", trigger: "later")
            _ = try await world.addSequence([StepSpec(trigger: "later", isEntry: true)])
            try await world.enroll()
            let rows = try await world.contacts()
            #expect(rows.count == 6)
            #expect(rows.filter { $0.status != "active" }.map(\.recipient) == ["628115550003"])
            let held = try #require(rows.first { $0.status == "paused" })
            #expect(held.hold == "quarantined")
            #expect(held.lastError?.contains("own_rule") == true)
            let scans = try await world.sql.query("SELECT count(*) FROM intake_scans").scalar(Int64.self)
            #expect(scans == 0)
            try await Counts.expectExact(world)
        }
    }

    /// A rule on one event message refuses what is to be said on it: the others are told, and an operator hears of it.
    @Test func aMessageThatCannotBeToldHoldsUpNoOther() async throws {
        try await PostgresWorld.withEvent { world in
            for contractor in [1, 3] {
                try await world.sql.query(
                    """
                    INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time)
                    VALUES (1, $1, 'post_event_wrap_up', now())
                    """, [.int32(Int32(contractor))])
            }
            try await world.workOff(.event)
            try await Self.rule("contractor_id <> 1 OR status = 'scheduled'", on: "event_messages", world)
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.status) == ["scheduled", "sent"])
            let problem = try await world.sql.query("SELECT problem FROM progress_intake").scalar(String?.self)
            #expect(problem?.contains("own_rule") == true)
            try await world.sql.query("ALTER TABLE event_messages DROP CONSTRAINT own_rule")
            try await world.sql.query("UPDATE progress_intake SET problem = NULL")
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.status) == ["sent", "sent"])
        }
    }

    /// What was enrolled is committed, so its lanes must not be lost with the scan behind it.
    @Test func lanesThatWereFoundAreReturnedThoughTheScanFails() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            try await world.enroll()
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.sql.query(
                "INSERT INTO intake_scans (purpose, workspace_id) VALUES ('leadless', '*')")
            try await world.sql.query("ALTER TABLE intake_scans RENAME COLUMN after_id TO gone")
            let result = try await world.leader.enroll(limit: 100)
            #expect(result.lanes.map(\.lane) == (try await world.contacts()).compactMap(\.lane))
            #expect(result.lanes.count == 1 && result.more)
            await #expect(throws: StoreError.self) { try await world.leader.enroll(limit: 100) }
        }
    }

    @Test func aLeadThatRefusesItsUpdateIsPutOffAloneAndLonger() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.enrolled(world, device: world.addDevice())
            try await Self.rule("phone <> '628115550003' OR trigger IS NOT NULL", on: "leads", world)
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            for times in 1...2 {
                try await world.complete()
                #expect(try await world.leadTriggers() == ["a"])
                let row = try await world.sql.query(
                    """
                    SELECT format('%s %s %s', times_refused, problem LIKE '%own_rule%',
                        ceil(extract(epoch FROM not_before - clock_timestamp()) / 60)) FROM completion_intake
                    """
                ).scalar(String.self)
                #expect(row == "\(times) t \(times)")
                try await world.sql.query("UPDATE completion_intake SET not_before = now()")
            }
            try await world.sql.query("ALTER TABLE leads DROP CONSTRAINT own_rule")
            try await world.complete()
            #expect(try await world.leadTriggers() == [])
        }
    }

    @Test func aContactThatCannotLeaveItsDeviceKeepsNobodyThere() async throws {
        try await PostgresWorld.with { world in
            let north = try await world.addDevice("628110000001")
            let sequence = try await Self.enrolled(world, device: north)
            let south = try await world.addDevice("628110000002")
            try await world.sql.query(
                "UPDATE sequences SET device_choice = 'prefer' WHERE id = $1", [.uuid(sequence)])
            try await Self.rule(
                "recipient <> '628115550003' OR assigned_device_id = '\(north.rawValue.uuidString)'",
                on: "sequence_contacts", world)
            try await world.sql.query(
                "UPDATE device_caps SET paused_at = now() WHERE device_id = $1", [.uuid(north.rawValue)])
            for _ in 1...2 {
                while try await world.leader.relocate(limit: 4).more {}
                let rows = try await world.contacts()
                #expect(rows.filter { $0.device == south }.count == 4)
                let stays = try #require(rows.first { $0.device == north })
                #expect((stays.recipient, stays.status) == ("628115550003", "active"))
                #expect(stays.lastError?.hasPrefix("not moved: 23514") == true)
            }
            try await world.sql.query("ALTER TABLE sequence_contacts DROP CONSTRAINT own_rule")
            while try await world.leader.relocate(limit: 4).more {}
            #expect(try await world.contacts().allSatisfy { $0.device == south })
        }
    }
}
