public import FoundationEssentials
internal import PostgresDriver
public import SluiceCore

/// A flow as it is kept.
public struct StoredFlow: Codable, Hashable, Sendable {
    public var flowId: String
    public var name: String?
    public var workspaceId: String
    /// Of its last save that was compiled, within a second of it; 0: none yet.
    public var version: Int
    /// Why its last save cannot be used.
    public var problem: String?
    public var updatedAt: Date?
    /// Lists leave these two out.
    public var nodes: JSONValue?
    public var edges: JSONValue?
}

public struct FlowPage: Codable, Hashable, Sendable {
    public var flows: [StoredFlow]
    /// Give it as `cursor` to go on; nil when that was all.
    public var nextCursor: String?
}

extension OperatorSession {
    /// The workspace's flows, by id and without what is drawn.
    /// - Parameter cursor: of the page before.
    /// - Throws: ``OperationsError/invalid(field:message:)`` for a cursor that is none.
    public func flows(in workspace: String, after cursor: String? = nil, most: Int) async throws -> FlowPage {
        let last = try cursor.map { text throws(OperationsError) in
            guard let id = UUID(uuidString: text) else { throw .invalid(field: "cursor", message: PageCursor.advice) }
            return id
        }
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            """
            SELECT \(StoredFlow.columns) FROM flows
            WHERE workspace_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3
            """, [.string(workspace), .uuid(last), .int64(Int64(most) + 1)])
        let page = try rows.prefix(most).map { try StoredFlow($0) }
        return FlowPage(flows: page, nextCursor: rows.count > most ? page.last?.flowId : nil)
    }

    /// - Parameter given: its id, or its name when only one is called so.
    /// - Throws: ``OperationsError``: no such flow in the workspace, or several of the name.
    public func flow(_ given: String, in workspace: String) async throws -> StoredFlow {
        let id = try await FlowLookup.find(given, in: workspace, on: database)
        return try await Self.flow(id, on: database)
    }

    /// Keeps a flow. Whoever is under way goes on by what it was.
    /// - Parameter given: the flow that is replaced, by id or name; nil: it is a new one.
    /// - Throws: ``OperationsError``: a flow that cannot be used, which is not kept; no such flow or workspace.
    public func saveFlow(
        _ request: FlowRequest, replacing given: String? = nil, in workspace: String
    ) async throws -> StoredFlow {
        try request.checkBounds()
        guard !request.name.allSatisfy(\.isWhitespace) else {
            throw OperationsError.invalid(field: "name", message: "must not be blank")
        }
        let drawn = FlowCheckRequest(nodes: request.nodes, edges: request.edges)
        let check = try await checkFlow(drawn)
        guard check.isUsable else {
            throw OperationsError.refused(
                code: "flow_invalid", message: check.problems.prefix(3).map(\.message).joined(separator: " "),
                field: "nodes")
        }
        let texts = try drawn.texts()
        let flow = try await change { change in
            try await WorkspaceLookup.require(workspace, on: change.transaction)
            let values: [PostgresValue] = [.string(request.name), .jsonb(texts.nodes), .jsonb(texts.edges)]
            let id: UUID
            if let given {
                id = try await FlowLookup.find(given, in: workspace, on: change.transaction)
                try await change.query(
                    "UPDATE flows SET name = $1, nodes = $2, edges = $3 WHERE id = $4", values + [.uuid(id)])
            } else {
                id = try await change.query(
                    "INSERT INTO flows (name, nodes, edges, workspace_id) VALUES ($1, $2, $3, $4) RETURNING id",
                    values + [.string(workspace)]
                ).scalar(UUID.self)
            }
            try await change.record("flows.save", target: id.text, after: ["name": request.name])
            return try await Self.flow(id, on: change.transaction)
        }
        wakeIntake()
        return flow
    }

    /// Deletes a flow. What was sent of it stays in the ledger, and in the funnels of its campaigns.
    /// - Parameter given: its id, or its name when only one is called so.
    /// - Returns: what it was.
    /// - Throws: ``OperationsError``: no such flow in the workspace, several of the name, or `flow_in_use` while a
    ///   campaign or a run of a trigger with it is not over.
    public func deleteFlow(_ given: String, in workspace: String) async throws -> StoredFlow {
        try await change { change in
            let id = try await FlowLookup.find(given, in: workspace, on: change.transaction)
            let flow = try await Self.flow(id, on: change.transaction)
            let user = try await change.query(
                """
                SELECT 'campaign ' || id FROM message_runs WHERE flow_id = $1 AND \(Self.isOpen)
                UNION ALL
                SELECT 'trigger run ' || id FROM trigger_runs WHERE flow_id = $1 AND \(Self.isOpen) LIMIT 1
                """, [.uuid(id)]
            ).column(String.self, at: 0).first
            if let user {
                throw OperationsError.refused(
                    code: "flow_in_use", message: "\(user) goes by this flow and is not over: cancel it first",
                    field: "flow")
            }
            try await change.query("DELETE FROM flows WHERE id = $1", [.uuid(id)])
            try await change.record("flows.delete", target: id.text, before: ["name": flow.name])
            return flow
        }
    }

    private static let isOpen = "coalesce(status, 'queued') NOT IN ('finished', 'failed', 'cancelled')"

    private static func flow(_ id: UUID, on database: any PostgresExecutor) async throws -> StoredFlow {
        let rows = try await database.query(
            """
            SELECT \(StoredFlow.columns), coalesce(nodes::text, '[]') AS nodes, coalesce(edges::text, '[]') AS edges
            FROM flows WHERE id = $1
            """, [.uuid(id)])
        guard let row = rows.first else {
            throw OperationsError.notFound(kind: "flow", given: id.text, nearest: [])
        }
        var flow = try StoredFlow(row)
        flow.nodes = try drawn(row, "nodes")
        flow.edges = try drawn(row, "edges")
        return flow
    }

    private static func drawn(_ row: PostgresRow, _ column: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(try row.decode(String.self, column).utf8))
    }
}

extension StoredFlow {
    fileprivate static let columns = "id, name, workspace_id, version, problem, updated_at"

    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            flowId: try row.decode(UUID.self, "id").text, name: try row.decode(String?.self, "name"),
            workspaceId: try row.decode(String.self, "workspace_id"),
            version: Int(try row.decode(Int32.self, "version")), problem: try row.decode(String?.self, "problem"),
            updatedAt: try row.date("updated_at"))
    }
}
