import PostgresDriver
import SluiceCore
import TestSupport
import Testing

@testable import SluiceStore

/// A hand-over of all slots costs one look at each, whatever the planner believes of them.
@Suite struct GiveUpPlanTests {
    @Test(arguments: [false, true]) func everySlotIsLookedUpByItsKey(_ isAnalyzedWithOwners: Bool) async throws {
        try await PostgresWorld.with { world in
            if !isAnalyzedWithOwners { try await world.sql.query("ANALYZE slot_owners") }
            let cluster = try await Cluster.start(world)
            if isAnalyzedWithOwners { try await world.sql.query("ANALYZE slot_owners") }
            let owned = try await world.leader.slotOwnerships()
            // Pools of its own: their connections plan once, now.
            let plan = try await StoreFixture.withPools(to: world.fixture.database) { pools in
                try await pools.durable.query(
                    "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) " + GiveUpStatement.sql,
                    [
                        .int64(cluster.node.rawValue), .slots(owned.map(\.slot)),
                        .int64Array(owned.map(\.epoch.rawValue)),
                    ], deadline: .seconds(30)
                ).column(String.self, at: 0).joined(separator: "\n")
            }
            // A node that is wanted may be no receiver; that is one row.
            let inVain = plan.matches(of: /Rows Removed by .*: (\d+)/).compactMap { Int($0.output.1) }
            #expect(inVain.allSatisfy { $0 <= 1 }, "rows looked at in vain:\n\(plan)")
            #expect(plan.contains("(actual rows=\(HashSlot.count) loops=1)"), "all were given up:\n\(plan)")
            #expect(try await world.leader.slotOwnerships().allSatisfy { $0.owner == nil })
        }
    }
}
