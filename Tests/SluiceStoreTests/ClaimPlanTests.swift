import FoundationEssentials
import PostgresDriver
import SluiceCore
import TestSupport
import Testing

@testable import SluiceStore

/// A claim is planned once, and costs one probe of each lane and one of each contact, however much the table has grown
/// since, whatever it was analyzed as, and however many of a lane are due at one instant.
@Suite struct ClaimPlanTests {
    @Test(arguments: [0, 11]) func everyLaneAndContactIsLookedUpByItsKey(_ analyzedWith: Int) async throws {
        try await PostgresWorld.with { world in
            try await HotPathTests.fill(world, devices: 50, contacts: analyzedWith)
            try await world.sql.query("ANALYZE")
            let plans = try await StoreFixture.withPools(to: world.fixture.database) { pools in
                // The pool has one session. It plans here.
                try await pools.claims.execute(script: "PREPARE claim AS \(ClaimStatement.sql)")
                _ = try await Self.explain("EXPLAIN", lanes: [], Batch(), on: pools.claims)
                try await HotPathTests.addLeads(world, from: 627_000_000_000, 2_000)
                try await world.sql.query("UPDATE sequence_contacts SET next_trigger_time = now()")
                let cluster = try await Cluster.start(world)
                var plans: [String] = []
                // The second one goes on where the first one ended, in the middle of what is due at that instant.
                for ordinal: UInt32 in 1...2 {
                    let batch = Batch(
                        id: BatchID(term: cluster.term, ordinal: ordinal).rawValue, owner: cluster.node.rawValue,
                        term: cluster.term.rawValue)
                    plans.append(
                        try await Self.explain(
                            "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF)", lanes: try await world.leader.lanes(), batch,
                            on: pools.claims))
                }
                return plans
            }
            for plan in plans { Self.expectProbes(plan) }
        }
    }

    private static func expectProbes(_ plan: String) {
        // The second probe of a lane passes by the ten that the first one took.
        let inVain = plan.matches(of: /Rows Removed by .*: (\d+)/).compactMap { Int($0.output.1) }
        #expect(!inVain.isEmpty && inVain.allSatisfy { $0 <= 10 }, "rows looked at in vain:\n\(plan)")
        let read = plan.matches(of: /on sequence_contacts.*actual rows=(\d+) loops=(\d+)/).compactMap { match in
            Int(match.output.1).flatMap { rows in Int(match.output.2).map { rows * $0 } }
        }
        #expect(read.count == 4 && read.allSatisfy { $0 <= 500 }, "rows read:\n\(plan)")
        #expect(plan.contains("actual rows=500 loops=1"), "ten of each lane were taken:\n\(plan)")
    }

    private struct Batch {
        var id: Int64 = 0
        var owner: Int64 = 0
        var term: Int64 = 0
    }

    /// Ten contacts of each lane, from where the lanes have their next one; all of them are due at one instant.
    private static func explain(
        _ how: String, lanes: [Lane], _ batch: Batch, on pool: PostgresPool
    ) async throws -> String {
        func each(_ value: String) -> String { "array_fill(\(value), ARRAY[\(lanes.count)])" }
        let ids = lanes.map { "\($0.id.rawValue)" }.joined(separator: ",")
        let due = lanes.first?.next?.due.microseconds ?? 0
        let contacts = lanes.compactMap { $0.next?.contact?.rawValue.uuidString }.joined(separator: ",")
        return try await pool.query(
            """
            \(how) EXECUTE claim('{\(ids)}', \(each("10")),
                \(each("timestamptz 'epoch' + interval '\(due) us'")), '{\(contacts)}',
                \(each("\(batch.id)::bigint")), \(each("\(batch.owner)::bigint")), \(batch.term), 30000000)
            """, deadline: .seconds(30)
        ).column(String.self, at: 0).joined(separator: "\n")
    }
}
