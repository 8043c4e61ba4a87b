import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// The ledger is partitioned by day, and a message may be reserved on one day and settled on the next.
@Suite struct MidnightTests {
    /// Moves the only attempt to yesterday's partition, as if midnight had passed since its reserve.
    private static func passMidnight(_ world: PostgresWorld, _ reservation: Reservation) async throws -> Reservation {
        try await world.sql.execute(
            script: """
                UPDATE send_ledger SET day = day - 1, reserved_at = reserved_at - interval '1 day';
                UPDATE sequence_contacts SET reserved_day = reserved_day - 1;
                """)
        var yesterday = reservation
        yesterday.day -= 1
        return yesterday
    }

    @Test func aContactIsNotReservedTwiceAroundMidnight() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let yesterday = try await Self.passMidnight(world, reservation)
            #expect(try await cluster.verdicts([reservation.claim]) == [.gone])
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            #expect(try await world.attempts(of: reservation.claim.contact).count == 1)
            try await cluster.settle([yesterday], .sent)
            #expect(try await world.attempts(of: reservation.claim.contact).map(\.state) == ["sent"])
            #expect(try await world.onlyContact().trigger == "b")
        }
    }

    @Test func aRetryAfterMidnightIsANewAttempt() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let yesterday = try await Self.passMidnight(world, reservation)
            try await cluster.settle([yesterday], .retry)
            try await world.makeAllDue()
            let again = try #require(try await cluster.reserveAll(ordinal: 2).first)
            #expect(again.attempt == 2)
            #expect(again.message == reservation.message)
            #expect(again.day == reservation.day)
            // Yesterday's truth does not touch today's attempt.
            try await cluster.settle([yesterday], .sent)
            #expect(try await world.attempts(of: again.claim.contact).map(\.state) == ["failed", "reserved"])
            #expect(try await world.onlyContact().claimState == 2)
        }
    }

    @Test func aTakeOverFindsYesterdaysAttempts() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            _ = try await Self.passMidnight(world, reservation)
            let next = try await TakeOverTests.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(90_000))
            #expect(found.orphans == 1)
            #expect(try await world.onlyContact().status == "unknown")
        }
    }

    @Test func aMissingPartitionStopsReservesAndMaintainMakesIt() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let claims = try await cluster.claim().claims
            try await world.sql.execute(
                script: """
                    DO $$ DECLARE part text; BEGIN
                        FOR part IN SELECT inhrelid::regclass::text FROM pg_inherits
                            WHERE inhparent = 'send_ledger'::regclass LOOP EXECUTE 'DROP TABLE ' || part; END LOOP;
                    END $$;
                    """)
            await #expect(throws: StoreError.self) { _ = try await cluster.verdicts(claims) }
            #expect(try await world.onlyContact().claimState == 1)
            try await world.leader.maintain(keepDays: 30)
            #expect(try await cluster.reserve(claims).count == 1)
        }
    }
}
