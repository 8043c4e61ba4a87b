import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// What follows a message is decided by the step that was sent, whatever was done to steps and contact meanwhile.
@Suite struct SentStepTests {
    private static let deleteSteps = "CREATE TABLE kept AS TABLE sequence_steps; DELETE FROM sequence_steps;"
    private static let insertSteps = """
        INSERT INTO sequence_steps (id, sequence_id, day_number, trigger, next_trigger, trigger_delay_hours,
            is_entry_point, content)
        SELECT gen_random_uuid(), sequence_id, day_number, trigger, next_trigger, trigger_delay_hours, is_entry_point,
            content FROM kept;
        """

    @Test func whoseStepIsGoneWaitsByNameAndGoesOnAtTheNextWhenItIsBack() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.sql.execute(script: Self.deleteSteps)
            try await cluster.settle([reservation], .sent)
            var row = try await world.onlyContact()
            #expect((row.status, row.hold, row.trigger, row.moves) == ("advance", "step_missing", "a", 1))
            try await world.makeAllDue()
            try await world.setStatus("active", of: row.id)
            #expect(try await world.onlyContact().status == "advance", "it has had this message")
            try await world.decide()
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)

            try await world.sql.execute(script: Self.insertSteps)
            try await world.enroll()
            try await world.decide()
            row = try await world.onlyContact()
            #expect((row.status, row.hold, row.lastError, row.trigger) == ("active", nil, nil, "b"))
            #expect(abs(try #require(row.dueIn) - 86_400) < 60)
            #expect(try await world.attempts(of: row.id).map(\.state) == ["sent"])
            try await Counts.expectExact(world)
        }
    }

    @Test func stepsReplacedInOneTransactionAreNotMissed() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.sql.execute(script: "BEGIN; \(Self.deleteSteps) \(Self.insertSteps) COMMIT;")
            try await cluster.settle([reservation], .sent)
            let row = try await world.onlyContact()
            #expect((row.status, row.hold, row.trigger) == ("active", nil, "b"))
        }
    }

    /// A contact follows its step by name. One that had the message goes on when the name is back; one that had not is
    /// held, and gets it then.
    @Test(arguments: [Outcome.sent, .aborted]) func aRenamedStepHoldsWhoStoodOnIt(_ outcome: Outcome) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.sql.query("UPDATE sequence_steps SET trigger = 'z' WHERE trigger = 'a'")
            try await cluster.settle([reservation], outcome)
            try await world.makeAllDue()
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            #expect(try await world.onlyContact().hold == "step_missing")

            try await world.sql.query("UPDATE sequence_steps SET trigger = 'a' WHERE trigger = 'z'")
            try await world.enroll()
            try await world.decide()
            try await world.makeAllDue()
            let again = try #require(try await cluster.reserveAll(ordinal: 3).first)
            #expect(try await world.onlyContact().trigger == (outcome == .sent ? "b" : "a"))
            #expect((again.message == reservation.message) == (outcome != .sent))
            try await Counts.expectExact(world)
        }
    }

    @Test func whoeverWaitsForALostStepCanBePutOnAnother() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.sql.query("DELETE FROM sequence_steps WHERE trigger = 'a'")
            try await cluster.settle([reservation], .sent)
            try await world.sql.query("UPDATE sequence_contacts SET current_trigger = 'c', next_trigger_time = now()")
            let row = try await world.onlyContact()
            #expect((row.status, row.hold, row.trigger) == ("active", nil, "c"))
            try await world.enroll()
            #expect(try await cluster.reserveAll(ordinal: 2).map(\.message.moves) == [1])
            try await Counts.expectExact(world)
        }
    }

    @Test(arguments: [Outcome.sent, .retry, .permanent])
    func aHandThatMovesAContactInFlightIsObeyed(_ outcome: Outcome) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.sql.query(
                "UPDATE sequence_contacts SET current_trigger = 'b', next_trigger_time = now() - interval '1 second'")
            let lanes = try await cluster.settle([reservation], outcome).lanes
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.retries) == ("active", "b", 1, 0))
            #expect(try #require(row.dueIn) < 0, "due as the hand wrote it")
            #expect(lanes.count == 1)
            let next = try #require(try await cluster.reserveAll(ordinal: 2).first)
            #expect(next.message != reservation.message)
            try await cluster.settle([reservation], outcome)
            #expect(try await world.onlyContact().moves == 1, "a truth that comes twice moves nobody twice")
            try await Counts.expectExact(world)
        }
    }

    @Test func aStepThatGoesBeforeItsBranchIsDecidedIsWaitedFor() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.addBranch("a", 1, BranchTests.fitness, next: "c")
            try await cluster.settle([reservation], .sent)
            try await world.sql.query("UPDATE sequence_steps SET trigger = 'z' WHERE trigger = 'a'")
            try await world.decide()
            let row = try await world.onlyContact()
            #expect((row.status, row.hold) == ("advance", "step_missing"))
            try await world.sql.query("UPDATE sequence_steps SET trigger = 'a' WHERE trigger = 'z'")
            try await world.leader.maintain(keepDays: 30)
            try await world.decide()
            #expect(try await world.onlyContact().trigger == "c")
        }
    }

    @Test func hugeNumbersDoNotStopASettle() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.sql.execute(
                script: """
                    UPDATE sequence_steps SET trigger_delay_hours = 99999999999 WHERE trigger = 'a';
                    UPDATE sequence_contacts SET retry_count = 2147483647, current_step = 2147483647;
                    UPDATE sequence_steps SET day_number = NULL;
                    """)
            let late = Outcome.refused(
                Refusal(
                    code: "busy", detail: "", isCharged: true,
                    disposition: .retry(notBefore: .microseconds(Int64.max))))
            #expect(try await cluster.settle([reservation], late).faulty.isEmpty)
            #expect(try await world.onlyContact().status == "failed")
            try await cluster.settle([reservation], .sent)
        }
    }
}
