import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

@Suite struct StatsTests {
    private static func json(_ value: some Encodable) throws -> String { try JSONText.compact(value) }

    private static func run(_ world: World) async throws -> Int64 {
        try await world.sql.query(
            """
            WITH f AS (INSERT INTO flows (name, nodes, edges)
                VALUES ('welcome', '[{"id":"a","type":"message","data":{"text":"A"}}]', '[]') RETURNING id)
            INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status, trigger_context)
            SELECT 7, '629000000001', 9007199254740993, id, 'queued', '{"b": 1, "a": [true, null]}' FROM f RETURNING id
            """
        ).scalar(Int64.self)
    }

    /// A run without a usable number has no attempt that could say why.
    @Test func aRunThatFailedSaysWhy() async throws {
        try await World.with { world in
            let id = try await Self.run(world)
            try await world.sql.query(
                """
                UPDATE trigger_runs SET status = 'failed', error_details = '{"code": "invalid_phone"}' WHERE id = $1
                """, [.int64(id)])
            let stats = try await world.session.triggerRunStats(id)
            #expect(try Self.json(stats).contains(#""error_details":{"code":"invalid_phone""#))
            #expect(TriggerText.render(stats).contains("problem    invalid_phone"))
        }
    }

    /// Numbers and the names of compiled steps say nothing to people.
    @Test func sourcesAndStepsAreCalledWhatPeopleCallThem() async throws {
        try await World.with { world in
            try await world.addGateway()
            try await world.addDevice()
            let id = try await Self.run(world)
            while try await world.leader.work(.trigger, limit: 100).more {}
            let why = try await world.session.why("629000000001")
            #expect(why.enrollments.map(\.sequence) == ["trigger run \(id)"] && why.enrollments.map(\.step) == ["a"])
            let flight = try await Flight.start(world)
            try await flight.send(.busyAnswer)
            let history = try await world.session.history("629000000001", limit: 10)
            #expect(history.map(\.sequence) == ["trigger run \(id)"] && history.map(\.step) == ["a"])
        }
    }

    @Test func aRunOfATriggerTellsItsAttempts() async throws {
        try await World.with { world in
            try await world.addGateway()
            try await world.addDevice()
            let id = try await Self.run(world)
            let queued = try Self.json(try await world.session.triggerRunStats(id))
            #expect(
                queued.contains(#""page_id":"9007199254740993""#)
                    && queued.contains(#""trigger_context":{"a":[true,null],"b":1}"#))
            #expect(queued.contains(#""success_rate":"0.00%""#) && queued.contains(#""completed_at":null"#))
            #expect(queued.contains(#""queue":{"active":0,"delayed":0,"waiting":0}"#))
            while try await world.leader.work(.trigger, limit: 100).more {}
            #expect(try Self.json(try await world.session.triggerRunStats(id)).contains(#""waiting":1"#))
            let flight = try await Flight.start(world)
            try await flight.send(.busyAnswer)
            let failed = try Self.json(try await world.session.triggerRunStats(id))
            #expect(failed.contains(#""error_breakdown":[{"code":"busy","count":1}]"#), "\(failed)")
            #expect(failed.contains(#""delayed":1"#) && failed.contains(#""failed":1"#))
            await #expect(throws: OperationsError.self) { try await world.session.triggerRunStats(id, in: "other") }
            await #expect(throws: OperationsError.self) { try await world.session.triggerRunStats(id + 1) }
        }
    }

    @Test func theQueueIsCountedWithoutLookingThroughIt() async throws {
        try await World.with { world in
            try await world.populate(leads: 12)
            try await world.sql.query(
                """
                UPDATE sequence_contacts SET next_trigger_time = now() + interval '1 day'
                WHERE id IN (SELECT id FROM sequence_contacts ORDER BY id LIMIT 5)
                """)
            try await world.sql.query(
                "UPDATE sequence_contacts SET status = 'paused' WHERE id IN (SELECT id FROM sequence_contacts ORDER BY id DESC LIMIT 2)"
            )
            let stats = try await world.session.queueStats()
            #expect(stats.waiting == 5 && stats.delayed == 7 && stats.active == 0 && !stats.isEstimate)
            #expect(stats.byPriority.map(\.waiting) == [5] && stats.byPriority.map(\.delayed) == [5])
            try await world.sql.query("INSERT INTO workspaces (id, name) VALUES ('other', 'Other')")
            #expect(try await world.session.queueStats(in: "other").waiting == 0)
            #expect(try Self.json(stats).contains(#""by_priority":[{"delayed":5,"priority":10,"waiting":5}]"#))
        }
    }

    @Test func whatIsLeftAloneIsTold() async throws {
        try await World.with { world in
            try await world.addGateway()
            let device = try await world.addDevice()
            #expect(try await world.session.openCircuits().isEmpty)
            try await world.sql.query(
                "INSERT INTO device_states (device_id, state) VALUES ($1, 'logged_out')", [.uuid(device)])
            try await world.sql.query(
                """
                INSERT INTO meta_pages (page_id, blocked_until, block_reason)
                VALUES (5, now() + interval '1 hour', 'spam'), (6, now() - interval '1 hour', 'over')
                """)
            let circuits = try Self.json(try await world.session.openCircuits())
            #expect(circuits.contains(#""reason":"logged_out","scope":"device","state":"open","until":null"#))
            #expect(circuits.contains(#""id":"5","reason":"spam","scope":"page""#) && !circuits.contains("over"))
            #expect(try await world.session.openCircuits(in: "default").count == 1)
        }
    }
}
