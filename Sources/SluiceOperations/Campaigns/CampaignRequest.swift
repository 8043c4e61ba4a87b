internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// A campaign that somebody asks for: a flow to all active subscribers of pages.
public struct CampaignRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case flowId, pageIds, startAt, priority, triggerId, workspaceId
    }

    /// The flow's id or its name.
    public var flowId: String
    public var pageIds: [Int64]
    /// ISO 8601 with an offset; at once when it is not given.
    public var startAt: String?
    /// Lower goes first; 100 when it is not given.
    public var priority: Int?
    public var triggerId: Int64?
    /// `default` when it is not given.
    public var workspaceId: String?

    public init(flowId: String, pageIds: [Int64]) {
        self.flowId = flowId
        self.pageIds = pageIds
    }

    private static let mostPages = 1_000

    public static let bounds: [FieldBound<CampaignRequest>] = [
        .text(.flowId) { $0.flowId }, .count(.pageIds, 1...mostPages) { $0.pageIds.count },
        .instant(.startAt) { $0.startAt }, .number(.priority, 1...1_000_000) { $0.priority.map(Double.init) },
        .text(.workspaceId) { $0.workspaceId },
    ]

    /// What it says, read.
    struct Validated: Sendable {
        var startAt: DatabaseTime?
        var priority: Int32
    }

    /// - Throws: ``OperationsError/invalid(field:message:)`` naming the first field that cannot be.
    func validated() throws(OperationsError) -> Validated {
        try checkBounds()
        guard Set(pageIds).count == pageIds.count else {
            throw .invalid(field: "pageIds", message: "the same page is in it twice")
        }
        return Validated(
            startAt: try startAt.map { text throws(OperationsError) in try OffsetTime(text, of: CodingKeys.startAt).time
            },
            priority: Int32(priority ?? 100))
    }
}

/// A flow that can be sent, and how much of it one person goes through.
struct UsableFlow: Sendable {
    var id: UUID
    var length: FlowLength

    /// - Throws: ``OperationsError``: no such flow in the workspace, several of the name, or one that cannot be used.
    static func find(_ given: String, in workspace: String, on database: any PostgresExecutor) async throws
        -> UsableFlow
    {
        let id = try await FlowLookup.find(given, in: workspace, on: database)
        let rows = try await database.query(
            "SELECT coalesce(nodes::text, '[]') AS nodes, coalesce(edges::text, '[]') AS edges FROM flows WHERE id = $1",
            [.uuid(id)])
        guard let row = rows.first else { throw OperationsError.notFound(kind: "flow", given: given, nearest: []) }
        do {
            let graph = try FlowGraph(
                nodes: try row.decode(String.self, "nodes"), edges: try row.decode(String.self, "edges"))
            return UsableFlow(id: id, length: FlowLength(try CompiledFlow(graph)))
        } catch let error as FlowCannotBeUsed {
            throw OperationsError.refused(
                code: "flow_invalid", message: error.problems.prefix(3).map(\.message).joined(separator: " "),
                field: "flowId")
        }
    }
}
