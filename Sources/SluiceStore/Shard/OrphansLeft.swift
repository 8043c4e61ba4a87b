internal import PostgresDriver
internal import SluiceCore

/// Orphaned attempts whose contact was locked, or its row refused, when a take-over wanted to say that their outcome is
/// unknown: kept in a table until they can be settled, because no later take-over would look for them.
struct OrphansLeft: Sendable {
    let pool: PostgresPool

    func keep(_ rows: [SettleRow]) async throws {
        guard !rows.isEmpty else { return }
        try await pool.query(
            """
            INSERT INTO orphans_left (contact_id, attempt, day, batch, generation, moves)
            SELECT * FROM unnest($1::uuid[], $2::int[], $3::date[], $4::bigint[], $5::int[], $6::int[])
            ON CONFLICT DO NOTHING
            """, Array(SettleStatement.parameters(rows).prefix(6)))
    }

    /// Settles those that can be. Returns their lanes.
    func settle() async throws -> [LaneDue] {
        let rows = try await pool.query(
            """
            SELECT contact_id, attempt, day - date '1970-01-01' AS day, batch, generation, moves FROM orphans_left
            ORDER BY contact_id, attempt LIMIT 1000
            """
        ).map { try SettleRow(orphan: $0) }
        guard !rows.isEmpty else { return [] }
        let result = try await Settler(pool: pool).settle(rows)
        let left = Set(result.busy + result.faulty)
        let settled = rows.indices.filter { !left.contains($0) }.map { rows[$0] }
        try await pool.query(
            """
            DELETE FROM orphans_left o USING unnest($1::uuid[], $2::int[]) AS s(contact, attempt)
            WHERE o.contact_id = s.contact AND o.attempt = s.attempt
            """, Array(SettleStatement.parameters(settled).prefix(2)))
        return result.lanes
    }
}
