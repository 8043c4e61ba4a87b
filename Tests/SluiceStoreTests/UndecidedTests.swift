import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// What may happen to a contact between its settle and the decision: nobody is lost, and nobody gets a message twice.
@Suite struct UndecidedTests {
    /// A rule of the user's own that refuses where a branch leads one contact: the others move on.
    @Test func aMoveThatIsRefusedDelaysNobodyElse() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b")])
            for phone in 1...5 { _ = try await world.addLead("62811555000\(phone)", trigger: "a") }
            try await world.enroll()
            try await world.addBranch("a", 1, BranchTests.anybody, next: "b")
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            try await world.sql.query(
                """
                ALTER TABLE sequence_contacts ADD CONSTRAINT own_rule
                    CHECK (recipient <> '628115550002' OR current_trigger = 'a') NOT VALID
                """)
            try await world.decide()
            let rows = try await world.contacts()
            #expect(
                rows.map { "\($0.status) \($0.trigger ?? "")" }.sorted()
                    == ["active b", "active b", "active b", "active b", "advance a"])
            let held = try #require(rows.first { $0.status == "advance" })
            #expect(held.lastError?.hasPrefix("held: quarantined, 23514") == true)

            try await world.sql.query("ALTER TABLE sequence_contacts DROP CONSTRAINT own_rule")
            try await world.sql.query("UPDATE branch_intake SET try_at = now()")
            try await world.decide()
            #expect(try await world.contacts().allSatisfy { $0.status == "active" && $0.lastError == nil })
            try await Counts.expectExact(world)
        }
    }

    /// A contact at a branch to c, not decided.
    private static func undecided(
        _ world: PostgresWorld, outcome: Outcome = .sent, onUnknown: String = "hold"
    ) async throws -> (cluster: Cluster, reservation: Reservation) {
        let (cluster, reservation) = try await BranchTests.reserved(world, onUnknown: onUnknown)
        try await world.addBranch("a", 1, BranchTests.fitness, next: "c")
        try await cluster.settle([reservation], outcome)
        return (cluster, reservation)
    }

    /// Every process dies between the two; what comes up later finds the row.
    @Test func aCrashInBetweenLosesNobody() async throws {
        try await PostgresWorld.with { world in
            let database = world.fixture.database
            _ = try await StoreFixture.withPools(to: database) { pools in
                try await Self.undecided(PostgresWorld(world.fixture, pools: pools)).reservation
            }
            #expect(try await world.onlyContact().status == "advance")
            _ = try await StoreFixture.withPools(to: database) { pools in
                try await PostgresWorld(world.fixture, pools: pools).decide()
            }
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves) == ("active", "c", 1))
        }
    }

    /// What somebody sets meanwhile. Set active again, before the decision or after it, the message is another one.
    @Test(arguments: ["paused", "cancelled", "completed", "active", "advance"], [true, false])
    func aStatusSetMeanwhileSendsNothingTwice(_ status: String, _ isEarly: Bool) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.undecided(world)
            let id = reservation.claim.contact
            try await world.setStatus(status, of: id)
            if isEarly {
                try await world.setStatus("active", of: id)
                #expect(try await world.onlyContact().status == "advance")
                try await world.makeAllDue()
                #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
                try await Counts.expectExact(world)
            }
            try await world.decide()
            let row = try await world.onlyContact()
            let isAsSet = !isEarly && !["active", "advance"].contains(status)
            #expect((row.status, row.trigger, row.moves) == (isAsSet ? status : "active", "c", 1))
            try await world.setStatus("active", of: id)
            try await world.makeAllDue()
            let next = try #require(try await cluster.reserveAll(ordinal: 3).first)
            #expect(next.message != reservation.message)
            #expect(try await world.onlyContact().trigger == "c")
            try await Counts.expectExact(world)
        }
    }

    /// A status in flight, at a step with branches.
    @Test func aContactCancelledInFlightGoesOnFromItsBranch() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.addBranch("a", 1, BranchTests.fitness, next: "c")
            try await world.setStatus("cancelled", of: reservation.claim.contact)
            try await cluster.settle([reservation], .sent)
            try await world.decide()
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves) == ("cancelled", "c", 1))
            try await Counts.expectExact(world)
        }
    }

    @Test func somebodyWhoWaitsWithoutABranchToDecideIsActive() async throws {
        try await PostgresWorld.with { world in
            let (_, reservation) = try await BranchTests.reserved(world)
            try await world.setStatus("paused", of: reservation.claim.contact)
            try await world.setStatus("advance", of: reservation.claim.contact)
            #expect(try await world.onlyContact().status == "active")
            try await world.sql.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, status)
                SELECT id, '628115550009', 'advance' FROM sequences
                """)
            #expect(try await world.contacts().map(\.status) == ["active", "active"])
            try await Counts.expectExact(world)
        }
    }

    /// A lead that loses its trigger, or opts out, is cancelled; one that enters anew starts at the first step, and the
    /// old branch moves nobody.
    @Test func whoLeavesOrEntersAnewIsNotMovedByAnOldBranch() async throws {
        try await PostgresWorld.with { world in
            let (_, reservation) = try await Self.undecided(world)
            try await world.sql.query("UPDATE leads SET trigger = NULL")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "cancelled")
            try await world.sql.query("UPDATE leads SET trigger = 'a'")
            try await world.enroll()
            try await world.decide()
            let row = try await world.contact(reservation.claim.contact)
            #expect((row.status, row.trigger, row.generation, row.moves) == ("active", "a", 2, 0))
            try await world.leader.maintain(keepDays: 30)
            #expect(try await Self.waiting(world) == 0)
            try await Counts.expectExact(world)
        }
        try await PostgresWorld.with { world in
            _ = try await Self.undecided(world)
            try await world.sql.query(
                "INSERT INTO suppressions (workspace_id, phone) VALUES ('*', '628115550001')")
            try await world.decide()
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("cancelled", "suppressed"))
            try await Counts.expectExact(world)
        }
    }

    /// An unknown that continues, an operator's word and a late truth all pass through the branch, once.
    @Test func unknownsPassThroughTheBranch() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.undecided(world, outcome: .unknown, onUnknown: "continue")
            #expect(try await world.onlyContact().status == "advance")
            try await cluster.settle([reservation], .sent)
            #expect(try await Self.waiting(world) == 1)
            try await world.decide()
            try await cluster.settle([reservation], .sent)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.lastError) == ("active", "c", 1, "timeout"))
            #expect(try await Self.waiting(world) == 0)
        }
        for isOperator in [true, false] {
            try await PostgresWorld.with { world in
                let (cluster, reservation) = try await Self.undecided(world, outcome: .unknown)
                #expect(try await world.onlyContact().status == "unknown")
                if isOperator {
                    _ = try await world.sql.withTransaction { transaction in
                        try await UnknownResolution(transaction).resolve(
                            [reservation.claim.contact.rawValue], as: .sent)
                    }
                } else {
                    try await cluster.settle([reservation], .sent)
                }
                #expect(try await world.onlyContact().status == "advance")
                try await world.decide()
                let row = try await world.onlyContact()
                #expect((row.status, row.trigger, row.moves) == ("active", "c", 1))
                try await Counts.expectExact(world)
            }
        }
    }

    /// Many at once, by three leaders at once: everybody is moved once, and a contact that somebody holds locked waits
    /// and delays nobody.
    @Test func fiveThousandAreDecidedOnceByWhoeverComes() async throws {
        try await PostgresWorld.with { world in
            _ = try await BranchTests.reserved(world)
            try await world.addBranch("a", 1, #"{"field": "phone", "starts_with": "62900000000"}"#, next: "b")
            try await world.addBranch("a", 2, BranchTests.fitness, next: nil)
            try await Self.fill(world, 5_000)
            let held = "SELECT FROM sequence_contacts WHERE recipient = '629000000007' FOR UPDATE"
            let start = ContinuousClock.now
            let moved = try await world.sql.withTransaction { transaction in
                try await transaction.query(held)
                return try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            var moved = 0
                            while true {
                                let result = try await world.leader.decideBranches(limit: 2_000)
                                moved += result.processed
                                guard result.more else { return moved }
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            print("5,000 branches decided in \(ContinuousClock.now - start)")
            #expect(moved == 4_999)
            #expect(try await Self.waiting(world) == 1)
            try await world.decide()
            #expect(try await world.leader.decideBranches(limit: 2_000).processed == 0)
            let ends = try await world.sql.query(
                """
                SELECT string_agg(format('%s %s %s %s', status, current_trigger, moves, n), ', ' ORDER BY status) FROM (
                    SELECT status, current_trigger, moves, count(*) AS n FROM sequence_contacts
                    WHERE recipient LIKE '629%' GROUP BY 1, 2, 3) t
                """
            ).scalar(String.self)
            #expect(ends == "active b 1 9, completed a 1 4991")
            try await Counts.expectExact(world)
        }
    }

    private static func waiting(_ world: PostgresWorld) async throws -> Int64 {
        try await world.sql.query("SELECT count(*) FROM branch_intake").scalar(Int64.self)
    }

    /// Contacts that were settled at step a a moment ago.
    private static func fill(_ world: PostgresWorld, _ count: Int32) async throws {
        try await world.sql.query(
            """
            INSERT INTO leads (phone, trigger, niche)
            SELECT (629000000000 + n)::text, 'a', 'fitness' FROM generate_series(1, $1) n
            """, [.int32(count)], deadline: .seconds(30))
        while try await world.leader.enroll(limit: 5_000).more {}
        try await world.sql.withTransaction { transaction in
            try await transaction.query("SELECT set_config('sluice.internal', 'on', true)")
            try await transaction.query(
                """
                WITH sent AS (
                    UPDATE sequence_contacts SET status = 'advance', moves = 1 WHERE recipient LIKE '629%'
                    RETURNING id, generation, moves, workspace_id, kind, source_id
                ), tallied AS (
                    INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
                    SELECT workspace_id, kind, source_id, v.status, v.n
                    FROM sent CROSS JOIN (VALUES ('active', -1), ('advance', 1)) v(status, n)
                )
                INSERT INTO branch_intake (contact_id, generation, moves, step_trigger, settled_at)
                SELECT id, generation, moves, 'a', now() FROM sent
                """, deadline: .seconds(30))
        }
    }
}
