internal import FoundationEssentials
public import PostgresDriver
public import SluiceCore

/// Compiles flows into steps. Each version has steps of its own, so that an edit moves nobody who is under way.
struct FlowStore {
    let transaction: PostgresTransaction

    /// The flows that rows of the intake name.
    func compile(intake rows: [Int64]) async throws {
        let flows = try await transaction.query(FlowStatements.take, [.int64Array(rows)]).column(UUID.self, at: 0)
        try await compile(flows)
    }

    /// Those of `flows` that were saved since they were compiled.
    func compile(_ flows: [UUID]) async throws {
        for row in try await transaction.query(FlowStatements.saved, [.uuidArray(flows)]) {
            let id = try row.decode(UUID.self, "id")
            do {
                let graph = try FlowGraph(
                    nodes: try row.decode(String.self, "nodes"), edges: try row.decode(String.self, "edges"))
                let problems = try await FlowChecking(transaction).problems(of: graph)
                guard problems.isEmpty else { throw FlowCannotBeUsed(problems: problems) }
                try await write(
                    try CompiledFlow(graph), of: id, workspace: try row.decode(String.self, "workspace_id"),
                    version: try row.decode(Int32.self, "version") + 1)
            } catch let error as FlowCannotBeUsed {
                let text = error.problems.prefix(10).map(\.message).joined(separator: " ")
                try await transaction.query(FlowStatements.refused, [.uuid(id), .string(text)])
            }
        }
    }

    private func write(_ flow: CompiledFlow, of id: UUID, workspace: String, version: Int32) async throws {
        func trigger(_ node: String?) -> String? { node.map { FlowStatements.trigger(of: id, version, $0) } }
        let ids = flow.steps.map { _ in UUID() }
        try await transaction.query(
            FlowStatements.insertSteps,
            [
                .string(workspace), .uuid(id), .uuidArray(ids), .stringArray(flow.steps.map(\.node)),
                .stringArray(flow.steps.map { trigger($0.node) }),
                .stringArray(flow.steps.map { trigger($0.next.node) }),
                .int32Array(flow.steps.map { Int32(clamping: $0.next.seconds) }),
                .boolArray(flow.steps.map(\.next.isWait)),
                .stringArray(flow.steps.map { $0.message?.type }), .stringArray(flow.steps.map { $0.message?.text }),
                .stringArray(flow.steps.map { $0.message?.mediaURL }),
                .boolArray(flow.steps.map { $0.decision?.condition.contains(#""reply""#) ?? false }),
            ])
        let decisions = zip(ids, flow.steps).compactMap { id, step in step.decision.map { (id: id, $0) } }
        try await transaction.query(
            FlowStatements.insertBranches,
            [
                .uuidArray(decisions.map(\.id)), .stringArray(decisions.map(\.1.condition)),
                .stringArray(decisions.map { trigger($0.1.yes.node) }),
                .int32Array(decisions.map { Int32(clamping: $0.1.yes.seconds) }),
            ])
        let entry = flow.steps.first { $0.node == flow.entry.node }
        try await transaction.query(
            FlowStatements.compiled,
            [
                .uuid(id), .int32(version), .string(trigger(flow.entry.node)),
                .int32(Int32(clamping: flow.entry.seconds)), .bool(entry?.decision != nil),
            ])
    }
}

/// Everything that is wrong with a flow, the conditions included, which the database judges.
public struct FlowChecking: Sendable {
    private let database: any PostgresExecutor

    public init(_ database: any PostgresExecutor) { self.database = database }

    public func problems(of graph: FlowGraph) async throws -> [FlowProblem] {
        var problems = graph.problems
        let conditions = graph.nodes.compactMap { node -> (node: String, text: String)? in
            if case .condition(let text) = node.kind { (node.id, text) } else { nil }
        }
        guard !conditions.isEmpty else { return problems }
        let rows = try await database.query(
            FlowStatements.conditionProblems, [.stringArray(conditions.map(\.text))])
        for row in rows {
            let node = conditions[Int(try row.decode(Int64.self, "ordinal")) - 1].node
            let words = try row.decode(String.self, "problem")
            problems.append(
                FlowProblem(
                    .invalidCondition, node: node, "The condition of \"\(node)\" cannot be used: \(words)."))
        }
        return problems
    }
}

extension CompiledFlow.Step {
    fileprivate var message: FlowMessage? { if case .message(let message) = kind { message } else { nil } }

    fileprivate var decision: (condition: String, yes: CompiledFlow.Way)? {
        if case .decision(let condition, let yes) = kind { (condition, yes) } else { nil }
    }
}
