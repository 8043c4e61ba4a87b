import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rows of `message_runs`: everybody who subscribed is entered once, whatever happens meanwhile.
@Suite struct CampaignTests {
    private static func withSubscribers(
        _ count: Int, _ body: @escaping @Sendable (PostgresWorld, Int64) async throws -> Void
    ) async throws {
        try await PostgresWorld.with { world in
            for device in 0..<3 { _ = try await world.addDevice("62800000000\(device)", workspace: "default") }
            try await world.sql.query(
                """
                INSERT INTO meta_subscribers (page_id, user_id, user_name, is_active)
                SELECT n % 2 + 1, (629000000000 + n)::text, 'Ann ' || n, n % 10 <> 0 FROM generate_series(1, $1) n
                """, [.int32(Int32(count))])
            try await world.sql.query(
                """
                INSERT INTO meta_pages (page_id, page_name, is_active)
                VALUES (1, 'one', true), (2, 'two', true), (3, 'off', false)
                """)
            let run = try await world.sql.query(
                """
                WITH flow AS (INSERT INTO flows (nodes, edges)
                    VALUES ('[{"id":"a","type":"message","data":{"text":"Sale"}}]', '[]') RETURNING id)
                INSERT INTO message_runs (trigger_id, page_ids, flow_id, status) SELECT 9, '{1, 3, 2}', id, 'queued'
                FROM flow RETURNING id
                """
            ).scalar(Int64.self)
            try await body(world, run)
        }
    }

    private static func status(_ world: PostgresWorld) async throws -> String {
        try await world.sql.query("SELECT status FROM message_runs").scalar(String.self)
    }

