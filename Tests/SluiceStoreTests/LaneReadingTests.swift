import PostgresDriver
import SluiceCore
import TestSupport
import Testing

@testable import SluiceStore

/// Lanes are found by their keys, and what some of them cost does not grow with how many there are.
@Suite struct LaneReadingTests {
    @Test func someLanesAreLookedUpByTheirKeysAmongManyMoreThanWerePlannedFor() async throws {
        try await PostgresWorld.with { world in
            try await HotPathTests.fill(world, devices: 50, contacts: 200)
            let asked = try await world.leader.lanes().map { "\($0.id.rawValue)" }.joined(separator: ",")
            try await world.sql.query("ANALYZE")
            let plans = try await StoreFixture.withPools(to: world.fixture.database) { pools in
                // One session: a statement is planned where it is prepared.
                try await pools.relaxed.withConnection { session in
                    try await session.execute(script: "PREPARE named AS \(LaneStatements.named)")
                    try await session.execute(script: "PREPARE page AS \(LaneStatements.page)")
                    _ = try await session.query("EXPLAIN EXECUTE named('{}')")
                    _ = try await session.query("EXPLAIN EXECUTE page(0)")
                    try await Self.addLanes(2_000, world)
                    let explain = "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) EXECUTE"
                    return try await [
                        session.query("\(explain) named('{\(asked)}')"),
                        // All but the last twenty.
                        session.query("\(explain) page(\(try await Self.lastLane(world) - 20))"),
                    ].map { try $0.column(String.self, at: 0).joined(separator: "\n") }
                }
            }
            for (plan, lanes) in zip(plans, [50, 20]) {
                #expect(plan.contains("lanes (actual rows=\(lanes) loops=1)"), "lanes read:\n\(plan)")
                let inVain = plan.matches(of: /Rows Removed by .*: (\d+)/).compactMap { Int($0.output.1) }
                #expect(inVain.allSatisfy { $0 <= 1 }, "rows looked at in vain:\n\(plan)")
            }
        }
    }

    @Test func allLanesAreReadWhereTheyAreMoreThanAPage() async throws {
        try await PostgresWorld.with { world in
            try await HotPathTests.fill(world, devices: 5, contacts: 5)
            try await Self.addLanes(2 * LaneStatements.pageSize - 5, world)
            let lanes = try await world.leader.lanes()
            #expect(lanes.count == 2 * LaneStatements.pageSize)
            #expect(Set(lanes.map(\.id)).count == lanes.count)
            #expect(lanes.count { $0.next != nil } == 5)
        }
    }

    /// Lanes without a contact.
    private static func addLanes(_ count: Int, _ world: PostgresWorld) async throws {
        try await world.sql.query(
            """
            INSERT INTO lanes (device_id, workspace_id, kind, source_id, priority_class)
            SELECT gen_random_uuid(), 'default', 'sequence', 'none', 0 FROM generate_series(1, $1)
            """, [.int32(Int32(count))])
    }

    private static func lastLane(_ world: PostgresWorld) async throws -> Int64 {
        try await world.sql.query("SELECT max(id) FROM lanes").scalar(Int64.self)
    }
}
