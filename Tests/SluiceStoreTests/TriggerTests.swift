import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rows of `trigger_runs`, as their users write and read them.
@Suite struct TriggerTests {
    private static func withFlow(
        nodes: String = FlowTests.nodes, edges: String = FlowTests.edges,
        _ body: @escaping @Sendable (PostgresWorld, UUID) async throws -> Void
    ) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let flow = try await world.sql.query(
                "INSERT INTO flows (nodes, edges) VALUES ($1::text::jsonb, $2::text::jsonb) RETURNING id",
                [.string(nodes), .string(edges)]
            ).scalar(UUID.self)
            try await body(world, flow)
        }
    }

    @Test func aRunGoesThroughItsStates() async throws {
        let nodes = """
            [{"id":"a","type":"message","data":{"text":"One"}},
             {"id":"w","type":"wait","data":{"duration":2,"timeUnit":"minutes"}},
             {"id":"b","type":"message","data":{"text":"Two"}}]
            """
        let edges = #"[{"source":"a","target":"w"},{"source":"w","target":"b"}]"#
        try await Self.withFlow(nodes: nodes, edges: edges) { world, flow in
            // Nobody compiled the flow yet: the run does.
            let id = try await world.addTriggerRun(flow: flow, to: "491512345678")
            #expect(try await world.run(id).status == "queued")
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "running")
            let cluster = try await Cluster.start(world)
            #expect(try await world.leader.lanes().map(\.priorityClass) == [PriorityClass(priority: 1)])
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            try await world.workOff(.trigger)
            var run = try await world.run(id)
            #expect(run.status == "waiting" && run.last == "a" && run.next == "b")
            #expect(119...120.1 ~= run.nextIn ?? 0)
            try await world.makeAllDue()
            let open = try await cluster.reserveAll(ordinal: 2)
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "running")
            try await cluster.settle(open, .sent)
            try await world.workOff(.trigger)
            run = try await world.run(id)
            #expect(run.status == "finished" && run.last == "b" && run.next == nil && run.isCompleted)
            try await Counts.expectExact(world)
        }
    }

    @Test func whatCannotStartFailsByName() async throws {
        try await Self.withFlow(nodes: "[]", edges: "[]") { world, flow in
            let unusable = try await world.addTriggerRun(flow: flow, to: "491512345678")
            let unknown = try await world.addTriggerRun(flow: UUID(), to: "491512345678")
            let nobody = try await world.addTriggerRun(flow: nil, to: " ")
            try await world.workOff(.trigger)
            #expect(try await world.run(unusable).code == "flow_invalid")
            #expect(try await world.run(unknown).code == "flow_not_found")
            #expect(try await world.run(nobody).status == "failed")
        }
    }

    @Test func whoeverHasNoNumberFailsAndAnyPriorityStarts() async throws {
        try await Self.withFlow { world, flow in
            let nowhere = try await world.addTriggerRun(flow: flow, to: "no digits")
            var extremes: [Int64] = []
            for priority in [Int32.min, 0, .max] {
                extremes.append(try await world.addTriggerRun(flow: flow, to: "491512345678"))
                try await world.sql.query(
                    "UPDATE trigger_runs SET priority = $2 WHERE id = $1", [.int64(extremes.last), .int32(priority)])
            }
            try await world.workOff(.trigger)
            #expect(try await world.run(nowhere).status == "failed")
            #expect(try await world.run(nowhere).code == "invalid_phone")
            for run in extremes { #expect(try await world.run(run).status == "running") }
            try await Counts.expectExact(world)
        }
    }

    @Test func onePersonMayHaveSeveralRunsAtOnce() async throws {
        try await Self.withFlow { world, flow in
            for _ in 0..<3 { _ = try await world.addTriggerRun(flow: flow, to: "491512345678") }
            try await world.workOff(.trigger)
            #expect(try await Cluster.start(world).reserveAll().count == 3)
        }
    }

    @Test func anInactivePageIsPassedByUntilItSends() async throws {
        try await Self.withFlow { world, flow in
            try await world.sql.query("INSERT INTO meta_pages (page_id, page_name, is_active) VALUES (7, 'p', false)")
            let id = try await world.addTriggerRun(flow: flow, to: "491512345678", page: 7)
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "queued")
            try await world.sql.query("UPDATE meta_pages SET is_active = true")
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "running")
        }
    }

    @Test func cancellingARunEndsIt() async throws {
        try await Self.withFlow { world, flow in
            let id = try await world.addTriggerRun(flow: flow, to: "+49 1512345678")
            try await world.workOff(.trigger)
            try await world.sql.query("UPDATE trigger_runs SET status = 'cancelled'")
            #expect(try await Cluster.start(world).reserveAll().isEmpty)
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "cancelled")
            try await Counts.expectExact(world)
        }
    }

    @Test func emptyingTheTableEndsItsRuns() async throws {
        try await Self.withFlow { world, flow in
            _ = try await world.addTriggerRun(flow: flow, to: "491512345678")
            try await world.workOff(.trigger)
            try await world.sql.query("TRUNCATE trigger_runs")
            #expect(try await Cluster.start(world).reserveAll().isEmpty)
            try await world.workOff(.trigger)
            try await Counts.expectExact(world)
        }
    }

    /// What is queued again was not sent, or is not sent again.
    @Test func aRunThatIsQueuedAgainIsSentOnce() async throws {
        let node = #"[{"id":"a","type":"message","data":{"text":"One"}}]"#
        try await Self.withFlow(nodes: node, edges: "[]") { world, flow in
            let id = try await world.addTriggerRun(flow: flow, to: "491512345678")
            let cluster = try await Cluster.start(world)
            try await world.workOff(.trigger)
            try await world.sql.query("UPDATE trigger_runs SET status = 'cancelled'")
            try await world.workOff(.trigger)
            try await world.sql.query("UPDATE trigger_runs SET status = 'queued'")
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "running")
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "finished")
            try await world.sql.query("UPDATE trigger_runs SET status = 'queued'")
            try await world.workOff(.trigger)
            #expect(try await world.run(id).status == "finished")
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await Counts.expectExact(world)
        }
    }

    @Test func aFailureIsSaidOnTheRun() async throws {
        try await Self.withFlow { world, flow in
            let id = try await world.addTriggerRun(flow: flow, to: "491512345678")
            try await world.workOff(.trigger)
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .permanent)
            try await world.workOff(.trigger)
            let run = try await world.run(id)
            #expect(run.status == "failed" && run.code == "invalid_number" && run.isCompleted)
        }
    }

    @Test func aTriggerWithSettingsHasALaneOfItsOwn() async throws {
        try await Self.withFlow { world, flow in
            try await world.addSource("trigger", "trigger-5@default", priority: 2)
            _ = try await world.addTriggerRun(flow: flow, to: "491512345678", trigger: 5)
            _ = try await world.addTriggerRun(flow: flow, to: "491512345678", trigger: 6)
            try await world.workOff(.trigger)
            let classes = try await world.leader.lanes().map(\.priorityClass)
            #expect(Set(classes) == [PriorityClass(priority: 1), PriorityClass(priority: 2)])
            try await world.setSource("trigger-5@default", "paused")
            #expect(try await Cluster.start(world).reserveAll().count == 1)
        }
    }

    /// Somebody leaves a transaction open on one run: the others start, and that one does later.
    @Test func aLockedRunHoldsUpNoOther() async throws {
        try await Self.withFlow { world, flow in
            let locked = try await world.addTriggerRun(flow: flow, to: "491512345670")
            let others = try await [
                world.addTriggerRun(flow: flow, to: "491512345671"),
                world.addTriggerRun(flow: flow, to: "491512345672"),
            ]
            try await world.fixture.sql2 { other in
                try await other.withTransaction { transaction in
                    try await transaction.query("SELECT FROM trigger_runs WHERE id = $1 FOR UPDATE", [.int64(locked)])
                    try await world.workOff(.trigger)
                    for id in others { #expect(try await world.run(id).status == "running") }
                }
            }
            #expect(try await world.run(locked).status == "queued")
            try await world.sql.query("UPDATE work_intake SET not_before = now()")
            try await world.workOff(.trigger)
            #expect(try await world.run(locked).status == "running")
        }
    }
}

