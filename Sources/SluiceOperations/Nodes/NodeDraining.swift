internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// What ``OperatorSession/drainNode(_:role:reason:isForced:)`` and ``OperatorSession/undrainNode(_:role:)`` did.
public struct NodeChange: Codable, Hashable, Sendable {
    public var node: String
    public var role: String
    public var isDrained: Bool
    /// False: it was so already.
    public var changed: Bool
    /// No other node of the role can take what it has.
    public var isLast: Bool
    /// Hash slots it owns now.
    public var slots: Int
    public var isLeader: Bool
}

/// How far a hand-over is.
public struct HandOverProgress: Codable, Hashable, Sendable {
    public var slots: Int
    /// Slots that are another's than the leader wants.
    public var moving: Int
    public var isLeader: Bool
}

extension OperatorSession {
    /// The node gets nothing any more, hands over what it has and stays alive, until ``undrainNode(_:role:)``, also
    /// through restarts of itself and of the leader. A coordinator gives up the lead and takes none.
    ///
    /// - Parameters:
    ///   - role: needed when a coordinator and a shard node have the same name.
    ///   - isForced: also when no other node can take what this one has.
    /// - Throws: ``OperationsError`` with the code `unknown_node`, `ambiguous_node`, `node_not_drainable` or `last_node`.
    public func drainNode(
        _ given: String, role: String? = nil, reason: String? = nil, isForced: Bool = false
    ) async throws -> NodeChange {
        try await change { change in
            // Two operators who drain the last two nodes at once: the second sees the first.
            try await change.query("LOCK TABLE drained_nodes IN SHARE ROW EXCLUSIVE MODE")
            let nodes = try await NodeLookup.all(on: change.transaction)
            let node = try NodeLookup.find(given, role: role, among: nodes)
            let isLast = try await Self.isLast(node, on: change.transaction)
            if isLast, !isForced, !node.isDrained { throw Self.lastNode(node) }
            if !node.isDrained {
                try await change.query(
                    "INSERT INTO drained_nodes (role, node_name, drained_by, reason) VALUES ($1, $2, $3, $4)",
                    [.string(node.role), .string(node.name), .string(actor), .string(reason)])
                try await change.record(
                    "nodes.drain", target: "\(node.role) \(node.name)",
                    after: ["reason": reason ?? "", "forced": "\(isForced)"])
            }
            return NodeChange(
                node: node.name, role: node.role, isDrained: true, changed: !node.isDrained, isLast: isLast,
                slots: node.slots, isLeader: node.isLeader)
        }
    }

    /// The node is given its share again, or may lead.
    /// - Throws: ``OperationsError`` with the code `unknown_node`, `ambiguous_node` or `node_not_drainable`.
    public func undrainNode(_ given: String, role: String? = nil) async throws -> NodeChange {
        try await change { change in
            let node = try NodeLookup.find(
                given, role: role, among: try await NodeLookup.all(on: change.transaction))
            let removed = try await change.query(
                "DELETE FROM drained_nodes WHERE role = $1 AND node_name = $2 RETURNING coalesce(reason, '')",
                [.string(node.role), .string(node.name)])
            if let reason = try removed.column(String.self, at: 0).first {
                try await change.record(
                    "nodes.undrain", target: "\(node.role) \(node.name)", before: ["reason": reason])
            }
            return NodeChange(
                node: node.name, role: node.role, isDrained: false, changed: !removed.isEmpty, isLast: false,
                slots: node.slots, isLeader: node.isLeader)
        }
    }

    /// Returns when what `change` asked for has happened: a drained node owns nothing and does not lead; a shard node
    /// that is back has its share. At once for a node that is back and does not run, and for a coordinator that is back,
    /// which waits for the lead to become free.
    ///
    /// - Parameter progress: called about four times a second.
    /// - Throws: ``OperationsError`` with the code `hand_over_unfinished` after `limit`; the hand-over goes on.
    public func waitForHandOver(
        _ change: NodeChange, within limit: Duration, progress: (HandOverProgress) -> Void
    ) async throws -> HandOverProgress {
        let deadline = ContinuousClock.now + limit
        while true {
            guard let node = try await listNodes().first(where: { $0.name == change.node && $0.role == change.role })
            else { return HandOverProgress(slots: 0, moving: 0, isLeader: false) }
            let moving = try await database.query(
                "SELECT count(*)::int FROM slot_owners WHERE owner IS DISTINCT FROM wanted"
            ).scalar(Int32.self)
            let now = HandOverProgress(slots: node.slots, moving: Int(moving), isLeader: node.isLeader)
            progress(now)
            if Self.isDone(change, node, now) { return now }
            guard ContinuousClock.now < deadline else { throw Self.unfinished(change, now, after: limit) }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private static func isDone(_ change: NodeChange, _ node: NodeSummary, _ now: HandOverProgress) -> Bool {
        if change.isDrained { return now.slots == 0 && !now.isLeader }
        return node.role == NodeRole.coordinator.rawValue || node.state != .live || now.slots > 0 && now.moving == 0
    }

    /// Whether no live node of its role beside it may take slots or the lead.
    private static func isLast(_ node: NodeSummary, on database: any PostgresExecutor) async throws -> Bool {
        try await database.query(
            """
            SELECT NOT EXISTS (
                SELECT FROM node_leases l JOIN node_fences f USING (incarnation)
                WHERE l.role = $1 AND l.node_name <> $2 AND l.expires_at > now() AND f.closed_at IS NULL
                    AND NOT l.is_draining
                    AND NOT EXISTS (SELECT FROM drained_nodes d WHERE d.role = l.role AND d.node_name = l.node_name))
            """, [.string(node.role), .string(node.name)]
        ).scalar(Bool.self)
    }

    private static func lastNode(_ node: NodeSummary) -> OperationsError {
        .refused(
            code: "last_node",
            message: "\(node.name) is the last \(NodeText.roleName(node.role)) that is not drained: "
                + "\(NodeText.consequence(node.role, node.name)). --force drains it all the same")
    }

    private static func unfinished(
        _ change: NodeChange, _ now: HandOverProgress, after limit: Duration
    ) -> OperationsError {
        .refused(
            code: "hand_over_unfinished",
            message: "after \(Words.span(limit.inSeconds)) \(NodeText.progress(change, now)); the hand-over goes on: "
                + "`sluice status` says whether a leader leads and what is open")
    }
}
