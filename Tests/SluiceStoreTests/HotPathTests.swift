import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// What claim, reserve and settle may cost.
@Suite struct HotPathTests {
    /// Devices with their lanes, and contacts due on all of them.
    static func fill(_ world: PostgresWorld, devices: Int, contacts: Int) async throws {
        _ = try await world.addSequence([
            StepSpec(trigger: "a", next: "b", delayHours: 24, isEntry: true), StepSpec(trigger: "b"),
        ])
        try await world.sql.query(
            "INSERT INTO user_devices (phone) SELECT (628000000000 + n)::text FROM generate_series(1, $1) n",
            [.int32(Int32(devices))])
        try await addLeads(world, from: 629_000_000_000, contacts)
    }

    /// Leads that enter, with the phone numbers after `phone`.
    static func addLeads(_ world: PostgresWorld, from phone: Int64, _ count: Int) async throws {
        try await world.sql.query(
            "INSERT INTO leads (phone, trigger) SELECT ($1::bigint + n)::text, 'a' FROM generate_series(1, $2) n",
            [.int64(phone), .int32(Int32(count))], deadline: .seconds(30))
        while try await world.leader.enroll(limit: 500).more {}
    }

    /// Also while a snapshot is kept open, so that no old version makes room for a new one, and beside contacts that were
    /// sent already: settles enter their contact into the indexes, in the same page if it has room.
    @Test func claimsAndReservesTouchNoIndex() async throws {
        try await PostgresWorld.with { world in
            try await Self.fill(world, devices: 50, contacts: 2000)
            let cluster = try await Cluster.start(world)
            let request = try await cluster.request(40, ordinal: 1)
            try await world.fixture.sql2 { holder in
                try await holder.execute(script: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM lanes")
                let before = try await Self.updates(world)
                let reserved = try await StoreFixture.withPools(to: world.fixture.database) { pools in
                    var cluster = cluster
                    cluster.world = PostgresWorld(world.fixture, pools: pools)
                    let claims = try await cluster.world.leader.claim(request, lasting: .seconds(30)).batches
                        .flatMap(\.claims)
                    let odd = try await cluster.reserve(Self.everyOther(claims, from: 0))
                    try await cluster.settle(odd, .sent)
                    return odd.count + (try await cluster.reserve(Self.everyOther(claims, from: 1)).count)
                }
                #expect(reserved == 2000)
                try await eventually("the sessions to report") {
                    try await Self.updates(world).all >= before.all + 5000
                }
                let after = try await Self.updates(world)
                #expect(after.hot - before.hot >= 3800)
            }
        }
    }

    private static func everyOther(_ claims: [Claim], from first: Int) -> [Claim] {
        stride(from: first, to: claims.count, by: 2).map { claims[$0] }
    }

    /// Updates of `sequence_contacts` so far, and those of them that touched no index.
    private static func updates(_ world: PostgresWorld) async throws -> (all: Int64, hot: Int64) {
        let row = try await world.fixture.sql2 { other in
            try await other.query(
                """
                SELECT pg_stat_get_tuples_updated('sequence_contacts'::regclass) AS n,
                    pg_stat_get_tuples_hot_updated('sequence_contacts'::regclass) AS hot
                """)[0]
        }
        return (try row.decode(Int64.self, "n"), try row.decode(Int64.self, "hot"))
    }

    @Test func noIndexNamesTheClaimState() async throws {
        try await PostgresWorld.with { world in
            let indexes = try await world.sql.query(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'sequence_contacts'"
            ).column(String.self, at: 0)
            for column in ["claim_state", "claim_batch", "attempts", "reserved_day", "processing_"] {
                #expect(!indexes.contains { $0.contains(column) })
            }
        }
    }

    /// Statements are planned once, with an empty database if need be, and never again: they must not get slower with
    /// every row. Counted in tuples that the statements of 250 messages look at.
    @Test func workPerMessageDoesNotGrowWithTheTable() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query("ALTER TABLE sequence_contacts SET (autovacuum_enabled = false)")
            try await Self.fill(world, devices: 50, contacts: 500)
            let cluster = try await Cluster.start(world)
            let (small, large) = try await StoreFixture.withPools(to: world.fixture.database) { pools in
                var cluster = cluster
                cluster.world = PostgresWorld(world.fixture, pools: pools)
                let small = try await Self.time(cluster, 1...8)
                try await Self.addLeads(world, from: 627_000_000_000, 20_000)
                return (small, try await Self.time(cluster, 11...18))
            }
            #expect(large < small * 5, "fastest of eight batches: \(small), with forty times the rows \(large)")
        }
    }

    /// The fastest of some batches of one contact per lane.
    private static func time(_ cluster: Cluster, _ batches: ClosedRange<UInt32>) async throws -> Duration {
        var fastest = Duration.seconds(60)
        for ordinal in batches {
            let request = try await cluster.request(1, ordinal: ordinal)
            let start = ContinuousClock.now
            let claims = try await cluster.world.leader.claim(request, lasting: .seconds(30)).batches.flatMap(\.claims)
            let reservations = try await cluster.reserve(claims)
            try await cluster.settle(reservations, .sent)
            fastest = min(fastest, ContinuousClock.now - start)
            #expect(reservations.count == 50)
        }
        return fastest
    }

    /// Everybody at once in random order: some statements may be cancelled as deadlock victims, none waits for ever,
    /// and in the end every contact is where one of them left it.
    @Test func nothingDeadlocksForEver() async throws {
        try await PostgresWorld.with { world in
            try await Self.fill(world, devices: 10, contacts: 200)
            let cluster = try await Cluster.start(world)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<3 {
                    group.addTask { try await Self.shardLike(world, cluster, worker) }
                }
                group.addTask {
                    for _ in 0..<30 {
                        try await Self.retrying {
                            _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 100)
                        }
                    }
                }
                group.addTask { try await Self.userLike(world) }
                try await group.waitForAll()
            }
            #expect(try await world.contacts().allSatisfy { $0.claimState == 0 || $0.claimState == 1 })
            try await Counts.expectExact(world)
        }
    }

    private static func shardLike(_ world: PostgresWorld, _ cluster: Cluster, _ worker: Int) async throws {
        var generator = SeededGenerator(seed: TestSeed.run(worker))
        for round in 0..<15 {
            let ordinal = UInt32(worker * 1000 + round)
            var claims = try await retrying {
                try await cluster.claim(3, ordinal: ordinal, lasting: .milliseconds(50)).claims
            }
            claims.shuffle(using: &generator)
            let half = Array(claims.prefix(claims.count / 2))
            let reserved = try await retrying { try await cluster.reserve(half) }
            _ = try await retrying { try await world.shard.release(claims.shuffled(using: &generator)) }
            var open = reserved.shuffled(using: &generator).map { Settlement(reservation: $0, outcome: .retry) }
            while !open.isEmpty {
                let now = open
                open = try await retrying { try await world.shard.settle(now).busy }
            }
        }
    }

    private static func userLike(_ world: PostgresWorld) async throws {
        try await world.fixture.sql2 { other in
            for round in 0..<20 {
                try await retrying {
                    try await other.query(
                        """
                        UPDATE sequence_contacts SET contact_name = $1, next_trigger_time = now()
                        WHERE id IN (SELECT id FROM sequence_contacts ORDER BY random() LIMIT 50)
                        """, [.string("round \(round)")])
                }
            }
        }
    }

    @discardableResult
    private static func retrying<Value>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<50 {
            do { return try await body() } catch StoreError.database(let error) where error.isRetriable {
                continue
            } catch let error as PostgresError where error.isRetriable {
                continue
            }
        }
        throw Missing("an attempt that is no deadlock's victim")
    }
}
