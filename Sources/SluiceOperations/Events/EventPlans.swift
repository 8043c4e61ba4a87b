internal import PostgresDriver

/// What a plan added.
public struct EventPlan: Codable, Hashable, Sendable {
    public var eventId: EventKey
    public var contractors: Int
    /// Messages that were not there before.
    public var planned: Int
    public var byType: [String: Int]
}

/// What was cleared.
public struct EventClearing: Codable, Hashable, Sendable {
    public var eventId: EventKey
    public var cancelled: Int
    /// Messages on their way this moment: they are not called back.
    public var inFlight: Int
}

extension OperatorSession {
    /// Gives contractors of an event all messages that its types, its sessions and its times call for, as of now. What
    /// is there already, in whatever state, is not added again, and nothing whose time has passed.
    ///
    /// - Parameter contractors: nil: whoever has a message or a session of this event.
    public func planEvent(
        _ event: EventKey, contractors: [EventKey]?, in workspace: String
    ) async throws -> EventPlan {
        try await EventLookup.require(event, in: workspace, on: database)
        for contractor in contractors ?? [] {
            try await EventLookup.require(contractor: contractor, in: workspace, on: database)
        }
        let people = try await database.query(
            Self.peopleSQL,
            [.string(event.text), .string(workspace), contractors.map { .stringArray($0.map(\.text)) } ?? .null]
        ).column(String.self, at: 0)
        var plan = EventPlan(eventId: event, contractors: people.count, planned: 0, byType: [:])
        // A transaction each, so that none is long; one that is cut short goes on when it is asked for again.
        for start in stride(from: 0, to: people.count, by: Self.peopleAtOnce) {
            let chunk = Array(people[start..<min(start + Self.peopleAtOnce, people.count)])
            let added = try await change(deadline: .seconds(30)) { change in
                let types = try await change.query(
                    Self.planSQL, [.string(event.text), .string(workspace), .stringArray(chunk)]
                ).column(String.self, at: 0)
                if !types.isEmpty {
                    try await change.record("events.plan", target: event.text, after: ["planned": types.count])
                }
                return types
            }
            plan.planned += added.count
            for type in added { plan.byType[type, default: 0] += 1 }
        }
        wakeIntake()
        return plan
    }

    /// Cancels all that waits of an event, or of one contractor of it.
    public func clearEvent(
        _ event: EventKey, contractor: EventKey? = nil, in workspace: String
    ) async throws -> EventClearing {
        try await EventLookup.require(event, in: workspace, on: database)
        if let contractor { try await EventLookup.require(contractor: contractor, in: workspace, on: database) }
        return try await change(deadline: .seconds(60)) { change in
            let parameters: [PostgresValue] = [
                .string(event.text), .string(workspace), .string(contractor?.text),
            ]
            let inFlight = try await change.query(
                "SELECT count(*)::int FROM event_messages m WHERE \(Self.ofEvent) AND \(EventStats.isInFlight)",
                parameters
            ).scalar(Int32.self)
            let cancelled = try await change.query(
                """
                UPDATE event_messages m SET status = 'cancelled', error_message = 'cleared'
                WHERE \(Self.ofEvent) AND error_message IS DISTINCT FROM 'unknown' AND NOT \(EventStats.isInFlight)
                RETURNING id::text
                """, parameters
            ).count
            let clearing = EventClearing(eventId: event, cancelled: cancelled, inFlight: Int(inFlight))
            try await change.record(
                "events.clear", target: [event, contractor].compactMap { $0?.text }.joined(separator: " "),
                after: clearing)
            return clearing
        }
    }

    /// About 10,000 messages.
    private static let peopleAtOnce = 500

    /// `$1` event, `$2` workspace, `$3` contractor or NULL.
    private static let ofEvent = """
        m.event_id::text = $1 AND m.workspace_id = $2 AND ($3::text IS NULL OR m.contractor_id::text = $3)
            AND m.status = 'scheduled' AND m.direction IS DISTINCT FROM 'inbound'
        """

    /// `$1` event, `$2` workspace, `$3` contractors or NULL.
    static let peopleSQL = """
        SELECT c.id::text FROM contractors c
        WHERE c.workspace_id = $2 AND c.id::text IN (
            SELECT unnest($3::text[])
            UNION SELECT contractor_id::text FROM event_messages WHERE $3::text[] IS NULL AND event_id::text = $1
            UNION SELECT contractor_id::text FROM event_sessions WHERE $3::text[] IS NULL AND event_id::text = $1)
        ORDER BY 1
        """

    /// `$1` event, `$2` workspace, `$3` contractors.
    static let planSQL = """
        WITH types AS MATERIALIZED (
            SELECT DISTINCT ON (message_type) * FROM event_message_types WHERE workspace_id IN ('*', $2)
            ORDER BY message_type, workspace_id = '*'
        ), wanted AS MATERIALIZED (
            SELECT e.id AS event_id, c.id AS contractor_id, t.message_type, t.anchor, t.offset_seconds,
                s.id AS session_id
            FROM events e CROSS JOIN types t
            LEFT JOIN event_sessions s ON s.event_id::text = e.id::text AND s.kind = t.session_kind
            JOIN contractors c ON c.workspace_id = $2 AND c.id::text = ANY ($3::text[])
                AND coalesce(s.contractor_id::text = c.id::text, true)
            WHERE e.id::text = $1 AND e.workspace_id = $2 AND (t.session_kind IS NULL OR s.id IS NOT NULL)
        )
        INSERT INTO event_messages (workspace_id, event_id, contractor_id, message_type, session_id, status)
        SELECT $2, w.event_id, w.contractor_id, w.message_type, w.session_id, 'scheduled'
        FROM wanted w
        CROSS JOIN LATERAL (SELECT sluice_event_due(jsonb_populate_record(NULL::event_messages, jsonb_build_object(
            'workspace_id', $2, 'event_id', w.event_id, 'session_id', w.session_id, 'anchor', w.anchor,
            'offset_seconds', w.offset_seconds))) AS due) d
        WHERE (w.anchor IN ('now', 'profile') OR d.due IS NULL OR d.due > now())
          AND NOT EXISTS (SELECT FROM event_messages m
            WHERE m.event_id::text = $1 AND m.contractor_id::text = w.contractor_id::text
              AND m.message_type = w.message_type AND m.session_id IS NOT DISTINCT FROM w.session_id)
        RETURNING message_type
        """
}