/// A row of `trigger_runs`.
struct TriggerRunRow {
    var status: String
    var next: String?
    var last: String?
    var nextIn: Double?
    var code: String?
    var isCompleted: Bool
}

extension PostgresWorld {
    func addTriggerRun(flow: UUID?, to recipient: String, page: Int64 = 1, trigger: Int64 = 1) async throws -> Int64 {
        try await sql.query(
            """
            INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status)
            VALUES ($1, $2, $3, $4, 'queued') RETURNING id
            """, [.int64(trigger), .string(recipient), .int64(page), .uuid(flow)]
        ).scalar(Int64.self)
    }

    func run(_ id: Int64) async throws -> TriggerRunRow {
        let row = try await sql.query(
            """
            SELECT *, extract(epoch FROM next_step_at - clock_timestamp())::float8 AS next_in,
                error_details ->> 'code' AS code, completed_at IS NOT NULL AS is_completed
            FROM trigger_runs WHERE id = $1
            """, [.int64(id)])[0]
        return TriggerRunRow(
            status: try row.decode(String.self, "status"), next: try row.decode(String?.self, "next_step_id"),
            last: try row.decode(String?.self, "last_step_id"), nextIn: try row.decode(Double?.self, "next_in"),
            code: try row.decode(String?.self, "code"), isCompleted: try row.decode(Bool.self, "is_completed"))
    }
}
