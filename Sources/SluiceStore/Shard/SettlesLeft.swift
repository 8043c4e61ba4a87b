internal import PostgresDriver
internal import SluiceCore

/// Outcomes that could not be written: the contact was locked by somebody for long, or its row refused. A table keeps
/// them with all that is known of them, so that neither the node's end nor a lock of an hour turns a known outcome into
/// an unknown one. Nothing else looks for these attempts: a take-over passes by what stands here.
struct SettlesLeft: Sendable {
    let pool: PostgresPool

    /// Rows of one pass of the leader: a row that is refused costs a dozen statements, and the pass a second or two.
    private static let most = 200

    /// The first word about an attempt stays, unless it was a successor's guess and this is what a node knows of it.
    func keep(_ rows: [SettleRow]) async throws {
        guard !rows.isEmpty else { return }
        try await pool.query(
            """
            INSERT INTO settles_left (contact_id, attempt, day, batch, generation, moves, state, verdict, is_charged,
                code, detail, provider_id, not_before)
            SELECT DISTINCT ON (g.contact, g.attempt, g.day) *
            FROM unnest($1::uuid[], $2::int[], $3::date[], $4::bigint[], $5::int[], $6::int[], $7::text[], $8::text[],
                $9::bool[], $10::text[], $11::text[], $12::text[], $13::bigint[]) AS g(contact, attempt, day)
            ON CONFLICT (contact_id, attempt, day) DO UPDATE SET state = excluded.state, verdict = excluded.verdict,
                is_charged = excluded.is_charged, code = excluded.code, detail = excluded.detail,
                provider_id = excluded.provider_id, not_before = excluded.not_before
            WHERE settles_left.state = 'unknown' AND excluded.state <> 'unknown'
            """, SettleStatement.parameters(rows))
    }

    /// Settles those that can be; the others are tried again, those that are locked in a second, those that are refused
    /// in half a minute. Returns the lanes of what is due again.
    func settle() async throws -> [LaneDue] {
        let rows = try await pool.query(
            """
            SELECT *, day - date '1970-01-01' AS days FROM settles_left
            WHERE try_at <= clock_timestamp() ORDER BY try_at LIMIT \(Self.most)
            """
        ).map { try SettleRow(left: $0) }
        guard !rows.isEmpty else { return [] }
        let result: Settler.Result
        do {
            result = try await Settler(pool: pool).settle(rows)
        } catch {
            // Whatever it was, the leader's other work does not wait for these rows the next time.
            try await delay(rows, seconds: 30)
            throw error
        }
        try await delay(result.busy.map { rows[$0] }, seconds: 1)
        try await delay(result.faulty.map { rows[$0] }, seconds: 30)
        let left = Set(result.busy + result.faulty)
        try await forget(rows.indices.filter { !left.contains($0) }.map { rows[$0] })
        return result.lanes
    }

    private func delay(_ rows: [SettleRow], seconds: Int) async throws {
        guard !rows.isEmpty else { return }
        try await pool.query(
            """
            UPDATE settles_left s SET try_at = clock_timestamp() + interval '\(seconds) seconds'
            FROM \(Self.given) WHERE \(Self.isGiven)
            """, Self.given(rows))
    }

    private func forget(_ rows: [SettleRow]) async throws {
        guard !rows.isEmpty else { return }
        try await pool.query(
            "DELETE FROM settles_left s USING \(Self.given) WHERE \(Self.isGiven)", Self.given(rows))
    }

    // With the state: a truth that came for a guess meanwhile is not forgotten with it.
    private static let given =
        "unnest($1::uuid[], $2::int[], $3::date[], $4::text[]) AS g(contact, attempt, day, state)"
    private static let isGiven =
        "s.contact_id = g.contact AND s.attempt = g.attempt AND s.day = g.day AND s.state = g.state"

    private static func given(_ rows: [SettleRow]) -> [PostgresValue] {
        SettleStatement.parameters(rows).prefix(3) + [.stringArray(rows.map(\.state))]
    }
}

extension SettleRow {
    fileprivate init(left row: PostgresRow) throws {
        try self.init(row, day: "days", outcome: .unknown(code: "", detail: ""))
        state = try row.decode(String.self, "state")
        verdict = try row.decode(String?.self, "verdict")
        isCharged = try row.decode(Bool.self, "is_charged")
        code = try row.decode(String?.self, "code")
        detail = try row.decode(String?.self, "detail")
        providerID = try row.decode(String?.self, "provider_id")
        notBefore = try row.decode(Int64.self, "not_before")
    }
}
