import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct MalformedPhoneTests {
    /// 6,400 characters that do not compress: too long for any index.
    private static let long = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n)"

    private static func scene(_ world: PostgresWorld) async throws {
        _ = try await world.addDevice()
        _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
    }

    @Test func oneOfAnyLengthIsHeldAndDelaysNobody() async throws {
        try await PostgresWorld.with { world in
            try await Self.scene(world)
            try await world.sql.query("INSERT INTO leads (phone, trigger) VALUES (\(Self.long), 'a')")
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            let rows = try await world.contacts()
            #expect(rows.map(\.status) == ["active", "paused"])
            #expect(rows.map(\.hold) == [nil, "invalid_phone"])
            #expect(rows.allSatisfy { $0.recipient.count < 100 })
            #expect(try await world.leader.intakeBacklog() == 0)
            try await Counts.expectExact(world)
        }
    }

    @Test func twoAlikeAreTwo() async throws {
        try await PostgresWorld.with { world in
            try await Self.scene(world)
            let leads = [
                try await world.addLead("n/a", trigger: "a"), try await world.addLead("n/a", trigger: "a"),
            ]
            try await world.enroll()
            #expect(try await world.contacts().map(\.hold) == ["invalid_phone", "invalid_phone"])
            let held = try await world.sql.query("SELECT lead_id FROM sequence_contacts").column(UUID.self, at: 0)
            #expect(Set(held) == Set(leads))
            try await Counts.expectExact(world)
            // One put right enters and leaves the other alone.
            try await world.sql.query("UPDATE leads SET phone = '628115550001' WHERE id = $1", [.uuid(leads[0])])
            try await world.enroll()
            #expect(try await world.contacts().map(\.status).sorted() == ["active", "cancelled", "paused"])
            try await Counts.expectExact(world)
        }
    }

    @Test func oneWrittenByHandIsHeldToo() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            try await world.sql.query(
                "INSERT INTO sequence_contacts (sequence_id, contact_phone) VALUES ($1, 'n/a'), ($1, NULL)",
                [.uuid(sequence)])
            try await world.enroll()
            #expect(try await world.contacts().map(\.hold) == ["invalid_phone", "invalid_phone"])
            try await Counts.expectExact(world)
        }
    }

    /// SQLSTATE 54000: a limit of the database's own, here of a user's index.
    @Test func aValueThatDoesNotFitAnIndexIsSetAsideAlone() async throws {
        try await PostgresWorld.with { world in
            try await Self.scene(world)
            try await world.sql.query("CREATE INDEX ON sequence_contacts (contact_name)")
            for lead in 1...5 { _ = try await world.addLead("62811555000\(lead)", trigger: "a") }
            try await world.sql.query("UPDATE leads SET name = \(Self.long) WHERE phone = '628115550003'")
            try await world.enroll()
            #expect(try await world.contacts().count == 4)
            let aside = try await world.sql.query(
                """
                SELECT problem FROM enrollment_intake JOIN leads l ON l.id = lead_id
                WHERE l.phone = '628115550003' AND problem IS NOT NULL
                """)
            #expect(try aside.scalar(String.self).hasPrefix("54000"))
        }
    }
}
