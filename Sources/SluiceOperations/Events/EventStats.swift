internal import PostgresDriver

/// How the messages of one event stand, or of all.
public struct EventStats: Codable, Hashable, Sendable {
    /// Due, and not on their way yet.
    public var waiting: Int
    /// On their way.
    public var active: Int
    public var completed: Int
    public var failed: Int
    /// Due later.
    public var delayed: Int
    /// Waiting, active and delayed.
    public var total: Int
    public var cancelled: Int

    /// Whether a request with message `m` may be open.
    static let isInFlight = """
        EXISTS (SELECT FROM sequence_contacts c WHERE c.recipient = m.recipient AND c.source_id = m.id::text
                AND c.kind = 'event' AND c.workspace_id = m.workspace_id AND c.claim_state = 2)
        """
}

extension OperatorSession {
    /// - Parameter event: nil: all events of the workspace.
    public func eventStats(of event: EventKey?, in workspace: String) async throws -> EventStats {
        try await WorkspaceLookup.require(workspace, on: database)
        if let event { try await EventLookup.require(event, in: workspace, on: database) }
        let row = try await database.query(
            """
            SELECT count(*) FILTER (WHERE is_due AND NOT is_active)::int AS waiting,
                count(*) FILTER (WHERE is_active)::int AS active,
                count(*) FILTER (WHERE status = 'sent')::int AS completed,
                count(*) FILTER (WHERE status = 'failed')::int AS failed,
                count(*) FILTER (WHERE status = 'cancelled')::int AS cancelled,
                count(*) FILTER (WHERE status = 'scheduled' AND NOT is_due)::int AS delayed
            FROM (
                SELECT m.status, d.is_due, d.is_due AND \(EventStats.isInFlight) AS is_active
                FROM event_messages m CROSS JOIN LATERAL (SELECT
                    m.status = 'scheduled' AND coalesce(m.scheduled_time <= now(), false) AS is_due) d
                WHERE m.workspace_id = $1 AND ($2::text IS NULL OR m.event_id::text = $2)
                  AND m.direction IS DISTINCT FROM 'inbound') t
            """, [.string(workspace), .string(event?.text)])[0]
        func count(_ name: String) throws -> Int { Int(try row.decode(Int32.self, name)) }
        let (waiting, active, delayed) = (try count("waiting"), try count("active"), try count("delayed"))
        return EventStats(
            waiting: waiting, active: active, completed: try count("completed"), failed: try count("failed"),
            delayed: delayed, total: waiting + active + delayed, cancelled: try count("cancelled"))
    }
}
