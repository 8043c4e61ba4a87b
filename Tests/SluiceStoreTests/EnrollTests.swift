import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct EnrollTests {
    private static func scene(_ world: PostgresWorld, trigger: String = "fitness_start") async throws -> DeviceID {
        let device = try await world.addDevice()
        _ = try await world.addSequence(
            [StepSpec(trigger: trigger, next: "two", delayHours: 24, isEntry: true), StepSpec(trigger: "two")])
        return device
    }

    @Test func aTriggerEnrollsOnTheLeastLoadedDevice() async throws {
        try await PostgresWorld.with { world in
            let first = try await Self.scene(world)
            let second = try await world.addDevice("628110000002")
            for lead in 1...3 { _ = try await world.addLead("62811555000\(lead)", trigger: "other, fitness_start") }
            try await world.enroll()
            let rows = try await world.contacts()
            #expect(rows.map(\.status) == ["active", "active", "active"])
            #expect(rows.map(\.trigger) == ["fitness_start", "fitness_start", "fitness_start"])
            #expect(Set(rows.map(\.device)) == [first, second])
            #expect(rows.allSatisfy { $0.lane != nil && $0.dueIn! <= 0 })
            try await Counts.expectExact(world)
        }
    }

    @Test(arguments: [
        "fit", "fitness_start2", "Fitness_start", "fitness_star", "", ",,", "fitness", "start", "my_fitness_start",
        "%", "fitness_%",
    ])
    func onlyWholeTriggersMatch(_ trigger: String) async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            _ = try await world.addLead("628115550001", trigger: trigger)
            try await world.enroll()
            #expect(try await world.contacts().isEmpty)
        }
    }

    @Test func anotherWorkspacesTriggersNeverMatch() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            _ = try await world.addLead("628115550001", trigger: "fitness_start", workspace: "other")
            try await world.enroll()
            #expect(try await world.contacts().isEmpty)
            // Its own devices only, although the default workspace has a free one.
            _ = try await world.addSequence(
                [StepSpec(trigger: "fitness_start", isEntry: true)], device: nil, workspace: "other", onUnknown: "hold")
            try await world.enroll()
            #expect(try await world.onlyContact().hold == "no_device")
            _ = try await world.addDevice("628110000009", workspace: "other")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "active")
        }
    }

    @Test func aLeadOfAUserBelongsToItsWorkspace() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.execute(
                script: """
                    INSERT INTO user_devices (user_id, device_name) VALUES ('0b0b0b0b-0000-0000-0000-000000000001',
                        'd');
                    INSERT INTO sequences (id, user_id) VALUES
                        ('0b0b0b0b-0000-0000-0000-00000000000a', '0b0b0b0b-0000-0000-0000-000000000001');
                    INSERT INTO sequence_steps (sequence_id, trigger, is_entry_point, message_text) VALUES
                        ('0b0b0b0b-0000-0000-0000-00000000000a', 'x', true, 'Hi');
                    INSERT INTO leads (user_id, phone, trigger) VALUES
                        ('0b0b0b0b-0000-0000-0000-000000000001', '628115550001', 'x'),
                        ('0b0b0b0b-0000-0000-0000-000000000002', '628115550002', 'x');
                    """)
            try await world.enroll()
            #expect(try await world.onlyContact().recipient == "628115550001")
        }
    }

    @Test func enteringTwiceEnrollsOnceAndAgainAfterTheEnd() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            let lead = try await world.addLead("+62 811 555 0001", trigger: "a")
            try await world.enroll()
            _ = try await world.addLead("62-811-555-0001", trigger: "a")
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect(row.generation == 1)
            let cluster = try await Cluster.start(world)
            let first = try await cluster.reserveAll()
            try await cluster.settle(first, .sent)
            try await world.complete()
            #expect(try await world.trigger(ofLead: lead) == nil)
            try await world.setTrigger("a", ofLead: lead)
            try await world.enroll()
            let again = try await world.onlyContact()
            #expect((again.id, again.generation, again.status, again.moves) == (row.id, 2, "active", 0))
            let second = try await cluster.reserveAll(ordinal: 2)
            #expect(second.map(\.message) != first.map(\.message))
            try await Counts.expectExact(world)
        }
    }

    @Test func removingTheTriggerCancels() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            let lead = try await world.addLead("628115550001", trigger: "fitness_start")
            try await world.enroll()
            try await world.setTrigger("else", ofLead: lead)
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("cancelled", "trigger_removed"))
            try await world.setTrigger("fitness_start", ofLead: lead)
            try await world.enroll()
            #expect(try await world.onlyContact().generation == 2)
            try await world.sql.query("DELETE FROM leads")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "cancelled")
            try await Counts.expectExact(world)
        }
    }

    @Test func aTriggerThatGoesAndComesInFlightStartsAnewAfterTheSettle() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let lead = try await world.sql.query("SELECT id FROM leads").scalar(UUID.self)
            try await world.setTrigger(nil, ofLead: lead)
            try await world.setTrigger("a", ofLead: lead)
            try await world.enroll()
            #expect(try await world.onlyContact().status == "cancelled")
            try await cluster.settle([reservation], .sent)
            try await eventually("the lead to enter again") {
                try await world.enroll()
                return try await world.onlyContact().status == "active"
            }
            let row = try await world.onlyContact()
            #expect((row.generation, row.trigger, row.moves) == (2, "a", 0))
            try await Counts.expectExact(world)
        }
    }

    @Test func anOpenTransactionOnAContactDelaysNobodyElse() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            let lead = try await world.addLead("628115550001", trigger: "fitness_start")
            try await world.enroll()
            try await world.sql.withTransaction { transaction in
                try await transaction.query("UPDATE sequence_contacts SET contact_name = 'held'")
                try await world.fixture.sql2 { other in
                    try await other.query("UPDATE leads SET trigger = NULL WHERE id = $1", [.uuid(lead)])
                    try await other.query("INSERT INTO leads (phone, trigger) VALUES ('628115550002', 'fitness_start')")
                    try await world.enroll()
                    let rows = try await other.query("SELECT status FROM sequence_contacts ORDER BY recipient")
                    #expect(try rows.column(String.self, at: 0) == ["active", "active"])
                }
            }
            try await eventually("the cancellation") {
                try await world.enroll()
                return try await world.contacts().map(\.status) == ["cancelled", "active"]
            }
        }
    }

    @Test func malformedPhonesAndUnknownDevicesAreHeld() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            for phone in ["12", "", nil, "not a number", "+1234567890123456"] as [String?] {
                _ = try await world.addLead(phone, trigger: "fitness_start")
            }
            try await world.sql.query(
                "INSERT INTO leads (phone, trigger, device_id) VALUES ('628115550001', 'fitness_start', gen_random_uuid())"
            )
            try await world.enroll()
            let rows = try await world.contacts()
            #expect(rows.filter { $0.hold == "invalid_phone" }.count == 5)
            #expect(rows.filter { $0.hold == "unknown_device" }.map(\.recipient) == ["628115550001"])
            #expect(rows.allSatisfy { $0.status == "paused" })
            // A number put right enters.
            try await world.sql.query("UPDATE leads SET phone = '628115550009' WHERE phone = '12'")
            try await world.enroll()
            #expect(try await world.contacts().first { $0.recipient == "628115550009" }?.status == "active")
            #expect(try await world.contacts().filter { $0.hold == "invalid_phone" }.count == 4)
            try await Counts.expectExact(world)
        }
    }

    @Test func theSuppressedDoNotEnter() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            try await world.sql.query("INSERT INTO suppressions VALUES ('*', '628115550001')")
            _ = try await world.addLead("628115550001", trigger: "fitness_start")
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("cancelled", "suppressed"))
        }
    }

    @Test(arguments: ["+62 811-5550-001", "62 811 555 0001", "628115550001"])
    func anOptOutHoldsHoweverTheNumberIsWritten(_ phone: String) async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            _ = try await world.addLead("628115550001", trigger: "fitness_start")
            try await world.enroll()
            try await world.sql.query("INSERT INTO suppressions (phone) VALUES ($1)", [.string(phone)])
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("cancelled", "suppressed"))
            await #expect(throws: PostgresError.self) {
                try await world.sql.query("INSERT INTO suppressions (phone) VALUES ('nobody')")
            }
        }
    }

    @Test func twoEntryStepsOfOneSequenceChangeHandsInOneChunk() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([
                StepSpec(trigger: "a", isEntry: true), StepSpec(trigger: "b", isEntry: true),
            ])
            let lead = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            try await world.setTrigger("b", ofLead: lead)
            try await eventually("the second trigger's enrollment") {
                try await world.enroll()
                let row = try await world.onlyContact()
                return row.status == "active" && row.trigger == "b"
            }
            #expect(try await world.onlyContact().generation == 2)
        }
    }

    @Test func oneUpdateOfManyLeadsIsWorkedOffInChunks() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            // The scan for leads that had the trigger before finds none and is done.
            try await world.enroll()
            try await world.sql.query(
                "INSERT INTO leads (phone) SELECT (628000000000 + n)::text FROM generate_series(1, 20000) n",
                deadline: .seconds(30))
            try await world.sql.query("UPDATE leads SET trigger = 'fitness_start'", deadline: .seconds(30))
            let first = try await world.leader.enroll(limit: 5000)
            #expect((first.processed, first.more) == (5000, true))
            #expect(first.lanes.count == 1)
            var chunks = 1
            while try await world.leader.enroll(limit: 5000).processed > 0 { chunks += 1 }
            #expect(chunks == 4)
            #expect(
                try await world.sql.query("SELECT n FROM contact_counts WHERE status = 'active'").scalar(Int64.self)
                    == 20000)
        }
    }

    @Test func aRowThatCannotBeWrittenDelaysNobody() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            try await world.sql.query("ALTER TABLE sequence_contacts ADD CHECK (contact_name <> 'poison')")
            for lead in 1...5 { _ = try await world.addLead("62811555000\(lead)", trigger: "fitness_start") }
            try await world.sql.query("UPDATE leads SET name = 'poison' WHERE phone = '628115550003'")
            try await world.enroll()
            #expect(try await world.contacts().count == 4)
            let reason = try await world.sql.query("SELECT problem FROM enrollment_intake").scalar(String.self)
            #expect(reason.contains("check constraint"))
        }
    }
}
