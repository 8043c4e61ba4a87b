import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// `sluice sequences retime`.
@Suite struct RetimeTests {
    /// A sequence whose second message follows after a day, and so many leads of which the first was sent.
    private static func waiting(_ world: World, leads: Int = 2) async throws {
        try await world.addGateway()
        try await world.addDevice()
        try await world.addSequence()
        try await setDelay(24, world)
        for n in 0..<leads { try await world.addLead(World.phone(n)) }
        try await world.workOffIntake()
        try await Flight.start(world).send(.sent(providerID: "p"))
    }

    private static func setDelay(_ hours: Int, _ world: World) async throws {
        try await world.sql.query(
            "UPDATE sequence_steps SET trigger_delay_hours = $1 WHERE is_entry_point", [.int32(Int32(hours))])
    }

    /// Hours between each contact's settlement and its due time, in the order of their numbers.
    private static func waits(_ world: World) async throws -> [Double] {
        try await world.sql.query(
            """
            SELECT extract(epoch FROM c.next_trigger_time - l.settled_at)::float8 / 3600
            FROM sequence_contacts c JOIN send_ledger l ON l.contact_id = c.id ORDER BY c.recipient
            """
        ).column(Double.self, at: 0)
    }

    @Test func thoseWhoWaitWaitByTheNewDelay() async throws {
        try await World.with { world in
            try await Self.waiting(world)
            // When they were last written says nothing of when their message was settled.
            try await world.sql.query("UPDATE sequence_contacts SET updated_at = now() + interval '9 hours'")
            try await world.sql.query("DELETE FROM lane_wakes")
            try await Self.setDelay(2, world)
            #expect(try await Self.waits(world) == [24, 24])
            let dry = try await world.session.retimeSequence("Welcome", isDryRun: true)
            #expect(dry.changed == 2)
            #expect(try await Self.waits(world) == [24, 24])
            let report = try await world.session.retimeSequence("Welcome", isDryRun: false)
            #expect((report.changed, report.unchanged, report.unrecorded) == (2, 0, 0))
            #expect(report.earliestDue == dry.earliestDue)
            #expect(try await Self.waits(world) == [2, 2])
            let earliest = try await world.sql.query(
                "SELECT extract(epoch FROM min(next_trigger_time))::float8 FROM sequence_contacts")
            let due = try #require(report.earliestDue)
            #expect(abs(due.timeIntervalSince1970 - (try earliest.scalar(Double.self))) < 0.001)
            #expect(try await world.audited().filter { $0.hasSuffix("sequences.retime") }.count == 1)
            // The leader hears of it.
            #expect(try await world.leader.drainWakes(limit: 10).lanes.count == 1)
            let again = try await world.session.retimeSequence("Welcome", isDryRun: false)
            #expect((again.changed, again.unchanged, again.earliestDue) == (0, 2, nil))
            let text = SequenceText.render(report, of: "Welcome")
            #expect(text.hasPrefix("changed the time of 2 waiting contacts of Welcome\nthe earliest is due "))
        }
    }

    @Test func theNextStepsTimeOfDayCounts() async throws {
        try await World.with { world in
            try await Self.waiting(world)
            try await world.sql.query(
                "UPDATE sequence_steps SET time_schedule = '23:59' WHERE NOT coalesce(is_entry_point, false)")
            #expect(try await world.session.retimeSequence("Welcome", isDryRun: false).changed == 2)
            let times = try await world.sql.query(
                "SELECT DISTINCT (next_trigger_time AT TIME ZONE 'UTC')::time::text FROM sequence_contacts")
            #expect(try times.column(String.self, at: 0) == ["23:59:00"])
        }
    }

