import SluiceCore
import Testing

/// What is wrong with a flow is said, and where.
@Suite struct FlowGraphTests {
    private static func problems(_ nodes: String, _ edges: String = "[]") -> [FlowProblem] {
        do {
            return try FlowGraph(nodes: nodes, edges: edges).problems
        } catch {
            return error.problems
        }
    }

    private static func message(_ id: String) -> String { #"{"id":"\#(id)","type":"message","data":{"text":"Hi"}}"# }
    private static func wait(_ id: String, _ duration: String, _ unit: String = "minutes") -> String {
        #"{"id":"\#(id)","type":"wait","data":{"duration":\#(duration),"timeUnit":"\#(unit)"}}"#
    }
    private static func edge(_ source: String, _ target: String, _ handle: String? = nil) -> String {
        #"{"source":"\#(source)","target":"\#(target)""# + (handle.map { #","sourceHandle":"\#($0)""# } ?? "") + "}"
    }
    private static func list(_ parts: String...) -> String { "[" + parts.joined(separator: ",") + "]" }

    @Test func aDrawnFlowIsRead() throws {
        let graph = try FlowGraph(
            nodes: Self.list(
                #"{"id":1,"type":"start","position":{"x":1,"y":2}}"#, Self.message("hello"),
                Self.wait("w", "2"),
                #"{"id":"c","type":"condition","data":{"condition":{"field":"niche","equals":"a"}}}"#,
                #"{"id":"img","type":"message","data":{"text":"see","mediaUrl":"https://example.com/a.png"}}"#),
            edges: Self.list(
                #"{"id":"e1","source":1,"target":"hello"}"#, Self.edge("hello", "w", "out"), Self.edge("w", "c"),
                Self.edge("c", "img", "yes")))
        #expect(graph.problems.isEmpty)
        let flow = try CompiledFlow(graph)
        #expect(flow.entry == CompiledFlow.Way(node: "hello", seconds: 0, isWait: false))
        #expect(flow.steps.map(\.node) == ["hello", "c", "img"])
        #expect(flow.steps[0].next == CompiledFlow.Way(node: "c", seconds: 120, isWait: true))
        #expect(
            flow.steps[1].kind
                == .decision(
                    condition: #"{"equals":"a","field":"niche"}"#,
                    yes: CompiledFlow.Way(node: "img", seconds: 0, isWait: false)))
        #expect(
            flow.steps[2].kind
                == .message(FlowMessage(type: "image", text: "see", mediaURL: "https://example.com/a.png")))
        #expect(flow.steps[2].next.node == nil)
    }

    @Test func messagesOfAFlowAreTwoSecondsApart() throws {
        let graph = try FlowGraph(
            nodes: Self.list(Self.message("a"), Self.message("b"), Self.wait("w", "1", "seconds"), Self.message("c")),
            edges: Self.list(Self.edge("a", "b"), Self.edge("b", "w"), Self.edge("w", "c")))
        #expect(try CompiledFlow(graph).steps.map(\.next.seconds) == [2, 1, 0])
    }

    @Test(arguments: [
        ("seconds", 7.0, 7), ("minutes", 2, 120), ("hours", 1.5, 5_400), ("days", 1, 86_400), ("day", 1, 86_400),
        ("seconds", 0.2, 1),
    ])
    func waitsAreReadInTheirUnits(unit: String, duration: Double, seconds: Int64) throws {
        let graph = try FlowGraph(
            nodes: Self.list(Self.wait("w", "\(duration)", unit), Self.message("a")),
            edges: Self.list(Self.edge("w", "a")))
        #expect(try CompiledFlow(graph).entry.seconds == seconds)
    }

