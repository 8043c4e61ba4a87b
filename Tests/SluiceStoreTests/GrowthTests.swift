import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// A campaign on a cluster that was small until now: what the planner believes and what it planned is old.
///
/// A statement's time is held against that of the user's SQL which wrote what it works off, the same rows a moment
/// before, so that a machine that does much else slows both. Measured: enrolling 3.4 times, placing 1.3, relocating 0.9,
/// deciding 0.06, completing 1.1; the first thousand leads within 0.13 s beside a load of 12 on two cores. A plan that
/// walks a table for each row takes hundreds of times as long.
@Suite struct GrowthTests {
    private static let leads = 100_000

    @Test(arguments: [0, 50]) func enrollmentKeepsItsPaceWhenTheTablesGrowAHundredfold(others: Int) async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query("SET statement_timeout = '60s'")
            for number in 0..<others {
                _ = try await world.addSequence([StepSpec(trigger: "other_\(number)", isEntry: true)])
            }
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b")])
            try await world.enroll()
            try await Self.add(200, from: 628_000_000_000, world)
            try await world.sql.query("ANALYZE")
            // The statistics stay what they are now, and the statements are planned with them.
            for table in ["leads", "sequence_contacts", "enrollment_intake", "lanes"] {
                try await world.sql.query("ALTER TABLE \(table) SET (autovacuum_enabled = false)")
            }
            for lead in 1...9 {
                try await world.sql.query(
                    "UPDATE leads SET trigger = 'a' WHERE phone = (628000000000 + $1)::text", [.int64(Int64(lead))])
                try await world.enroll()
            }
            try await Self.add(Self.leads, from: 628_100_000_000, world)
            let written = try await Self.time {
                try await world.sql.query(
                    "UPDATE leads SET trigger = 'a' WHERE trigger IS NULL", deadline: .seconds(60))
            }
            let first = try await Self.time {
                for _ in 0..<2 { _ = try await world.leader.enroll(limit: 500) }
            }
            #expect(first < .seconds(1), "a thousand leads are enrolled within a second of their commit")
            try await Self.expectPace("enroll beside \(others) others", of: Self.leads - 1_000, within: 10, written) {
                try await world.leader.enroll(limit: 500).processed
            }
            print("the first thousand after \(first)")
            #expect(try await world.wrongCounts().isEmpty)
        }
    }

    @Test func soDoTheOtherStatementsOfTheIntake() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query("SET statement_timeout = '60s'")
            let devices = [try await world.addDevice(), try await world.addDevice("628110000002")]
            let sequence = try await world.addSequence([
                StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b"),
            ])
            let own = PostgresValue.uuid(devices[0].rawValue)
            try await world.sql.query("UPDATE sequences SET device_id = $1, device_choice = 'any'", [own])
            try await world.enroll()
            try await world.sql.query("ANALYZE")
            for table in ["leads", "sequence_contacts", "enrollment_intake", "completion_intake", "branch_intake"] {
                try await world.sql.query("ALTER TABLE \(table) SET (autovacuum_enabled = false)")
            }
            for lead in 1...9 {
                _ = try await world.addLead("62811555000\(lead)", trigger: "a")
                try await world.enroll()
                _ = try await world.leader.relocate(limit: 10)
                _ = try await world.leader.decideBranches(limit: 10)
                try await world.complete()
            }
            try await Self.add(20_000, from: 628_100_000_000, world)
            var written = try await Self.time {
                try await world.sql.query(
                    """
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, lead_id, entry_trigger, assigned_device_id)
                    SELECT $1, phone, id, 'a', $2 FROM leads WHERE trigger IS NULL
                    """, [.uuid(sequence), own], deadline: .seconds(60))
            }
            try await Self.expectPace("place", of: 20_000, within: 5, written) {
                try await world.leader.enroll(limit: 500).processed
            }
            try await world.sql.query("INSERT INTO device_states (device_id, state) VALUES ($1, 'banned')", [own])
            try await Self.expectPace("relocate", of: 20_000, within: 5, written) {
                try await world.leader.relocate(limit: 500).processed
            }
            written = try await Self.time {
                try await world.sql.query(
                    """
                    WITH standing AS (UPDATE sequence_contacts SET status = 'advance' RETURNING id, generation, moves)
                    INSERT INTO branch_intake (contact_id, generation, moves, settled_at, step_trigger)
                    SELECT id, generation, moves, now(), 'b' FROM standing
                    """, deadline: .seconds(60))
            }
            try await Self.expectPace("decide", of: 20_000, within: 1, written) {
                try await world.leader.decideBranches(limit: 500).processed
            }
            written = try await Self.time {
                try await world.sql.query("UPDATE leads SET trigger = 'a'", deadline: .seconds(60))
            }
            try await Self.expectPace("complete", of: 20_000, within: 5, written) {
                try await world.leader.complete(limit: 500).processed
            }
            #expect(try await world.leadTriggers().isEmpty)
        }
    }

    /// Vacuum keeps the pages of a table whose end somebody reads, and then the planner goes by their rows: none.
    @Test func soDoesTheIntakeAfterEverybodyWasDeleted() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query("SET statement_timeout = '60s'")
            let device = PostgresValue.uuid(try await world.addDevice().rawValue)
            let sequence = PostgresValue.uuid(
                try await world.addSequence([StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b")]))
            try await world.enroll()
            for table in ["leads", "sequence_contacts", "enrollment_intake", "lanes"] {
                try await world.sql.query("ALTER TABLE \(table) SET (autovacuum_enabled = false)")
            }
            try await Self.add(1_000, from: 628_100_000_000, world)
            try await world.sql.query("UPDATE leads SET trigger = 'a'", deadline: .seconds(60))
            while try await world.leader.enroll(limit: 500).processed > 0 {}
            try await world.sql.query("DELETE FROM sequence_contacts")
            try await world.sql.query("DELETE FROM leads")
            while try await world.leader.enroll(limit: 500).processed > 0 {}
            for table in ["leads", "sequence_contacts", "enrollment_intake", "lanes"] {
                try await world.sql.query("VACUUM (ANALYZE, TRUNCATE FALSE) \(table)")
            }
            let cluster = try await Cluster.start(world)
            try await Self.add(20_000, from: 628_200_000_000, world)
            var written = try await Self.time {
                try await world.sql.query(
                    """
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, assigned_device_id)
                    SELECT $1, phone, $2 FROM leads
                    """, [sequence, device], deadline: .seconds(60))
            }
            try await Self.expectPace("place after a deletion", of: 20_000, within: 5, written) {
                try await world.leader.enroll(limit: 500).processed
            }
            var ordinal: UInt32 = 0
            try await Self.expectPace("send after a deletion", of: 1_500, within: 2, written) {
                ordinal += 1
                guard ordinal <= 3 else { return 0 }
                let reserved = try await cluster.reserve(try await cluster.claim(500, ordinal: ordinal).claims)
                try await cluster.settle(reserved, .sent)
                return reserved.count
            }
            written = try await Self.time {
                try await world.sql.query("UPDATE leads SET trigger = 'a'", deadline: .seconds(60))
            }
            try await Self.expectPace("enroll after a deletion", of: 20_000, within: 10, written) {
                try await world.leader.enroll(limit: 500).processed
            }
        }
    }

    /// Works off everything and expects that `least` rows or more took at most `times` as long as `written`.
    private static func expectPace(
        _ what: String, of least: Int, within times: Int, _ written: Duration, _ chunk: () async throws -> Int
    ) async throws {
        var rows = 0
        let took = try await time {
            while true {
                let more = try await chunk()
                rows += more
                if more == 0 { break }
            }
        }
        print("\(what): \(rows) rows in \(took), \(took / written) times what writing them took")
        #expect(rows >= least && took < written * times, "\(what): \(took), written in \(written)")
    }

    private static func time(_ body: () async throws -> Void) async throws -> Duration {
        let start = ContinuousClock.now
        try await body()
        return start.duration(to: .now)
    }

    private static func add(_ count: Int, from number: Int64, _ world: PostgresWorld) async throws {
        try await world.sql.query(
            "INSERT INTO leads (phone) SELECT ($1 + n)::text FROM generate_series(1, $2) n",
            [.int64(number), .int64(Int64(count))], deadline: .seconds(60))
    }
}
