import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Leads and sequences that are given to another user. Nothing crosses a workspace (I21).
@Suite struct WorkspaceMoveTests {
    private static let ann = "0b0b0b0b-0000-0000-0000-00000000000a"
    private static let bob = "0b0b0b0b-0000-0000-0000-00000000000b"

    /// A device and a sequence of Ann, and a lead of hers in it.
    private static func scene(_ world: PostgresWorld) async throws -> UUID {
        for user in [ann, bob] {
            try await world.sql.query(
                "INSERT INTO user_devices (user_id, device_name) VALUES ($1::text::uuid, 'd')", [.string(user)])
        }
        let sequence = try await world.sql.query(
            "INSERT INTO sequences (user_id) VALUES ($1::text::uuid) RETURNING id", [.string(ann)]
        ).scalar(UUID.self)
        try await world.sql.query(
            """
            INSERT INTO sequence_steps (sequence_id, trigger, next_trigger, is_entry_point, content)
            VALUES ($1, 'a', 'b', true, 'Hi'), ($1, 'b', NULL, false, 'Hi')
            """, [.uuid(sequence)])
        try await add(to: ann, world)
        try await world.enroll()
        #expect(try await world.onlyContact().status == "active")
        return sequence
    }

    private static func add(to user: String, _ world: PostgresWorld) async throws {
        try await world.sql.query(
            "INSERT INTO leads (user_id, phone, trigger) VALUES ($1::text::uuid, '628115550001', 'a')", [.string(user)])
    }

    private static func give(_ table: String, to user: String, _ world: PostgresWorld) async throws {
        try await world.sql.query("UPDATE \(table) SET user_id = $1::text::uuid", [.string(user)])
    }

    @Test func aLeadThatMovedEndsWhatItRanThere() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            try await Self.give("leads", to: Self.bob, world)
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("cancelled", "workspace_changed"))
            try await Counts.expectExact(world)
        }
    }

    @Test(arguments: [false, true]) func aTriggerTakenAwayAfterTheMoveIsNotLost(inOneChunk: Bool) async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            // As if nobody had told of the move: what remains is found by the lead, wherever it runs.
            try await world.sql.query("ALTER TABLE leads DISABLE TRIGGER sluice_leads_updated")
            try await Self.give("leads", to: Self.bob, world)
            try await world.sql.query("ALTER TABLE leads ENABLE TRIGGER sluice_leads_updated")
            if !inOneChunk { try await world.enroll() }
            try await world.sql.query("UPDATE leads SET trigger = NULL")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "cancelled")
        }
    }

    @Test func aLeadThatMovedWhileItsContactIsLockedEndsLater() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            let contact = try await world.onlyContact().id
            try await world.whileLocked(contact) {
                try await Self.give("leads", to: Self.bob, world)
                try await world.enroll()
            }
            try await eventually("the end") {
                try await world.enroll()
                return try await world.onlyContact().lastError == "workspace_changed"
            }
        }
    }

    @Test func aSequenceThatMovedTakesItsStepsAndLeavesItsPeople() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            try await Self.give("sequences", to: Self.bob, world)
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("cancelled", "workspace_changed"))
            try await Counts.expectExact(world)
            let homes = try await world.sql.query("SELECT DISTINCT workspace_id FROM sequence_steps")
            #expect(try homes.column(String.self, at: 0) == [Self.bob])
            // The same person enters for the new owner, from a device of theirs; for the old one nobody does.
            try await Self.add(to: Self.bob, world)
            try await world.sql.query("UPDATE leads SET trigger = 'a,x' WHERE user_id::text = $1", [.string(Self.ann)])
            try await world.enroll()
            let active = try await world.sql.query(
                """
                SELECT c.workspace_id || ' ' || d.workspace_id || ' ' || c.contact_phone FROM sequence_contacts c
                JOIN user_devices d ON d.id = c.assigned_device_id WHERE c.status = 'active'
                """)
            #expect(try active.column(String.self, at: 0) == ["\(Self.bob) \(Self.bob) 628115550001"])
            try await Counts.expectExact(world)
        }
    }

    @Test func aSequenceAndItsLeadsMoveTogetherAndBack() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            for user in [Self.bob, Self.ann] {
                try await Self.give("sequences", to: user, world)
                try await Self.give("leads", to: user, world)
                try await world.enroll()
                let active = try await world.sql.query(
                    "SELECT workspace_id FROM sequence_contacts WHERE status = 'active'")
                #expect(try active.column(String.self, at: 0) == [user])
                try await Counts.expectExact(world)
            }
        }
    }
}
