import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Flows are compiled to steps when they are saved, and people go through them.
@Suite struct FlowTests {
    static let nodes = """
        [{"id":"hello","type":"message","data":{"text":"Hello"}},
         {"id":"w","type":"wait","data":{"duration":2,"timeUnit":"minutes"}},
         {"id":"c","type":"condition","data":{"condition":{"field":"reply","contains":"yes"}}},
         {"id":"more","type":"message","data":{"text":"More","mediaUrl":"https://example.com/a.png"}},
         {"id":"bye","type":"message","data":{"text":"Bye"}}]
        """
    static let edges = """
        [{"source":"hello","target":"w"},{"source":"w","target":"c"},
         {"source":"c","target":"more","sourceHandle":"yes"},{"source":"c","target":"bye","sourceHandle":"no"},
         {"source":"more","target":"bye"}]
        """

    private static func save(_ world: PostgresWorld, _ nodes: String, _ edges: String) async throws -> UUID {
        let id = try await world.sql.query(
            "INSERT INTO flows (name, nodes, edges) VALUES ('welcome', $1::text::jsonb, $2::text::jsonb) RETURNING id",
            [.string(nodes), .string(edges)]
        ).scalar(UUID.self)
        try await world.workOff(.flow)
        return id
    }

    /// Somebody at the flow's beginning.
    private static func enter(_ world: PostgresWorld, _ flow: UUID) async throws {
        var entry = Entry(workspace: "default", kind: "campaign", source: "r1", recipient: "491512345678")
        entry.step = try await world.sql.query("SELECT entry_step FROM flows WHERE id = $1", [.uuid(flow)])
            .scalar(String.self)
        try await world.addSource("campaign", "r1", priority: 100)
        try await world.enter([entry])
    }

    @Test(arguments: [true, false])
    func aFlowIsGoneThrough(answersYes: Bool) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            try await Self.enter(world, try await Self.save(world, Self.nodes, Self.edges))
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            var contact = try await world.contacts()[0]
            #expect(contact.status == "advance" && contact.trigger?.hasSuffix(":1:c") == true)
            #expect(119...120.1 ~= contact.dueIn ?? 0)
            #expect(119...120.1 ~= (try await world.work.untilNextBranch() ?? .zero) / .seconds(1))
            #expect(try await world.leader.decideBranches(limit: 10).processed == 0)

