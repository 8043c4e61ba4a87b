/// A flow as the queue goes through it: a step for each message and each condition, waits folded into the delays
/// between them.
public struct CompiledFlow: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            case message(FlowMessage)
            /// Nothing is sent: who stands here when it is due goes one way or the other.
            case decision(condition: String, yes: Way)
        }

        public var node: String
        public var kind: Kind
        /// Where a message leads, or a condition that does not hold.
        public var next: Way
    }

    /// Where somebody goes and how long they wait before they are due there; `node` is nil where the flow ends.
    public struct Way: Hashable, Sendable {
        public var node: String?
        public var seconds: Int64
        /// A wait node lies on it, so that who goes it is said to wait.
        public var isWait: Bool

        public init(node: String?, seconds: Int64, isWait: Bool) {
            self.node = node
            self.seconds = seconds
            self.isWait = isWait
        }

        static let end = Way(node: nil, seconds: 0, isWait: false)
    }

    /// Where it begins.
    public var entry: Way
    /// In the order of the drawing.
    public var steps: [Step]

    /// - Throws: the first of the graph's problems.
    public init(_ graph: FlowGraph) throws(FlowCannotBeUsed) {
        let problems = graph.problems
        guard problems.isEmpty, case .success(let start) = graph.start else {
            throw FlowCannotBeUsed(problems: problems)
        }
        let paths = FlowPaths(graph)
        entry = paths.way(to: start.id, spacing: 0)
        steps = graph.nodes.compactMap { node in
            switch node.kind {
            case .start, .wait: return nil
            case .message(let message):
                return Step(
                    node: node.id, kind: .message(message),
                    next: paths.way(from: node.id, .next, spacing: FlowLimits.spacing))
            case .condition(let condition):
                // Two messages with a condition between them are two seconds apart by the way to the condition.
                return Step(
                    node: node.id,
                    kind: .decision(condition: condition, yes: paths.way(from: node.id, .yes, spacing: 0)),
                    next: paths.way(from: node.id, .no, spacing: 0))
            }
        }
    }
}

/// A flow was to be compiled that has problems.
public struct FlowCannotBeUsed: Error, Hashable, Sendable {
    public var problems: [FlowProblem]

    public init(problems: [FlowProblem]) { self.problems = problems }
}

/// Walks over starts and waits to the next node at which something happens.
private struct FlowPaths {
    private let kinds: [String: FlowNode.Kind]
    private let targets: [String: [FlowEdge.Way: String]]

    init(_ graph: FlowGraph) {
        kinds = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.id, $0.kind) })
        targets = Dictionary(grouping: graph.edges, by: \.source).mapValues { edges in
            Dictionary(edges.map { ($0.way, $0.target) }, uniquingKeysWith: { first, _ in first })
        }
    }

    func way(from node: String, _ way: FlowEdge.Way, spacing: Int64) -> CompiledFlow.Way {
        guard let target = targets[node]?[way] else { return .end }
        return self.way(to: target, spacing: spacing)
    }

    /// `spacing` counts where no wait lies on the way. A circle of nothing but waits leads nowhere.
    func way(to first: String, spacing: Int64) -> CompiledFlow.Way {
        var node = first
        var waited: Int64 = 0
        var seen: Set<String> = []
        while seen.insert(node).inserted, let kind = kinds[node] {
            switch kind {
            case .message, .condition:
                return CompiledFlow.Way(node: node, seconds: waited > 0 ? waited : spacing, isWait: waited > 0)
            case .wait(let seconds): waited = min(waited + seconds, FlowLimits.wait)
            case .start: break
            }
            guard let next = targets[node]?[.next] else { return .end }
            node = next
        }
        return .end
    }
}
