import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// I8: no reserve commits behind a closed fence.
@Suite struct FenceTests {
    /// Reserves of all kinds of timing against one fencing: what the fencing let through is found by the take-over, and
    /// nothing follows.
    @Test(arguments: StoreKind.allCases) func noReserveFollowsTheFencingAndNoneIsOverlooked(
        _ store: StoreKind
    ) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 120)
            let claims = try await cluster.claim(120).claims
            let reserved = try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var mine = 0
                        for claim in claims.dropFirst(worker * 30).prefix(30) {
                            mine += try await cluster.reserve([claim]).count
                        }
                        return mine
                    }
                }
                group.addTask {
                    try await world.lapse(cluster.node)
                    #expect(try await world.leader.fenceLapsed(term: cluster.term) == [cluster.node])
                    return 0
                }
                return try await group.reduce(0, +)
            }
            #expect(try await cluster.reserve(claims).isEmpty)
            let next = try await TakeOverTests.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(found.orphans == reserved)
            #expect(found.charges.count == reserved)
        }
    }

    // The rest is PostgreSQL's own: what waits for whose lock.

    /// Makes inserts into the ledger wait until the advisory lock 1 is free: a reserve that holds its fence and has not
    /// committed.
    private static func holdReserves(_ world: PostgresWorld) async throws {
        try await world.sql.execute(
            script: """
                CREATE FUNCTION test_wait() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
                CREATE TRIGGER test_wait BEFORE INSERT ON send_ledger FOR EACH ROW EXECUTE FUNCTION test_wait();
                """)
    }

    /// Whether a session waits for that kind of lock: `advisory` for the insert, `transactionid` or `tuple` for a row.
    private static func waits(_ world: PostgresWorld, for events: [String]) async throws -> Bool {
        try await world.fixture.sql2 { other in
            try await other.query(
                """
                SELECT count(*) > 0 FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = ANY ($1)
                """, [.stringArray(events)]
            ).scalar(Bool.self)
        }
    }

    @Test func aFencingWaitsForAReserveInFlightAndNoneFollows() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let claims = try await cluster.claim(2).claims
            try await Self.holdReserves(world)
            try await world.sql.query(
                "UPDATE node_leases SET expires_at = clock_timestamp() + interval '300 milliseconds' WHERE role = 'shard'"
            )
            try await world.sql.query("SELECT pg_advisory_lock(1)")

            async let reserved = cluster.verdicts([claims[0]])
            try await eventually("the reserve to wait in its insert") {
                try await Self.waits(world, for: ["advisory"])
            }
            try await eventually("the lease to lapse") {
                try await world.leader.liveShards().members.isEmpty
            }
            async let fenced = world.leader.fenceLapsed(term: cluster.term)
            try await eventually("the fencing to wait for the reserve") {
                try await Self.waits(world, for: ["transactionid", "tuple"])
            }
            #expect(try await world.fixture.sql2 { try await Self.openFences($0) } == 1)
            // A reserve that starts while the fencing waits gets nothing, or is done before the fence closes.
            async let late = cluster.verdicts([claims[1]])
            try await world.sql.query("SELECT pg_advisory_unlock(1)")

            let (first, closed, second) = try await (reserved, fenced, late)
            #expect(closed == [cluster.node])
            guard case .reserved = first[0] else {
                Issue.record("the reserve in flight was lost")
                return
            }
            #expect(second == [.gone])
            #expect(try await cluster.verdicts([claims[1]]) == [.gone])

            // The load that follows sees what the fencing waited for.
            let next = try await world.shard.register(node: .test("shard-2", .shard))
            let owned = try await world.leader.assign(
                HashSlot.all.map { SlotGrant(slot: $0, owner: next) }, term: cluster.term)
            let found = try await world.shard.takeOver(owned, by: next, lookback: .seconds(86_400))
            #expect(found.orphans == 1)
            #expect(found.charges.count == 1)
        }
    }

    private static func openFences(_ connection: PostgresConnection) async throws -> Int64 {
        try await connection.query("SELECT count(*) FROM node_fences WHERE closed_at IS NULL AND role = 'shard'")
            .scalar(Int64.self)
    }

    @Test func renewalsDoNotWaitForReserves() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let claims = try await cluster.claim().claims
            try await Self.holdReserves(world)
            try await world.sql.query("SELECT pg_advisory_lock(1)")
            async let reserved = cluster.verdicts(claims)
            try await eventually("the reserve to wait in its insert") {
                try await Self.waits(world, for: ["advisory"])
            }
            _ = try await world.shard.renew(cluster.node)
            try await world.sql.query("SELECT pg_advisory_unlock(1)")
            #expect(try await reserved.count == 1)
        }
    }
}
