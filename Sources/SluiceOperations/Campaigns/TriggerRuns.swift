public import FoundationEssentials
internal import PostgresDriver
public import SluiceCore

/// A run of a trigger that somebody asks for: a flow to one person.
public struct TriggerRunRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case recipient, flowId, triggerId, pageId, priority, context, workspaceId
    }

    /// A phone number, or what the page's device knows people by.
    public var recipient: String
    /// The flow's id or its name.
    public var flowId: String
    public var triggerId: Int64?
    public var pageId: Int64?
    /// Lower goes first; 1 when it is not given.
    public var priority: Int?
    public var context: RawJSON?
    /// `default` when it is not given.
    public var workspaceId: String?

    public init(flowId: String, recipient: String) {
        self.flowId = flowId
        self.recipient = recipient
    }

    private static let longestRecipient = 200
    private static let mostContextBytes = 10_000

    public static let bounds: [FieldBound<TriggerRunRequest>] = [
        .text(.recipient, most: longestRecipient) { $0.recipient }, .text(.flowId) { $0.flowId },
        .number(.priority, 1...1_000_000) { $0.priority.map(Double.init) }, .text(.workspaceId) { $0.workspaceId },
        .object(.context, most: mostContextBytes) { $0.context },
    ]

    /// - Throws: ``OperationsError/invalid(field:message:)`` naming the first field that cannot be.
    func validate() throws(OperationsError) {
        try checkBounds()
        guard recipient.contains(where: { !$0.isWhitespace }) else {
            throw .invalid(field: "recipient", message: "must not be empty")
        }
    }
}

public struct TriggerRunLine: Codable, Hashable, Sendable {
    public var id: Int64
    public var status: String
    public var createdAt: Date?
}

extension OperatorSession {
    /// Whether a device that the run may go by can send to `$1`: the one of its page `$2`, else any of the workspace `$3`.
    private static let canReachSQL = """
        SELECT sluice_digits($1) IS NOT NULL OR CASE
            WHEN p.device IS NOT NULL THEN sluice_addresses_by_id(p.device)
            ELSE EXISTS (SELECT FROM user_devices d WHERE d.workspace_id = $3 AND sluice_addresses_by_id(d.id)) END
        FROM (SELECT (SELECT device_id FROM meta_pages WHERE page_id = $2) AS device) p
        """

    /// Starts a run: its first message goes out at once.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func startTrigger(_ request: TriggerRunRequest, in workspace: String) async throws -> TriggerRunLine {
        try request.validate()
        let line = try await change { change in
            let flow = try await UsableFlow.find(request.flowId, in: workspace, on: change.transaction)
            guard
                try await change.query(
                    Self.canReachSQL, [.string(request.recipient), .int64(request.pageId), .string(workspace)]
                ).scalar(Bool.self)
            else {
                throw OperationsError.invalid(
                    field: "recipient",
                    message: "must be a phone number, 7 to 15 digits: the device knows people by nothing else")
            }
            let row = try await change.query(
                """
                INSERT INTO trigger_runs (workspace_id, trigger_id, recipient_user_id, page_id, flow_id, priority,
                    trigger_context, status)
                VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued') RETURNING id, status, created_at
                """,
                [
                    .string(workspace), .int64(request.triggerId), .string(request.recipient), .int64(request.pageId),
                    .uuid(flow.id), .int32(Int32(request.priority ?? 1)), .jsonb(request.context?.text),
                ])[0]
            let line = TriggerRunLine(
                id: try row.decode(Int64.self, "id"), status: try row.decode(String.self, "status"),
                createdAt: try row.date("created_at"))
            try await change.record("triggers.start", target: "\(line.id)", after: line)
            return line
        }
        wakeIntake()
        return line
    }
    /// Ends a run for good: what of it was not sent is not. A message on its way is not called back.
    /// - Parameter workspace: where it must be; nil: anywhere.
    /// - Throws: ``OperationsError``: no such run, or one that is over.
    public func cancelTrigger(_ id: Int64, in workspace: String? = nil) async throws -> TriggerRunLine {
        try await change { change in
            let rows = try await change.query(
                """
                SELECT coalesce(status, 'queued') AS status, created_at FROM trigger_runs
                WHERE id = $1 AND ($2::text IS NULL OR workspace_id = $2) FOR UPDATE
                """, [.int64(id), .string(workspace)])
            guard let row = rows.first else {
                throw OperationsError.notFound(kind: "trigger run", given: "\(id)", nearest: [])
            }
            let before = try row.decode(String.self, "status")
            guard !["finished", "failed", "cancelled"].contains(before) else {
                throw OperationsError.refused(
                    code: "trigger_\(before)", message: "trigger run \(id) is \(before) already")
            }
            try await change.query(
                "UPDATE trigger_runs SET status = 'cancelled', updated_at = now() WHERE id = $1", [.int64(id)])
            try await change.record(
                "triggers.cancel", target: "\(id)", before: ["status": before], after: ["status": "cancelled"])
            return TriggerRunLine(id: id, status: "cancelled", createdAt: try row.date("created_at"))
        }
    }
}
