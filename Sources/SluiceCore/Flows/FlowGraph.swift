/// A flow as users draw it: messages, waits and conditions, and the edges between them.
///
/// It begins at the node of type `start`, else at the one node that no edge leads to. From a message or a wait leads at
/// most one edge; from a condition one for `yes` and one for `no`; where none leads on, the flow ends.
public struct FlowGraph: Hashable, Sendable {
    public var nodes: [FlowNode]
    public var edges: [FlowEdge]

    public init(nodes: [FlowNode], edges: [FlowEdge]) {
        self.nodes = nodes
        self.edges = edges
    }

    /// Everything that is wrong with it, in the order of its nodes and edges; empty when it can be compiled.
    public var problems: [FlowProblem] {
        var problems = sizeProblems
        guard problems.isEmpty else { return problems }
        problems = nodeProblems + edgeProblems
        guard problems.isEmpty else { return problems }
        switch start {
        case .failure(let problem): return [problem]
        case .success: break
        }
        if !nodes.contains(where: \.isMessage) {
            problems.append(FlowProblem(.noMessage, "The flow has no message node, so it would send nothing."))
        }
        if let node = cycleWithoutWait {
            problems.append(
                FlowProblem(
                    .cycleWithoutWait, node: node,
                    "The nodes from \"\(node)\" on form a circle in which nobody ever waits: put a wait node into it."))
        }
        return problems
    }

    /// The node at which it begins.
    var start: Result<FlowNode, FlowProblem> {
        let starts = nodes.filter { $0.kind == .start }
        let targets = Set(edges.map(\.target))
        let candidates = starts.isEmpty ? nodes.filter { !targets.contains($0.id) } : starts
        switch candidates.count {
        case 1: return .success(candidates[0])
        case 0:
            let reason = nodes.isEmpty ? "it has no nodes" : "every node has an edge that leads to it"
            return .failure(FlowProblem(.noStart, "The flow has no start: \(reason)."))
        default:
            let names = candidates.prefix(5).map { "\"\($0.id)\"" }.joined(separator: ", ")
            return .failure(
                FlowProblem(
                    .severalStarts, node: candidates[1].id,
                    "The flow begins in \(candidates.count) places (\(names)): connect all but one, or remove them."))
        }
    }

    private var sizeProblems: [FlowProblem] {
        var problems: [FlowProblem] = []
        if nodes.count > FlowLimits.nodes {
            problems.append(
                FlowProblem(.tooLarge, "The flow has \(nodes.count) nodes; at most \(FlowLimits.nodes) can be used."))
        }
        if edges.count > FlowLimits.edges {
            problems.append(
                FlowProblem(.tooLarge, "The flow has \(edges.count) edges; at most \(FlowLimits.edges) can be used."))
        }
        return problems
    }

    private var nodeProblems: [FlowProblem] {
        var problems: [FlowProblem] = []
        var seen: Set<String> = []
        for node in nodes {
            if !seen.insert(node.id).inserted {
                problems.append(
                    FlowProblem(.duplicateNode, node: node.id, "Two nodes have the id \"\(node.id)\"."))
            }
            if let problem = node.problem { problems.append(problem) }
        }
        return problems
    }