    @Test func eachProblemNamesItsNode() {
        let cases: [(String, String, FlowProblem.Code, String?)] = [
            ("{}", "[]", .malformed, nil),
            ("[]", "[]", .noStart, nil),
            (#"[{"id":"x","type":"jump"}]"#, "[]", .unknownNodeType, "x"),
            (#"[{"id":"x","type":"message","data":{"text":7}}]"#, "[]", .malformed, "x"),
            (#"[{"type":"message","data":{"text":"a"}}]"#, "[]", .malformed, nil),
            (#"[{"id":"x","type":"message","data":{"text":"  "}}]"#, "[]", .emptyMessage, "x"),
            (#"[{"id":"x","type":"message"}]"#, "[]", .emptyMessage, "x"),
            (Self.list(Self.message("a"), Self.message("a")), "[]", .duplicateNode, "a"),
            (Self.list(Self.message("a")), Self.list(Self.edge("a", "gone")), .danglingEdge, "gone"),
            (Self.list(Self.message("a")), #"[{"source":"a"}]"#, .danglingEdge, nil),
            (Self.list(Self.message("a"), Self.wait("w", "0")), Self.list(Self.edge("a", "w")), .invalidWait, "w"),
            (Self.list(Self.message("a"), Self.wait("w", "-1")), Self.list(Self.edge("a", "w")), .invalidWait, "w"),
            (Self.list(Self.message("a"), Self.wait("w", "1", "moons")), "[]", .invalidWait, "w"),
            (Self.list(Self.message("a"), Self.wait("w", "4000", "days")), "[]", .invalidWait, "w"),
            (Self.list(Self.message("a"), Self.wait("w", "1e300", "days")), "[]", .invalidWait, "w"),
            (Self.list(Self.message("a"), Self.message("b")), "[]", .severalStarts, "b"),
            (
                Self.list(Self.message("a"), Self.message("b"), Self.message("c")),
                Self.list(Self.edge("a", "b"), Self.edge("a", "c")), .ambiguousEdge, "a"
            ),
            (
                Self.list(#"{"id":"c","type":"condition","data":{"condition":{}}}"#, Self.message("a")),
                Self.list(Self.edge("c", "a")), .ambiguousEdge, "c"
            ),
            (
                Self.list(Self.message("a"), Self.message("b")), Self.list(Self.edge("a", "b", "yes")), .ambiguousEdge,
                "a"
            ),
            (Self.list(#"{"id":"c","type":"condition","data":{}}"#), "[]", .invalidCondition, "c"),
            (Self.list(Self.wait("w", "1")), "[]", .noMessage, nil),
            (
                Self.list(Self.message("a"), Self.message("b")),
                Self.list(Self.edge("a", "b"), Self.edge("b", "a")), .noStart, nil
            ),
            (
                Self.list(#"{"id":"s","type":"start"}"#, Self.message("a"), Self.message("b")),
                Self.list(Self.edge("s", "a"), Self.edge("a", "b"), Self.edge("b", "a")), .cycleWithoutWait, "a"
            ),
        ]
        for (nodes, edges, code, node) in cases {
            let found = Self.problems(nodes, edges)
            #expect(found.first?.code == code, "\(nodes) \(edges): \(found)")
            #expect(found.first?.node == node, "\(nodes) \(edges): \(found)")
            if let node { #expect(found.first?.message.contains("\"\(node)\"") == true) }
        }
    }

    @Test func aCircleWithAWaitIsAFlow() {
        #expect(
            Self.problems(
                Self.list(
                    #"{"id":"s","type":"start"}"#, Self.message("a"), Self.wait("w", "1", "days"), Self.message("b")),
                Self.list(
                    Self.edge("s", "a"), Self.edge("a", "b"), Self.edge("b", "w"), Self.edge("w", "a"))
            ).isEmpty)
    }

    @Test func whatIsTooLargeIsRefusedAtOnce() {
        let nodes = "[" + (0..<1_001).map { Self.message("n\($0)") }.joined(separator: ",") + "]"
        #expect(Self.problems(nodes).map(\.code) == [.tooLarge])
    }
}
