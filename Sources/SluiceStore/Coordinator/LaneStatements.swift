internal import PostgresDriver
internal import SluiceCore

/// Lanes and where the next contact of each is: one probe of the index (lane, due, id) for each lane.
///
/// Which lanes is said in a subquery of its own, so that what they are joined to decides nothing about how they are
/// found: by their key, in its order. It is another one for all lanes than for some, because statements are planned
/// without their parameters: one for both would walk all lanes, and for each of them the array of those asked for.
enum LaneStatements {
    /// `$1`: the lanes asked for.
    static let named = statement(of: "id = ANY ($1::bigint[])")
    /// `$1`: the last lane of the page before.
    static let page = statement(of: "id > $1 ORDER BY id LIMIT \(pageSize)")
    /// 10,000 index probes take 50-100 ms, however many lanes there are in all.
    static let pageSize = 10_000

    private static func statement(of lanes: String) -> String {
        """
        SELECT l.id, l.device_id, \(LaneNumbers.priorityClass) AS priority_class,
            coalesce(s.state = 'running', false)
                AND NOT EXISTS (SELECT FROM pauses p WHERE p.scope IN ('*', l.workspace_id)) AS is_runnable,
            n.next_trigger_time AS next_due, n.id AS next_contact, s.rate_per_minute
        FROM (SELECT * FROM lanes WHERE \(lanes)) l
        \(LaneNumbers.source)
        LEFT JOIN LATERAL (
            SELECT next_trigger_time, id FROM sequence_contacts c
            WHERE c.lane_id = l.id AND c.status = 'active' AND c.claim_state = 0 AND \(Untouchables.passes("c.id"))
            ORDER BY next_trigger_time, id LIMIT 1) n ON true
        ORDER BY l.id
        """
    }

    static func lane(_ row: PostgresRow) throws -> Lane {
        Lane(
            id: try row.lane("id"), device: try row.device("device_id"),
            priorityClass: try row.priorityClass("priority_class"),
            isRunnable: try row.decode(Bool.self, "is_runnable"), next: try position(row),
            ratePerMinute: try row.decode(Int32?.self, "rate_per_minute").map(Int.init))
    }

    /// Where a lane's next contact is, of a row that says it as `next_due` and `next_contact`.
    static func position(_ row: PostgresRow) throws -> LanePosition? {
        guard let due = try row.optionalTime("next_due") else { return nil }
        return LanePosition(due: due, contact: try row.contact("next_contact"))
    }
}
