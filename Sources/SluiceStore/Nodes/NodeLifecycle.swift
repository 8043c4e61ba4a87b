internal import FoundationEssentials
public import PostgresDriver
public import SluiceCore

/// A node's life in the database: the same for every role. Calls throw ``StoreError``.
public struct NodeLifecycle: Sendable {
    let pool: PostgresPool

    /// - Parameter pool: should serve nothing else, so that a renewal never queues behind work. Its owner runs it.
    public init(pool: PostgresPool) { self.pool = pool }

    /// Begins a new incarnation. ``StoreError/nameInUse(name:)`` while another one of this name and role has a running
    /// lease.
    public func register(_ node: NodeRegistration) async throws -> Incarnation {
        try await storing {
            try await pool.withTransaction { transaction in
                // Two nodes of one name that start at once: the second sees the first.
                try await transaction.query("LOCK TABLE node_leases IN SHARE ROW EXCLUSIVE MODE")
                let rows = try await transaction.query(
                    Self.registerSQL,
                    [
                        .string(node.name), .string(node.role.rawValue), .string(node.version), .string(node.host),
                        .int64(node.lease.wholeMicroseconds),
                    ])
                guard let row = rows.first else {
                    let left = try await transaction.query(
                        Self.leaseLeftSQL, [.string(node.name), .string(node.role.rawValue)]
                    ).scalar(Int64.self)
                    throw StoreError.nameInUse(name: node.name, lapsesIn: .microseconds(left))
                }
                return Incarnation(rawValue: try row.decode(Int64.self, "incarnation"))
            }
        }
    }

    /// Renews the lease of a node that asks for nothing else, and gives the database's time.
    /// ``StoreError/leaseLost`` when it has lapsed or its fence is closed.
    public func renew(_ incarnation: Incarnation) async throws -> DatabaseTime {
        try await storing {
            let rows = try await pool.query(
                "WITH \(Self.renewalCTE) SELECT clock_timestamp() AS now FROM renewed",
                [.int64(incarnation.rawValue)], deadline: .seconds(3))
            guard let row = rows.first else { throw StoreError.leaseLost }
            return try row.time("now")
        }
    }

    /// Closes the fence and removes the lease. Waits for reserves in flight, of which a node that leaves has none.
    public func leave(_ incarnation: Incarnation) async throws {
        try await storing {
            try await pool.query(
                """
                WITH closed AS (UPDATE node_fences SET closed_at = clock_timestamp()
                    WHERE incarnation = $1 AND closed_at IS NULL)
                DELETE FROM node_leases WHERE incarnation = $1
                """, [.int64(incarnation.rawValue)])
        }
    }

    /// At most one unconfirmed row a node, whatever its clock does.
    func noteClockStep(of parting: Duration, seenBy node: String) async throws {
        try await storing {
            try await pool.query(
                """
                INSERT INTO clock_steps (node_name, seconds) VALUES ($1, $2)
                ON CONFLICT (node_name) WHERE confirmed_at IS NULL DO UPDATE SET
                    seconds = excluded.seconds, noticed_at = clock_timestamp(), times = clock_steps.times + 1
                """, [.string(node), .double(parting / .seconds(1))])
        }
    }

    private static let registerSQL = """
        WITH fence AS (
            INSERT INTO node_fences (node_name, role) SELECT $1::text, $2::text
            WHERE NOT EXISTS (
                SELECT FROM node_leases WHERE node_name = $1 AND role = $2 AND expires_at > clock_timestamp())
            RETURNING incarnation
        ), version AS (
            -- The leader looks for shards anew when the assignment's version changes.
            UPDATE cluster_versions SET assignment = assignment + 1
            WHERE $2 = '\(NodeRole.shard.rawValue)' AND EXISTS (SELECT FROM fence)
        )
        INSERT INTO node_leases (incarnation, node_name, role, version, host, lease, expires_at)
            SELECT incarnation, $1, $2, $3::text, $4::text, $5::bigint * interval '1 microsecond',
                clock_timestamp() + $5::bigint * interval '1 microsecond'
            FROM fence RETURNING incarnation
        """

    /// Microseconds until the last lease of a name lapses.
    private static let leaseLeftSQL = """
        SELECT coalesce(greatest(0, extract(epoch FROM max(expires_at) - clock_timestamp()) * 1000000), 0)::bigint
        FROM node_leases WHERE node_name = $1 AND role = $2
        """

    /// Whether an operator drained the node of the row of `node_leases` that is called `lease`: a condition in SQL.
    static func isDrained(_ lease: String) -> String {
        "EXISTS (SELECT FROM drained_nodes d WHERE d.role = \(lease).role AND d.node_name = \(lease).node_name)"
    }

    /// A conditional renewal, as the first member of a WITH: one row when the lease still ran and the fence is open.
    static let renewalCTE = """
        renewed AS (
            UPDATE node_leases SET renewed_at = clock_timestamp(), expires_at = clock_timestamp() + lease
            WHERE incarnation = $1 AND expires_at > clock_timestamp()
              AND EXISTS (SELECT FROM node_fences WHERE incarnation = $1 AND closed_at IS NULL)
            RETURNING incarnation, node_name, role, lease)
        """
}
