import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct TruncateTests {
    private static func with(_ body: @escaping @Sendable (PostgresWorld) async throws -> Void) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b")])
            for lead in 1...3 { _ = try await world.addLead("62811555000\(lead)", trigger: "a") }
            try await world.enroll()
            #expect(try await world.contacts().map(\.status) == ["active", "active", "active"])
            try await body(world)
            try await Counts.expectExact(world)
        }
    }

    @Test func contactsAreCountedNoMore() async throws {
        try await Self.with { world in
            // Counts that are folded and counts that are not.
            try await world.leader.maintain(keepDays: 30)
            _ = try await world.addLead("628115550009", trigger: "a")
            try await world.enroll()
            try await world.sql.query("INSERT INTO sequence_contacts (contact_phone) VALUES ('628115550008')")
            try await world.sql.query("TRUNCATE leads, sequence_contacts")
            #expect(try await world.sql.query("SELECT count(*) FROM contact_counts").scalar(Int64.self) == 0)
            #expect(try await world.leader.intakeBacklog() == 0)
            try await world.enroll()
            #expect(try await world.sql.query("SELECT count(*) FROM intake_scans").scalar(Int64.self) == 0)
        }
    }

    @Test func whoEnteredByALeadsTriggerEndsWithTheLeads() async throws {
        try await Self.with { world in
            _ = try await world.addLead("628115550009", trigger: "a")
            try await world.sql.query("TRUNCATE leads")
            try await world.enroll()
            #expect(
                try await world.contacts().map(\.lastError)
                    == ["trigger_removed", "trigger_removed", "trigger_removed"])
        }
    }

    @Test func contactsOfNoDeviceAreHeld() async throws {
        try await Self.with { world in
            try await world.sql.query("TRUNCATE user_devices")
            let hold: String? = "unknown_device"
            #expect(try await world.contacts().map(\.hold) == [hold, hold, hold])
            #expect(try await world.sql.query("SELECT count(*) FROM device_caps").scalar(Int64.self) == 0)
        }
    }

    @Test(arguments: ["sequences", "sequence_steps"]) func nobodyEntersWhatIsGone(table: String) async throws {
        try await Self.with { world in
            _ = try await world.addSequence([StepSpec(trigger: "c", isEntry: true)])
            let before = try await world.sql.query("SELECT sluice_control_version()").scalar(Int64.self)
            try await world.sql.query("TRUNCATE \(table)")
            #expect(try await world.sql.query("SELECT sluice_control_version()").scalar(Int64.self) > before)
            let scans = try await world.sql.query("SELECT count(*) FROM intake_scans WHERE purpose = 'enroll'")
            #expect(try scans.scalar(Int64.self) == 0)
            _ = try await world.addLead("628115550009", trigger: "a")
            try await world.enroll()
            #expect(try await world.contacts().count == 3)
            #expect(try await world.leader.intakeBacklog() == 0)
        }
    }
}
