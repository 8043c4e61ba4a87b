public import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// A node as `sluice nodes list` shows it: what the database knows, without asking the node.
public struct NodeSummary: Codable, Hashable, Sendable {
    public enum State: String, Codable, Sendable {
        case live
        /// Its lease has ended without a goodbye.
        case lapsed
        /// It does not run; it is listed because it is drained.
        case stopped
    }

    public var name: String
    public var role: String
    public var state: State
    /// An operator drained it: it owns nothing and does not lead once it has handed over what it has.
    public var isDrained: Bool
    public var drainedBy: String?
    public var drainedAt: Date?
    public var reason: String?
    /// Hash slots it owns.
    public var slots: Int
    public var isLeader: Bool
    public var version: String?
    public var host: String?
}

extension OperatorSession {
    /// All nodes with a lease, the newest life of each, and the drained ones that do not run; by role and name.
    public func listNodes() async throws -> [NodeSummary] {
        try await NodeLookup.all(on: database)
    }
}

/// Reads nodes and finds one by its name.
enum NodeLookup {
    private static let sql = """
        WITH newest AS (
            SELECT DISTINCT ON (role, node_name) * FROM node_leases ORDER BY role, node_name, incarnation DESC
        ), owned AS (
            SELECT f.role, f.node_name, count(*)::int AS n FROM slot_owners s
            JOIN node_fences f ON f.incarnation = s.owner GROUP BY f.role, f.node_name)
        SELECT coalesce(n.node_name, d.node_name) AS name, coalesce(n.role, d.role) AS role,
            CASE WHEN n.expires_at > now() THEN 'live' WHEN n.expires_at IS NULL THEN 'stopped' ELSE 'lapsed' END AS state,
            d.node_name IS NOT NULL AS is_drained, d.drained_by, d.drained_at, d.reason, coalesce(o.n, 0) AS slots,
            EXISTS (SELECT FROM coordinator_lease c WHERE c.incarnation = n.incarnation AND c.expires_at > now())
                AS is_leader,
            n.version, n.host
        FROM newest n FULL JOIN drained_nodes d ON d.role = n.role AND d.node_name = n.node_name
        LEFT JOIN owned o ON o.role = coalesce(n.role, d.role) AND o.node_name = coalesce(n.node_name, d.node_name)
        ORDER BY 2, 1 LIMIT 10000
        """

    static func all(on database: any PostgresExecutor) async throws -> [NodeSummary] {
        try await database.query(sql).map { row in
            guard let state = NodeSummary.State(rawValue: try row.decode(String.self, "state")) else {
                preconditionFailure("the statement gives no other state")
            }
            return NodeSummary(
                name: try row.decode(String.self, "name"), role: try row.decode(String.self, "role"), state: state,
                isDrained: try row.decode(Bool.self, "is_drained"),
                drainedBy: try row.decode(String?.self, "drained_by"), drainedAt: try row.date("drained_at"),
                reason: try row.decode(String?.self, "reason"), slots: Int(try row.decode(Int32.self, "slots")),
                isLeader: try row.decode(Bool.self, "is_leader"), version: try row.decode(String?.self, "version"),
                host: try row.decode(String?.self, "host"))
        }
    }

    /// The node that can be drained of this name, and of this role if one is given.
    /// - Throws: ``OperationsError`` when there is none, when it is an API node, or when nodes of two roles have the name.
    static func find(_ given: String, role: String?, among nodes: [NodeSummary]) throws(OperationsError) -> NodeSummary
    {
        let called = nodes.filter { $0.name == given && (role ?? $0.role) == $0.role }
        let found = called.filter { $0.role != NodeRole.api.rawValue }
        if found.count > 1 {
            throw .refused(
                code: "ambiguous_node", message: "a coordinator and a shard node are called \"\(given)\": add --role")
        }
        if let only = found.first { return only }
        if !called.isEmpty {
            throw .refused(
                code: "node_not_drainable",
                message: "\(given) is an API node, which owns nothing: take it out of your load balancer and stop it")
        }
        throw .notFound(kind: "node", given: given, nearest: NearMatches.of(given, among: nodes.map(\.name)))
    }
}
