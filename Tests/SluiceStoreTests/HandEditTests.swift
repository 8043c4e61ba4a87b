import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// UPDATE and INSERT by hand that would send a message twice (I2, I15) or leave a row that nothing can write (I22).
@Suite struct HandEditTests {
    private static func refusal(_ sql: String, _ world: PostgresWorld) async -> PostgresServerError? {
        do {
            try await world.sql.query(sql)
            return nil
        } catch {
            guard case .server(let report) = error.kind else { return nil }
            return report
        }
    }

    @Test(arguments: ["workspace_id = 'other'", "kind = 'campaign'", "source_id = 'elsewhere'"])
    func aContactMovedByHandIsCountedWhereItIs(_ change: String) async throws {
        try await PostgresWorld.with { world in
            _ = try await SettleTests.reserved(world)
            try await world.sql.query("INSERT INTO workspaces (id, name) VALUES ('other', 'other')")
            try await world.sql.query("UPDATE sequence_contacts SET \(change)")
            try await Counts.expectExact(world)
            let kept = try await world.sql.query("SELECT count(*) FROM sequence_contacts WHERE \(change)")
            #expect(try kept.scalar(Int64.self) == 1)
        }
    }

    @Test(arguments: ["active", "paused"]) func anUnknownIsNotSentAgainByHand(_ status: String) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            try await cluster.settle([reservation], .unknown)
            let report = try #require(
                await Self.refusal("UPDATE sequence_contacts SET status = '\(status)'", world))
            #expect(report.sqlState == "23514" && report.hint?.contains("sluice unknown resend") == true)
            #expect(try await world.onlyContact().status == "unknown")
            // By a way round, too.
            try await world.sql.query("UPDATE sequence_contacts SET status = 'cancelled'")
            #expect(await Self.refusal("UPDATE sequence_contacts SET status = 'active'", world) != nil)
            // Another step is another message.
            try await world.sql.query("UPDATE sequence_contacts SET status = 'active', current_trigger = 'b'")
            try await world.makeAllDue()
            let next = try #require(try await cluster.reserveAll(ordinal: 2).first)
            #expect(next.message != reservation.message)
        }
    }

    @Test func anUnknownPutOnAnotherStepIsAnotherMessage() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            try await cluster.settle([reservation], .unknown)
            try await world.sql.query(
                "UPDATE sequence_contacts SET status = 'active', current_trigger = 'b', next_trigger_time = now()")
            let next = try #require(try await cluster.reserveAll(ordinal: 2).first)
            #expect((reservation.message.moves, next.message.moves) == (0, 1))
            try await cluster.settle([reservation], .sent)
            #expect(try await world.onlyContact().claimState == 2, "the late truth is about the step before")
        }
    }

    /// Who ended in flight and is put on another step: the settlement finds its contact, or nothing ever would.
    @Test(arguments: [Outcome.sent, .permanent, .aborted]) func anotherStepInFlightIsNotLostToTheSettle(
        _ outcome: Outcome
    ) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            try await world.sql.query("UPDATE sequence_contacts SET status = 'cancelled'")
            try await world.sql.query("UPDATE sequence_contacts SET status = 'active', current_trigger = 'b'")
            try await cluster.settle([reservation], outcome)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.claimState) == ("active", "b", 0))
            #expect(row.moves == (outcome == .aborted ? 0 : 1))
            try await Counts.expectExact(world)
        }
    }

    /// People un-stick rows of other systems so.
    @Test func whereAMessageStandsCannotBeWrittenByHand() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            try await world.sql.query(
                """
                UPDATE sequence_contacts SET claim_state = 0, claim_batch = NULL, attempts = 0, generation = 7,
                    moves = 9, processing_device_id = NULL, processing_started_at = NULL
                """)
            try await world.makeAllDue()
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await cluster.settle([reservation], .sent)
            let row = try await world.onlyContact()
            #expect((row.trigger, row.generation, row.moves) == ("b", 1, 1))
        }
    }

    @Test func anUpsertInFlightSendsNothingTwice() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            try await world.sql.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, current_trigger, status, next_trigger_time)
                SELECT sequence_id, contact_phone, 'a', 'active', now() FROM sequence_contacts
                ON CONFLICT (sequence_id, contact_phone) DO UPDATE SET current_trigger = excluded.current_trigger,
                    status = excluded.status, next_trigger_time = excluded.next_trigger_time,
                    claim_state = excluded.claim_state, attempts = excluded.attempts, moves = excluded.moves
                """)
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await cluster.settle([reservation], .sent)
            #expect(try await world.onlyContact().trigger == "b")
        }
    }

    @Test(arguments: [true, false]) func aContactThatComesBackWithItsIdEntersAnew(_ isInFlight: Bool) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            if !isInFlight { try await cluster.settle([reservation], .sent) }
            try await world.sql.execute(
                script: """
                    CREATE TABLE kept AS SELECT id, sequence_id, contact_phone FROM sequence_contacts;
                    DELETE FROM sequence_contacts;
                    INSERT INTO sequence_contacts (id, sequence_id, contact_phone, current_trigger)
                        SELECT id, sequence_id, contact_phone, 'a' FROM kept;
                    """)
            try await world.enroll()
            let next = try #require(try await cluster.reserveAll(ordinal: 2).first)
            #expect(next.attempt == reservation.attempt + 1)
            #expect(next.message.generation == reservation.message.generation + 1)
            if isInFlight { try await cluster.settle([reservation], .sent) }
            #expect(try await world.onlyContact().claimState == 2, "the old message moves nobody")
            try await cluster.settle([next], .sent)
            #expect(try await world.onlyContact().trigger == "b")
            #expect(try await world.attempts(of: reservation.claim.contact).map(\.state) == ["sent", "sent"])
            try await Counts.expectExact(world)
        }
    }

    @Test func aTriggerThatNoIndexHoldsIsRefusedWhereItIsWritten() async throws {
        try await PostgresWorld.with { world in
            _ = try await SettleTests.reserved(world)
            for statement in [
                "UPDATE sequence_contacts SET current_trigger = repeat(md5(random()::text), 200)",
                "UPDATE sequence_steps SET trigger = repeat('x', 1001) WHERE trigger = 'b'",
                "UPDATE sequence_steps SET next_trigger = repeat('x', 1001)",
            ] {
                let report = try #require(await Self.refusal(statement, world))
                #expect(report.sqlState == "23514" && report.constraint?.contains("at_most_1000_characters") == true)
            }
            try await world.sql.query("UPDATE sequence_steps SET next_trigger = repeat('x', 1000)")
        }
    }
}