    @Test func everyActiveSubscriberIsEnteredOnce() async throws {
        try await Self.withSubscribers(1_000) { world, run in
            while try await world.work.work(.campaign, limit: 64).more {}
            #expect(try await world.contacts().count == 900)
            #expect(try await Self.status(world) == "running")
            #expect(
                try await world.leader.lanes().map(\.priorityClass).allSatisfy { $0 == PriorityClass(priority: 100) })
            // A leader that died before it could say how far it came, or two of them.
            try await world.sql.query(
                "UPDATE message_runs SET fan_out_page = 1, fan_out_after = NULL, fanned_out_at = NULL")
            try await world.sql.query(
                "INSERT INTO work_intake (area, item) VALUES ('campaign', $1)", [.string("\(run)")])
            try await world.workOff(.campaign)
            #expect(try await world.contacts().count == 900)
            try await Counts.expectExact(world)
            let lanes = try await world.sql.query("SELECT enrolled FROM lanes").column(Int64.self, at: 0)
            #expect(lanes.count == 3)
        }
    }

    @Test func twoLeadersAtOnceEnterEverybodyOnce() async throws {
        try await Self.withSubscribers(2_000) { world, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<200 {
                            if try await !world.work.work(.campaign, limit: 50).more { return }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await world.sql.query("UPDATE work_intake SET not_before = now()")
            try await world.workOff(.campaign)
            #expect(try await world.contacts().count == 1_800)
            try await Counts.expectExact(world)
        }
    }

    @Test func aRunCountsItselfAndFinishes() async throws {
        try await Self.withSubscribers(20) { world, _ in
            try await world.workOff(.campaign)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserveAll()
            try await cluster.settle(Array(open.prefix(3)), .permanent)
            try await world.work.foldCounts()
            #expect(try await Self.status(world) == "running")
            try await cluster.settle(Array(open.dropFirst(3)), .sent)
            try await world.work.foldCounts()
            let row = try await world.sql.query("SELECT * FROM message_runs")[0]
            #expect(try row.decode(String.self, "status") == "finished")
            #expect(try row.decode(Int32.self, "total_messages") == 18)
            #expect(try row.decode(Int32.self, "success_count") == 15)
            #expect(try row.decode(Int32.self, "failure_count") == 3)
        }
    }

    @Test func whomNobodyCanReachFailsAndHoldsUpNoEnd() async throws {
        try await Self.withSubscribers(10) { world, _ in
            try await world.sql.query(
                "INSERT INTO meta_subscribers (page_id, user_id) VALUES (1, 'no number'), (1, repeat('7', 400))")
            try await world.workOff(.campaign)
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            try await world.work.foldCounts()
            let row = try await world.sql.query("SELECT * FROM message_runs")[0]
            #expect(try row.decode(String.self, "status") == "finished")
            #expect(try row.decode(Int32.self, "success_count") == 9)
            #expect(try row.decode(Int32.self, "failure_count") == 2)
            #expect(
                try await world.contacts().filter { $0.lastError == "invalid_phone" }.map(\.status) == [
                    "failed", "failed",
                ])
            try await Counts.expectExact(world)
        }
    }

    /// What was sent between the last count and the cancellation is counted too.
    @Test func aCancelledRunIsCountedToItsEnd() async throws {
        try await Self.withSubscribers(20) { world, _ in
            try await world.workOff(.campaign)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserve(try await cluster.claim(5).claims)
            try await cluster.settle(open, .sent)
            try await world.sql.query("UPDATE message_runs SET status = 'cancelled'")
            try await world.work.foldCounts()
            func run() async throws -> PostgresRow { try await world.sql.query("SELECT * FROM message_runs")[0] }
            #expect(try await run().decode(Int32.self, "success_count") == Int32(open.count))
            #expect(try await run().decode(PostgresTimestamp?.self, "completed_at") == nil)
            try await world.workOff(.cleanup)
            try await world.work.foldCounts()
            #expect(try await run().decode(String.self, "status") == "cancelled")
            #expect(try await run().decode(PostgresTimestamp?.self, "completed_at") != nil)
        }
    }

    @Test func pausingAndCancellingARunIsOneRow() async throws {
        try await Self.withSubscribers(100) { world, run in
            _ = try await world.work.work(.campaign, limit: 10)
            _ = try await world.work.work(.campaign, limit: 10)
            let cluster = try await Cluster.start(world)
            try await world.sql.query("UPDATE message_runs SET status = 'paused'")
            #expect(try await cluster.reserveAll().isEmpty)
            try await world.workOff(.campaign)
            let entered = try await world.contacts().count
            #expect(entered < 90)
            try await world.sql.query("UPDATE message_runs SET status = 'running'")
            try await world.workOff(.campaign)
            #expect(try await world.contacts().count == 90)
            let open = try await cluster.reserve(try await cluster.claim(2).claims)
            try await world.sql.query("UPDATE message_runs SET status = 'cancelled'")
            #expect(try await world.inFlight("campaign") == Int64(open.count))
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await cluster.settle(open, .sent)
            try await world.workOff(.cleanup)
            #expect(try await world.contacts().filter { $0.status == "cancelled" }.count == 90 - open.count)
            try await Counts.expectExact(world)
            await #expect(throws: PostgresError.self) {
                try await world.sql.query("UPDATE message_runs SET status = 'running' WHERE id = $1", [.int64(run)])
            }
        }
    }

    @Test func aRunWithoutAFlowFails() async throws {
        try await Self.withSubscribers(10) { world, _ in
            try await world.sql.query("DELETE FROM flows")
            try await world.workOff(.campaign)
            #expect(try await Self.status(world) == "failed")
            #expect(
                try await world.sql.query("SELECT error_summary ->> 'code' FROM message_runs").scalar(String.self)
                    == "flow_not_found")
        }
    }

    @Test func aRunStartsAtItsTime() async throws {
        try await Self.withSubscribers(10) { world, _ in
            try await world.sql.query("UPDATE message_runs SET start_at = now() + interval '1 hour'")
            try await world.workOff(.campaign)
            #expect(try await world.contacts().isEmpty)
            #expect(3_590...3_600 ~= (try await world.work.waitingWork().next ?? .zero) / .seconds(1))
            try await world.sql.query("UPDATE message_runs SET start_at = now()")
            try await world.workOff(.campaign)
            #expect(try await world.contacts().count == 9)
        }
    }
}
