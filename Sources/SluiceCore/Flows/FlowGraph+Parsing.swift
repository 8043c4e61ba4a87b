internal import FoundationEssentials

extension FlowGraph {
    /// Reads the two columns of `flows`, as drawing programs write them.
    ///
    /// A node is `{"id", "type", "data"}`: `message` with `text` and `mediaUrl`, `wait` with `duration` and `timeUnit`,
    /// `condition` with `condition`, `start` with nothing. An edge is `{"source", "target", "sourceHandle"}`, the handle
    /// `yes` or `no` out of a condition. Other keys are the drawing's own.
    ///
    /// - Throws: what is wrong with the parts that could not be read; what is wrong with the whole say ``problems``.
    public init(nodes: String, edges: String) throws(FlowCannotBeUsed) {
        var problems: [FlowProblem] = []
        let drawn = Self.list(DrawnNode.self, nodes, named: "nodes", into: &problems)
        let lines = Self.list(DrawnEdge.self, edges, named: "edges", into: &problems)
        var read: [FlowNode] = []
        for (index, one) in drawn.enumerated() {
            do {
                read.append(try one.value(orProblemOf: "Node \(index + 1)").node(at: index))
            } catch {
                problems.append(error)
            }
        }
        var ways: [FlowEdge] = []
        for (index, one) in lines.enumerated() {
            guard case .read(let line) = one, let source = line.source?.text, let target = line.target?.text else {
                problems.append(
                    FlowProblem(.danglingEdge, "Edge \(index + 1) does not say both its source and its target."))
                continue
            }
            ways.append(
                FlowEdge(source: source, target: target, way: line.way))
        }
        guard problems.isEmpty else { throw FlowCannotBeUsed(problems: problems) }
        self.init(nodes: read, edges: ways)
    }

    /// Reads a file that holds both: `{"nodes": […], "edges": […]}`. Other keys are its own.
    public init(document: String) throws(FlowCannotBeUsed) {
        struct Document: Decodable {
            var nodes: RawJSON?
            var edges: RawJSON?
        }
        let read: Document
        do {
            read = try JSONDecoder().decode(Document.self, from: Data(document.utf8))
        } catch {
            throw FlowCannotBeUsed(problems: [
                FlowProblem(.malformed, "The file is not a JSON object with nodes and edges.")
            ])
        }
        try self.init(nodes: read.nodes?.text ?? "[]", edges: read.edges?.text ?? "[]")
    }

    private static func list<Element: Decodable>(
        _ type: Element.Type, _ text: String, named name: String, into problems: inout [FlowProblem]
    ) -> [Readable<Element>] {
        do {
            return try JSONDecoder().decode([Readable<Element>].self, from: Data(text.utf8))
        } catch {
            problems.append(FlowProblem(.malformed, "\"\(name)\" is not a list of objects as a flow has them."))
            return []
        }
    }
}
