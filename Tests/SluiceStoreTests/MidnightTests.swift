import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// The ledger is partitioned by day, and a message may be reserved on one day and settled on the next.
@Suite struct MidnightTests {
    /// The only attempt was reserved yesterday.
    private static func passMidnight(_ world: any StoreWorld, _ reservation: Reservation) async throws -> Reservation {
        try await world.passMidnight()
        var yesterday = reservation
        yesterday.day -= 1
        return yesterday
    }

    @Test(arguments: StoreKind.allCases) func aContactIsNotReservedTwiceAroundMidnight(_ store: StoreKind) async throws
    {
        try await store.with { world in
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

    @Test(arguments: StoreKind.allCases) func aRetryAfterMidnightIsANewAttempt(_ store: StoreKind) async throws {
        try await store.with { world in
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

    @Test(arguments: StoreKind.allCases) func aTakeOverFindsYesterdaysAttempts(_ store: StoreKind) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            _ = try await Self.passMidnight(world, reservation)
            let next = try await TakeOverTests.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(90_000))
            #expect(found.orphans == 1)
            #expect(try await world.onlyContact().status == "unknown")
        }
    }

    /// PostgreSQL's own: partitions.
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
