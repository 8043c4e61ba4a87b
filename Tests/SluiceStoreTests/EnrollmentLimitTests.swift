import FoundationEssentials
import PostgresDriver
import SluiceCore
import TestSupport
import Testing

@testable import SluiceStore

/// Sequences that are to start small.
@Suite struct EnrollmentLimitTests {
    /// A sequence that so many may enter, and leads that have its trigger.
    private static func with(
        limit: Int32?, leads: Int, _ body: @escaping @Sendable (PostgresWorld) async throws -> Void
    ) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            try await world.sql.query("UPDATE sequences SET enrollment_limit = $1", [.int32(limit)])
            try await world.addLeads(leads)
            try await world.enrollAll()
            try await body(world)
        }
    }

    @Test func furtherOnesWaitUntilTheLimitIsRaised() async throws {
        try await Self.with(limit: 3, leads: 10) { world in
            #expect(try await world.held() == [false: 3, true: 7])
            try await Counts.expectExact(world)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserveAll()
            #expect(open.count == 3)
            // Whoever is done leaves no room: it is said how many may enter.
            try await cluster.settle(open, .sent)
            try await world.enrollAll()
            #expect(try await world.held()[true] == 7)

            try await world.sql.query("UPDATE sequences SET enrollment_limit = 5")
            try await world.enrollAll()
            #expect(try await world.held() == [false: 5, true: 5])
            #expect(try await cluster.reserveAll(ordinal: 2).count == 2)
            try await world.addLeads(1, from: 50)
            try await world.enrollAll()
            #expect(try await world.held()[true] == 6)

            try await world.sql.query("UPDATE sequences SET enrollment_limit = NULL")
            try await world.enrollAll()
            #expect(try await world.held() == [false: 11])
            #expect(try await world.sql.query("SELECT count(*) FROM enrollment_limits").scalar(Int64.self) == 0)
            try await Counts.expectExact(world)
        }
    }

    @Test func aLimitThatComesLaterCountsWhoIsThere() async throws {
        try await Self.with(limit: nil, leads: 4) { world in
            try await world.sql.query("UPDATE sequences SET enrollment_limit = 6")
            try await world.addLeads(5, from: 50)
            try await world.enrollAll()
            #expect(try await world.held() == [false: 6, true: 3])
        }
    }

    @Test func whoeverLosesTheTriggerWaitsNoMore() async throws {
        try await Self.with(limit: 0, leads: 2) { world in
            try await world.sql.query("UPDATE leads SET trigger = NULL")
            try await world.enrollAll()
            #expect(try await world.contacts().map(\.status) == ["cancelled", "cancelled"])
            try await world.sql.query("UPDATE leads SET trigger = 'a'")
            try await world.sql.query("UPDATE sequences SET enrollment_limit = 1")
            try await world.enrollAll()
            #expect(try await world.contacts().map(\.status).sorted() == ["active", "paused"])
            try await Counts.expectExact(world)
        }
    }

    @Test func aChunkReadsNoMoreThanItLetsIn() async throws {
        try await Self.with(limit: 0, leads: 3_000) { world in
            try await world.sql.query("ANALYZE sequence_contacts")
            let sequence = try await world.sql.query("SELECT id::text FROM sequences").scalar(String.self)
            let nobody = "00000000-0000-0000-0000-000000000000"
            let plan = try await world.sql.query(
                "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) \(EnrollmentLimit.next)",
                [.string("default"), .uuid(UUID(uuidString: nobody)), .int64(10), .string(sequence)]
            ).column(String.self, at: 0).joined(separator: "\n")
            #expect(plan.contains("sluice_contacts_limited") && !plan.contains("Sort"), "\(plan)")
            #expect(plan.contains("sequence_contacts c (actual rows=10"), "\(plan)")
        }
    }

    @Test func aRowThatSomebodyHoldsGivesNoRoomAndHoldsNobodyUp() async throws {
        try await Self.with(limit: 5, leads: 0) { world in
            var patient = world.fixture.database.configuration
            patient.settings["idle_in_transaction_session_timeout"] = "0"
            try await PostgresConnection.withConnection(patient) { other in
                try await other.withTransaction { holder in
                    try await holder.query("SELECT FROM enrollment_limits FOR UPDATE")
                    try await world.addLeads(4)
                    _ = try? await world.leader.enroll(limit: 100)
                    #expect(try await world.held() == [true: 4])
                }
            }
            try await world.enrollAll()
            #expect(try await world.held() == [false: 4])
        }
    }

    @Test func twoThatEnrollAtOnceKeepTheLimit() async throws {
        try await Self.with(limit: 10, leads: 0) { world in
            try await world.addLeads(60)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { for _ in 0..<8 { _ = try? await world.leader.enroll(limit: 10) } }
                }
                try await group.waitForAll()
            }
            try await world.enrollAll()
            #expect(try await world.held() == [false: 10, true: 50])
            try await Counts.expectExact(world)
        }
    }
}

extension PostgresWorld {
    fileprivate func addLeads(_ count: Int, from first: Int = 0) async throws {
        try await sql.query(
            """
            INSERT INTO leads (name, phone, trigger) SELECT 'Ann', (629000000000 + $1::int + n)::text, 'a'
            FROM generate_series(1, $2::int) n
            """, [.int32(Int32(first)), .int32(Int32(count))])
    }

    fileprivate func enrollAll() async throws {
        try await eventually("the intake to be worked off") {
            _ = try await leader.enroll(limit: 100)
            return try await sql.query(
                "SELECT (SELECT count(*) FROM enrollment_intake) + (SELECT count(*) FROM intake_scans) = 0"
            ).scalar(Bool.self)
        }
    }

    /// How many wait for room, and how many do not.
    fileprivate func held() async throws -> [Bool: Int] {
        let rows = try await sql.query(
            """
            SELECT coalesce(hold_reason, '') = 'enrollment_limit' AS waits, count(*) AS n FROM sequence_contacts GROUP BY 1
            """)
        return try Dictionary(
            uniqueKeysWithValues: rows.map {
                (try $0.decode(Bool.self, "waits"), Int(try $0.decode(Int64.self, "n")))
            })
    }
}
