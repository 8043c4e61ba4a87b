internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// Who is alive and who owns what, as the database has it.
enum NodeQueries {
    /// The newest life of each node, and older ones that still own something.
    private static let nodesSQL = """
        WITH owned AS (SELECT owner, count(*)::int AS n FROM slot_owners WHERE owner IS NOT NULL GROUP BY owner)
        SELECT now() AS now, l.incarnation, l.node_name, l.role, l.version, l.host, l.renewed_at,
            l.expires_at > now() AS is_live, l.is_draining,
            EXISTS (SELECT FROM drained_nodes d WHERE d.role = l.role AND d.node_name = l.node_name) AS is_drained,
            coalesce(o.n, 0) AS slots
        FROM node_leases l LEFT JOIN owned o ON o.owner = l.incarnation
        WHERE l.expires_at > now() OR o.n > 0 OR NOT EXISTS (
            SELECT FROM node_leases n
            WHERE n.node_name = l.node_name AND n.role = l.role AND n.incarnation > l.incarnation)
        ORDER BY l.role, l.node_name, l.incarnation
        LIMIT 10000
        """

    private static let leaderSQL = """
        SELECT now() AS now, c.term, c.expires_at, CASE WHEN c.expires_at > now() THEN c.incarnation END AS incarnation
        FROM coordinator_lease c
        """

    private static let slotsSQL = """
        WITH live AS (SELECT incarnation FROM node_leases WHERE expires_at > now()),
        busy AS (SELECT DISTINCT hash_slot AS slot FROM device_caps)
        SELECT count(*)::int AS total, count(live.incarnation)::int AS owned, count(busy.slot)::int AS with_devices,
            count(busy.slot) FILTER (WHERE live.incarnation IS NULL)::int AS orphaned
        FROM slot_owners s LEFT JOIN live ON live.incarnation = s.owner LEFT JOIN busy ON busy.slot = s.slot
        """

    static func facts(_ database: any PostgresExecutor, within limit: Duration) async throws -> NodeFacts {
        let nodes = try await database.query(nodesSQL, deadline: limit)
        let leader = try await database.query(leaderSQL, deadline: limit)
        let slots = try await database.query(slotsSQL, deadline: limit)
        guard let leader = leader.first, let slots = slots.first else {
            throw OperationsError.refused(code: "schema_damaged", message: "coordinator_lease has no row")
        }
        let incarnation = try leader.decode(Int64?.self, "incarnation")
        return NodeFacts(
            now: try leader.date("now") ?? Date(), nodes: try nodes.map(node),
            term: try leader.decode(Int64.self, "term"), leader: incarnation,
            leaderUntil: incarnation == nil ? nil : try leader.date("expires_at"),
            slots: StatusReport.Slots(
                total: Int(try slots.decode(Int32.self, "total")), owned: Int(try slots.decode(Int32.self, "owned")),
                withDevices: Int(try slots.decode(Int32.self, "with_devices")),
                orphanedWithDevices: Int(try slots.decode(Int32.self, "orphaned"))))
    }

    private static func node(_ row: PostgresRow) throws -> NodeFacts.Node {
        NodeFacts.Node(
            incarnation: try row.decode(Int64.self, "incarnation"), name: try row.decode(String.self, "node_name"),
            role: try row.decode(String.self, "role"), version: try row.decode(String.self, "version"),
            host: try row.decode(String.self, "host"), renewedAt: try row.date("renewed_at"),
            isLive: try row.decode(Bool.self, "is_live"), isDraining: try row.decode(Bool.self, "is_draining"),
            isDrained: try row.decode(Bool.self, "is_drained"),
            slots: Int(try row.decode(Int32.self, "slots")))
    }
}