    @Test func whoHasJustEnteredWaitsForARetryOrIsHeldKeepsTheirTime() async throws {
        try await World.with { world in
            try await Self.waiting(world, leads: 3)
            let contacts = try await world.sql.query("SELECT id FROM sequence_contacts ORDER BY recipient")
                .column(UUID.self, at: 0)
            try await world.sql.query(
                "UPDATE sequence_contacts SET retry_count = 1 WHERE id = $1", [.uuid(contacts[0])])
            try await world.sql.query(
                "UPDATE sequence_contacts SET status = 'paused' WHERE id = $1", [.uuid(contacts[1])])
            try await world.addLead(World.phone(7))
            try await world.workOffIntake()
            try await Self.setDelay(1, world)
            let report = try await world.session.retimeSequence("Welcome", isDryRun: false)
            #expect((report.changed, report.unchanged, report.unrecorded) == (1, 0, 0))
            #expect(try await Self.waits(world) == [24, 24, 1])
        }
    }

    @Test func whatIsClaimedOrLockedIsLeftAlone() async throws {
        try await World.with { world in
            try await Self.waiting(world)
            try await Self.setDelay(1, world)
            // As a claim writes it.
            try await world.sql.execute(
                script: """
                    SET sluice.internal = 'on';
                    UPDATE sequence_contacts SET claim_state = 1 WHERE recipient = '\(World.phone(0))';
                    RESET sluice.internal;
                    """)
            try await PostgresConnection.withConnection(world.fixture.database.configuration) { other in
                try await other.withTransaction(.readCommitted, deadline: .seconds(10)) { transaction in
                    try await transaction.query(
                        "SELECT FROM sequence_contacts WHERE recipient = $1 FOR UPDATE", [.string(World.phone(1))])
                    #expect(try await world.session.retimeSequence("Welcome", isDryRun: false).changed == 0)
                }
            }
            #expect(try await world.session.retimeSequence("Welcome", isDryRun: false).changed == 1)
        }
    }

    @Test func withoutARecordTheTimeStays() async throws {
        try await World.with { world in
            try await Self.waiting(world)
            try await world.sql.query("DELETE FROM send_ledger")
            try await Self.setDelay(1, world)
            let report = try await world.session.retimeSequence("Welcome", isDryRun: false)
            #expect((report.changed, report.unrecorded) == (0, 2))
        }
    }

    @Test func manyAreRetimedInChunks() async throws {
        try await World.with { world in
            try await Self.waiting(world, leads: 1)
            try await world.sql.query(
                """
                WITH more AS (
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, current_trigger)
                    SELECT (SELECT id FROM sequences), (630000000000 + n)::text, 'welcome_2'
                    FROM generate_series(1, 2500) n RETURNING id)
                INSERT INTO send_ledger
                SELECT (json_populate_record(l, json_build_object('contact_id', more.id))).* FROM more, send_ledger l
                """)
            try await world.sql.execute(
                script: """
                    SET sluice.internal = 'on';
                    UPDATE sequence_contacts SET moves = 1, attempts = 1;
                    RESET sluice.internal;
                    """)
            try await world.workOffIntake()
            try await Self.setDelay(3, world)
            var steps: [Int] = []
            let report = try await world.session.retimeSequence("Welcome", isDryRun: false) { steps.append($0) }
            #expect(report.changed == 2_501)
            #expect(steps.count == 3)
            #expect(try await Self.waits(world).allSatisfy { $0 == 3 })
            #expect(try await world.audited().filter { $0.hasSuffix("sequences.retime") }.count == 3)
        }
    }

    @Test func anotherSequenceIsNotTouchedAndAnUnknownOneIsNamed() async throws {
        try await World.with { world in
            try await Self.waiting(world)
            try await world.addSequence("Farewell", trigger: "farewell")
            try await Self.setDelay(1, world)
            #expect(try await world.session.retimeSequence("Farewell", isDryRun: false).changed == 0)
            #expect(try await Self.waits(world) == [24, 24])
            await #expect(
                throws: OperationsError.notFound(kind: "sequence", given: "Welcom", nearest: ["Welcome"])
            ) {
                try await world.session.retimeSequence("Welcom", isDryRun: true)
            }
        }
    }
}
