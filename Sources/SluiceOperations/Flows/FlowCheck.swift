public import PostgresDriver
internal import SluiceCore
internal import SluiceStore

/// What there is to say about a flow before it is saved.
public struct FlowCheck: Codable, Hashable, Sendable {
    public struct Problem: Codable, Hashable, Sendable {
        public var code: String
        /// The node it is about, when it is about one.
        public var node: String?
        public var message: String
    }

    public var isUsable: Bool
    public var problems: [Problem]
    /// Messages and conditions it is compiled to; 0 when it cannot be.
    public var steps: Int
    /// False when there was no database to judge the conditions.
    public var areConditionsChecked: Bool

    /// Judges a file `{"nodes": […], "edges": […]}` as a save would. The language of conditions is the database's: without
    /// one they are taken as they are.
    public static func of(_ document: String, database: (any PostgresExecutor)?) async throws -> FlowCheck {
        let graph: FlowGraph
        do {
            graph = try FlowGraph(document: document)
        } catch {
            return FlowCheck(error.problems)
        }
        guard let database else {
            var check = FlowCheck(graph.problems, of: graph)
            check.areConditionsChecked = false
            return check
        }
        return try await FlowCheck(of: graph, on: database)
    }

    fileprivate init(of graph: FlowGraph, on database: any PostgresExecutor) async throws {
        self.init(try await FlowChecking(database).problems(of: graph), of: graph)
    }

    fileprivate init(_ problems: [FlowProblem], of graph: FlowGraph? = nil) {
        self.problems = problems.map { Problem(code: $0.code.rawValue, node: $0.node, message: $0.message) }
        isUsable = problems.isEmpty
        areConditionsChecked = true
        steps = 0
        // What has problems has no steps.
        if let graph, let flow = try? CompiledFlow(graph) { steps = flow.steps.count }
    }

    /// As a person reads it.
    public var text: String {
        let note = areConditionsChecked ? "" : "Conditions were not checked: DATABASE_URL is not set.\n"
        guard !isUsable else { return "The flow can be used: \(steps) steps.\n" + note }
        return problems.map { $0.message + " [\($0.code)]\n" }.joined() + note
    }
}

extension OperatorSession {
    /// Judges a flow as a save would.
    public func checkFlow(_ request: FlowCheckRequest) async throws -> FlowCheck {
        let drawn = try request.texts()
        do {
            return try await FlowCheck(of: try FlowGraph(nodes: drawn.nodes, edges: drawn.edges), on: database)
        } catch let error as FlowCannotBeUsed {
            return FlowCheck(error.problems)
        }
    }
}
