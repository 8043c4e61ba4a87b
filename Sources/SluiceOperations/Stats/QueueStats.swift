internal import PostgresDriver

/// How many messages wait, are being sent, and are done, from the kept counts and a bounded look at each lane.
public struct QueueStats: Codable, Hashable, Sendable {
    /// Due now, being sent, due later or held.
    public var waiting: Int
    public var active: Int
    public var delayed: Int
    public var completed: Int
    public var failed: Int
    public var byPriority: [Priority]
    /// There is so much both due and not due that it was not counted to the end: `waiting` is at least that much then, and
    /// `delayed` the rest.
    public var isEstimate: Bool

    public struct Priority: Codable, Hashable, Sendable {
        /// Of the source: 1 of triggers, 100 of campaigns.
        public var priority: Int
        public var waiting: Int
        public var delayed: Int
    }

    enum CodingKeys: String, CodingKey {
        case waiting, active, delayed, completed, failed
        case byPriority = "by_priority"
        case isEstimate = "is_estimate"
    }
}

extension OperatorSession {
    private static let countsSQL = """
        SELECT coalesce(sum(n) FILTER (WHERE status = 'active'), 0)::bigint AS open,
            coalesce(sum(n) FILTER (WHERE status IN ('paused', 'advance')), 0)::bigint AS held,
            coalesce(sum(n) FILTER (WHERE status = 'completed'), 0)::bigint AS completed,
            coalesce(sum(n) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
            (SELECT coalesce(sum(n), 0)::bigint FROM in_flight_counts
                WHERE $1::text IS NULL OR workspace_id = $1) AS in_flight
        FROM contact_counts WHERE $1::text IS NULL OR workspace_id = $1
        """

    /// As many index entries as the budget leaves for each lane, of what is due and of what is not.
    private static let lanesSQL = """
        WITH bound AS MATERIALIZED (
            SELECT greatest(20, \(LaneQueries.budget) / greatest(1, count(*)))::int AS most FROM lanes
        )
        SELECT coalesce(s.priority, 10) AS priority, sum(due.n)::bigint AS due, sum(later.n)::bigint AS later,
            bool_or(due.n >= b.most) AS is_due_cut, bool_or(later.n >= b.most) AS is_later_cut
        FROM bound b CROSS JOIN lanes l
        LEFT JOIN sources s ON s.kind = l.kind AND s.source_id = l.source_id
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM sequence_contacts c
            WHERE c.lane_id = l.id AND c.status = 'active' AND c.next_trigger_time <= now() LIMIT b.most) c) due
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM sequence_contacts c
            WHERE c.lane_id = l.id AND c.status = 'active' AND c.next_trigger_time > now() LIMIT b.most) c) later
        WHERE $1::text IS NULL OR l.workspace_id = $1
        GROUP BY 1 HAVING sum(due.n + later.n) > 0 ORDER BY 1
        """

    /// - Parameter workspace: nil: all of them.
    public func queueStats(in workspace: String? = nil) async throws -> QueueStats {
        try await WorkspaceLookup.require(workspace, on: database)
        // Both from one snapshot, or a message that moves between the two would be counted twice or never.
        let (counts, lanes) = try await database.withTransaction(.repeatableRead) { transaction in
            (
                try await transaction.query(Self.countsSQL, [.string(workspace)])[0],
                try await transaction.query(Self.lanesSQL, [.string(workspace)])
            )
        }
        let open = Int(try counts.decode(Int64.self, "open"))
        let active = Int(try counts.decode(Int64.self, "in_flight"))
        let due = try lanes.reduce(0) { $0 + Int(try $1.decode(Int64.self, "due")) }
        let later = try lanes.reduce(0) { $0 + Int(try $1.decode(Int64.self, "later")) }
        let isDueCut = try lanes.contains { try $0.decode(Bool.self, "is_due_cut") }
        let isLaterCut = try lanes.contains { try $0.decode(Bool.self, "is_later_cut") }
        // What is in no lane yet is as good as due later. Where the due ones were not all counted, the others were.
        let waiting = isDueCut && !isLaterCut ? open - active - later : due - active
        return QueueStats(
            waiting: max(0, waiting), active: active,
            delayed: max(0, open - active - max(0, waiting)) + Int(try counts.decode(Int64.self, "held")),
            completed: Int(try counts.decode(Int64.self, "completed")),
            failed: Int(try counts.decode(Int64.self, "failed")),
            byPriority: try lanes.map { row in
                QueueStats.Priority(
                    priority: Int(try row.decode(Int32.self, "priority")),
                    waiting: Int(try row.decode(Int64.self, "due")),
                    delayed: Int(try row.decode(Int64.self, "later")))
            }, isEstimate: isDueCut && isLaterCut)
    }
}
