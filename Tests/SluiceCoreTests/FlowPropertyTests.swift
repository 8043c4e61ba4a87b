import SluiceCore
import TestSupport
import Testing

/// Random drawings: those that pass the checks do, once compiled, what walking the drawing does.
@Suite struct FlowPropertyTests {
    /// A message, when it is sent after the one before, as somebody walks the drawing.
    private struct Heard: Equatable {
        var node: String
        var after: Int64
    }

    private static func graph(using generator: inout SeededGenerator) -> FlowGraph {
        let count = Int.random(in: 1...9, using: &generator)
        let nodes = (0..<count).map { number -> FlowNode in
            let kind: FlowNode.Kind =
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<5: .message(FlowMessage(type: "text", text: "m\(number)", mediaURL: nil))
                case 5..<8: .wait(seconds: Int64.random(in: 1...1_000, using: &generator))
                default: .condition(#"{"field":"niche","exists":true}"#)
                }
            return FlowNode(id: "n\(number)", kind: kind)
        }
        var edges: [FlowEdge] = []
        for node in nodes {
            var ways: [FlowEdge.Way] = [.next]
            if case .condition = node.kind { ways = [.yes, .no] }
            for way in ways where Int.random(in: 0..<10, using: &generator) < 8 {
                let target = "n\(Int.random(in: 0..<count, using: &generator))"
                edges.append(FlowEdge(source: node.id, target: target, way: way))
            }
        }
        return FlowGraph(
            nodes: [FlowNode(id: "s", kind: .start)] + nodes,
            edges: edges + [FlowEdge(source: "s", target: "n0", way: .next)])
    }

    /// The reference: one node after the other, every wait as it comes.
    private static func walk(_ graph: FlowGraph, _ answers: [Bool]) -> [Heard] {
        var heard: [Heard] = []
        var node = "s"
        var waited: Int64 = 0
        var answers = answers[...]
        for _ in 0..<200 {
            guard let kind = graph.nodes.first(where: { $0.id == node })?.kind else { break }
            var way = FlowEdge.Way.next
            switch kind {
            case .start: break
            case .wait(let seconds): waited += seconds
            case .message:
                heard.append(Heard(node: node, after: waited))
                waited = 0
                if heard.count == 12 { return heard }
            case .condition:
                guard let answer = answers.popFirst() else { return heard }
                way = answer ? .yes : .no
            }
            guard let edge = graph.edges.first(where: { $0.source == node && $0.way == way }) else { break }
            node = edge.target
            // Two seconds from a message to whatever is next, unless a wait is.
            if case .message = kind, !Self.leadsToWait(graph, node) { waited = 2 }
        }
        return heard
    }

    private static func leadsToWait(_ graph: FlowGraph, _ node: String) -> Bool {
        graph.nodes.contains { $0.id == node && { if case .wait = $0 { true } else { false } }($0.kind) }
    }

    private static func run(_ flow: CompiledFlow, _ answers: [Bool]) -> [Heard] {
        var heard: [Heard] = []
        var way = flow.entry
        var waited: Int64 = 0
        var answers = answers[...]
        for _ in 0..<200 {
            waited += way.seconds
            guard let step = flow.steps.first(where: { $0.node == way.node }) else { break }
            switch step.kind {
            case .message:
                heard.append(Heard(node: step.node, after: waited))
                waited = 0
                if heard.count == 12 { return heard }
                way = step.next
            case .decision(_, let yes):
                guard let answer = answers.popFirst() else { return heard }
                way = answer ? yes : step.next
            }
        }
        return heard
    }

    @Test func aCompiledFlowDoesWhatItsDrawingSays() throws {
        var generator = SeededGenerator(seed: TestSeed.base)
        var compiled = 0
        for _ in 0..<3_000 {
            let graph = Self.graph(using: &generator)
            guard graph.problems.isEmpty else {
                #expect(throws: FlowCannotBeUsed.self) { try CompiledFlow(graph) }
                continue
            }
            compiled += 1
            let flow = try CompiledFlow(graph)
            for _ in 0..<4 {
                let answers = (0..<40).map { _ in Bool.random(using: &generator) }
                #expect(Self.run(flow, answers) == Self.walk(graph, answers), "\(TestSeed.name) \(graph)")
            }
        }
        #expect(compiled > 300, "\(TestSeed.name): \(compiled) of the drawings were usable")
    }

    /// Whatever passes the checks never sends without end and without waiting.
    @Test func noFlowThatPassesGoesRoundWithoutWaiting() throws {
        var generator = SeededGenerator(seed: TestSeed.run(1))
        for _ in 0..<3_000 {
            let graph = Self.graph(using: &generator)
            guard graph.problems.isEmpty else { continue }
            let steps = try CompiledFlow(graph).steps
            for start in steps {
                // Without a wait, no more steps than there are can be gone through, whichever way.
                var open = [start.node]
                for _ in 0...steps.count {
                    open = open.flatMap { node -> [String] in
                        guard let step = steps.first(where: { $0.node == node }) else { return [] }
                        var ways = [step.next]
                        if case .decision(_, let yes) = step.kind { ways.append(yes) }
                        return ways.filter { !$0.isWait }.compactMap(\.node)
                    }
                    open = Array(Set(open)).sorted()
                }
                #expect(open.isEmpty, "\(TestSeed.name) \(graph)")
            }
        }
    }
}