            if answersYes {
                // Nobody waits for the rest of the two minutes.
                try await world.replies("yes, please", from: "491512345678")
            } else {
                try await world.sql.query("UPDATE branch_intake SET try_at = now(), settled_at = now()")
            }
            #expect(try await world.leader.decideBranches(limit: 10).processed == 1)
            contact = try await world.contacts()[0]
            #expect(contact.status == "active" && contact.moves == 1)
            #expect(contact.trigger?.hasSuffix(answersYes ? ":1:more" : ":1:bye") == true)
            var texts: [String] = []
            for ordinal in UInt32(2)...3 {
                try await world.makeAllDue()
                let open = try await cluster.reserveAll(ordinal: ordinal)
                texts += open.map(\.content.text)
                try await cluster.settle(open, .sent)
                if ordinal == 2, answersYes { #expect(1...2.1 ~= (try await world.contacts()[0].dueIn) ?? 0) }
            }
            #expect(texts == (answersYes ? ["More", "Bye"] : ["Bye"]))
            #expect(try await world.contacts()[0].status == "completed")
            try await Counts.expectExact(world)
        }
    }

    @Test func anAnswerEndsNoWaitButThatForAnAnswer() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let nodes = Self.nodes.replacing(
                #""field":"reply","contains":"yes""#, with: #""field":"name","exists":true"#)
            try await Self.enter(world, try await Self.save(world, nodes, Self.edges))
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            try await world.replies("yes", from: "491512345678")
            #expect(try await world.leader.decideBranches(limit: 10).processed == 0)
            #expect(try await world.contacts()[0].status == "advance")
        }
    }

    @Test func decisionsFollowOneAnother() async throws {
        let nodes = """
            [{"id":"a","type":"condition","data":{"condition":{"field":"name","exists":true}}},
             {"id":"b","type":"condition","data":{"condition":{"field":"phone","starts_with":"49"}}},
             {"id":"w","type":"wait","data":{"duration":1,"timeUnit":"hours"}},
             {"id":"m","type":"message","data":{"text":"Hallo"}}]
            """
        let edges = """
            [{"source":"a","target":"b","sourceHandle":"no"},{"source":"b","target":"w","sourceHandle":"yes"},
             {"source":"w","target":"m"}]
            """
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let flow = try await Self.save(world, nodes, edges)
            let run = try await world.addTriggerRun(flow: flow, to: "491512345678")
            try await world.workOff(.trigger)
            var contact = try await world.contacts()[0]
            #expect(contact.status == "advance" && contact.trigger?.hasSuffix(":a") == true)
            #expect(try await world.leader.decideBranches(limit: 10).processed == 1)
            contact = try await world.contacts()[0]
            #expect(contact.status == "advance" && contact.trigger?.hasSuffix(":b") == true)
            #expect(try await world.leader.decideBranches(limit: 10).processed == 1)
            contact = try await world.contacts()[0]
            #expect(contact.status == "active" && contact.trigger?.hasSuffix(":m") == true && contact.moves == 0)
            #expect(3_590...3_600 ~= contact.dueIn ?? 0)
            try await world.workOff(.trigger)
            #expect(try await world.run(run).status == "waiting")
            #expect(try await world.sql.query("SELECT count(*) FROM branch_intake").scalar(Int64.self) == 0)
            try await Counts.expectExact(world)
        }
    }

    @Test func anEditMovesNobodyWhoIsUnderWay() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let flow = try await Self.save(world, Self.nodes, Self.edges)
            try await Self.enter(world, flow)
            try await world.sql.query(
                "UPDATE flows SET nodes = replace(nodes::text, 'Hello', 'Good day')::jsonb")
            try await world.workOff(.flow)
            let open = try await Cluster.start(world).reserveAll()
            #expect(open.map(\.content.text) == ["Hello"])
            let row = try await world.sql.query("SELECT version, entry_step FROM flows")[0]
            #expect(try row.decode(Int32.self, "version") == 2)
            #expect(try row.decode(String.self, "entry_step").hasSuffix(":2:hello"))
            // Saved again as it is: nothing to compile.
            try await world.sql.query("UPDATE flows SET name = 'other'")
            #expect(try await world.work.waitingWork().areas.isEmpty)
        }
    }

    @Test func whatIsWrongWithAFlowIsSaidOnIt() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.save(world, Self.nodes.replacing("reply", with: "shoe size"), Self.edges)
            let row = try await world.sql.query("SELECT problem, entry_step, is_compiled FROM flows")[0]
            #expect(try row.decode(String.self, "problem").contains("\"c\""))
            #expect(try row.decode(String?.self, "entry_step") == nil)
            try await world.sql.query("UPDATE flows SET nodes = $1::text::jsonb", [.string(Self.nodes)])
            try await world.workOff(.flow)
            #expect(try await world.sql.query("SELECT problem FROM flows").scalar(String?.self) == nil)
            #expect(try await world.sql.query("SELECT count(*) FROM sequence_steps").scalar(Int64.self) == 4)
        }
    }

    @Test func aFlowOfAUserIsOfItsWorkspace() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query(
                "INSERT INTO flows (user_id, nodes, edges) VALUES ($1, $2::text::jsonb, $3::text::jsonb)",
                [.uuid(UUID()), .string(Self.nodes), .string(Self.edges)])
            try await world.workOff(.flow)
            #expect(
                try await world.sql.query(
                    "SELECT count(*) FROM sequence_steps st JOIN flows f ON f.user_id::text = st.workspace_id"
                ).scalar(Int64.self) == 4)
        }
    }
}

extension PostgresWorld {
    var work: any WorkStore { leader as! PostgresCoordinatorStore }

    /// As the API does when a gateway tells of a message.
    func replies(_ text: String, from person: String) async throws {
        try await sql.query(
            """
            INSERT INTO gateways (id, dialect, base_url, is_default) VALUES ('main', 'gowa', 'http://h', true)
            ON CONFLICT DO NOTHING
            """)
        let heard = try await sql.query(
            "SELECT contacts FROM sluice_reply('main', '{}', '', $1, $2)", [.string(person), .string(text)])
        #expect(try heard.scalar(Int32.self) == 1)
    }

    /// As the leader's loop of the area.
    @discardableResult
    func workOff(_ area: WorkArea) async throws -> Int {
        var worked = 0
        while true {
            let result = try await work.work(area, limit: 5_000)
            worked += result.processed
            if !result.more { break }
        }
        while try await work.work(.progress, limit: 5_000).more {}
        return worked
    }
}