    private var edgeProblems: [FlowProblem] {
        var problems: [FlowProblem] = []
        let kinds = Dictionary(nodes.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
        var ways: Set<String> = []
        for edge in edges {
            for end in [edge.source, edge.target] where kinds[end] == nil {
                problems.append(
                    FlowProblem(
                        .danglingEdge, node: end,
                        "The edge from \"\(edge.source)\" to \"\(edge.target)\" names the node \"\(end)\", which does not exist."
                    ))
            }
            guard let kind = kinds[edge.source] else { continue }
            let isCondition = if case .condition = kind { true } else { false }
            if isCondition == (edge.way == .next) {
                problems.append(
                    FlowProblem(
                        .ambiguousEdge, node: edge.source,
                        isCondition
                            ? "An edge out of the condition \"\(edge.source)\" must say whether it is its \"yes\" or its \"no\"."
                            : "An edge out of \"\(edge.source)\" says \"\(edge.way.rawValue)\", but that node is no condition."
                    ))
            } else if !ways.insert("\(edge.way.rawValue) \(edge.source)").inserted {
                problems.append(
                    FlowProblem(
                        .ambiguousEdge, node: edge.source,
                        "Two edges lead out of \"\(edge.source)\" the same way: nobody can say which to take."))
            }
        }
        return problems
    }

    /// A node on a circle without a wait node, the first of the drawing. Kahn's algorithm on the graph without its
    /// waits: what can never be taken away lies on a circle or behind one, so the way back is walked to the circle.
    private var cycleWithoutWait: String? {
        let waits = Set(nodes.filter(\.isWait).map(\.id))
        let kept = edges.filter { !waits.contains($0.source) && !waits.contains($0.target) }
        let ahead = Dictionary(grouping: kept, by: \.target)
        var open = kept.reduce(into: [:]) { $0[$1.source, default: 0] += 1 }
        // From the ends backwards: a node goes once all it leads to has gone.
        var ready = nodes.filter { !waits.contains($0.id) && open[$0.id, default: 0] == 0 }.map(\.id)
        var left = nodes.count - waits.count
        while let node = ready.popLast() {
            left -= 1
            for edge in ahead[node] ?? [] {
                open[edge.source, default: 0] -= 1
                if open[edge.source] == 0 { ready.append(edge.source) }
            }
        }
        guard left > 0, let first = nodes.first(where: { open[$0.id, default: 0] > 0 }) else { return nil }
        // Every node left leads to another one that is left: walking on must come round.
        var seen: Set<String> = []
        var node = first.id
        while seen.insert(node).inserted {
            guard let next = kept.first(where: { $0.source == node && open[$0.target, default: 0] > 0 }) else { break }
            node = next.target
        }
        return node
    }
}

extension FlowNode {
    var isMessage: Bool { if case .message = kind { true } else { false } }
    var isWait: Bool { if case .wait = kind { true } else { false } }

    fileprivate var problem: FlowProblem? {
        if id.isEmpty || id.count > FlowLimits.nodeID || id.utf8.count > 2 * FlowLimits.nodeID {
            return FlowProblem(
                .malformed, node: String(id.prefix(50)),
                "A node's id has 1 to \(FlowLimits.nodeID) characters, not \(id.count): \"\(id.prefix(50))\".")
        }
        switch kind {
        case .start, .condition: return nil
        case .wait(let seconds):
            guard 1...FlowLimits.wait ~= seconds else {
                return FlowProblem(
                    .invalidWait, node: id,
                    "The wait \"\(id)\" lasts \(seconds) seconds; it must be more than 0 and at most ten years.")
            }
            return nil
        case .message(let message):
            if message.text.allSatisfy(\.isWhitespace), (message.mediaURL ?? "").isEmpty {
                return FlowProblem(.emptyMessage, node: id, "The message \"\(id)\" has neither text nor media.")
            }
            if message.text.count > FlowLimits.text {
                return FlowProblem(
                    .messageTooLong, node: id,
                    "The message \"\(id)\" has \(message.text.count) characters; at most \(FlowLimits.text) can be sent."
                )
            }
            return message.mediaProblem(in: id)
        }
    }
}

extension FlowMessage {
    fileprivate func mediaProblem(in node: String) -> FlowProblem? {
        let kinds = MessageContent.Kind.allCases.map(\.rawValue)
        if !kinds.contains(type) {
            return FlowProblem(
                .invalidMedia, node: node,
                "The message \"\(node)\" has the media type \"\(type.prefix(50))\"; there are "
                    + "\(kinds.joined(separator: ", ")).")
        }
        if let mediaURL, !MessageContent.isMediaURL(mediaURL) {
            return FlowProblem(
                .invalidMedia, node: node,
                "The message \"\(node)\" has a media address that does not begin with http:// or https://.")
        }
        return nil
    }
}
