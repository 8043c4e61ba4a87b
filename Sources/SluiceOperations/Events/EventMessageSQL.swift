/// Statements over requests given as an array of JSON (`$1`) in a workspace (`$2`).
enum EventMessageSQL {
    /// An instant as it is given, or as the event's clocks have it.
    static func instant(_ time: String, isLocal: String) -> String {
        """
        CASE WHEN \(isLocal) THEN (\(time) AT TIME ZONE 'UTC') AT TIME ZONE coalesce(e.time_zone, w.time_zone, 'UTC')
                ELSE \(time) END
        """
    }

    /// Each request as the row it would be, with what is missing for it.
    static let check = """
        \(given)
        SELECT g.n, g.event_key IS NOT NULL AS has_event, g.contractor_key IS NOT NULL AS has_contractor,
            g.session IS NULL OR g.session_id IS NOT NULL AS has_session, t.message_type IS NOT NULL AS has_type,
            x.body, x.missing, sluice_event_recipient(r) AS recipient, \(EventMessageLine.inZone("d.due", as: "due"))
        FROM resolved g
        LEFT JOIN LATERAL sluice_event_type(g.type, $2) t ON true
        CROSS JOIN LATERAL jsonb_populate_record(NULL::event_messages, jsonb_build_object('workspace_id', $2,
            'event_id', g.event_key, 'contractor_id', g.contractor_key, 'message_type', g.type,
            'session_id', g.session_id, 'message_content', g.content, 'personalization_data', g.personal,
            'channel', g.channel, 'phone', g.phone, 'to_email', g.to, 'scheduled_time', coalesce(g.due,
                CASE WHEN t.anchor = 'now' THEN now() END), 'offset_seconds', t.offset_seconds,
            'anchor', CASE WHEN g.due IS NULL AND t.anchor <> 'now' THEN t.anchor END)) r
        CROSS JOIN LATERAL sluice_event_text(r) x
        CROSS JOIN LATERAL (SELECT sluice_event_due(r) AS due) d
        LEFT JOIN workspaces w ON w.id = $2
        LEFT JOIN events e ON e.id::text = g.event AND e.workspace_id = $2
        ORDER BY g.n
        """

    static let insert = """
        \(given)
        INSERT INTO event_messages (workspace_id, event_id, contractor_id, message_type, session_id, scheduled_time,
            message_content, personalization_data, channel, phone, to_email, from_email, subject, expires_at,
            ghl_contact_id, ghl_location_id, status)
        SELECT $2, g.event_key, g.contractor_key, g.type, g.session_id, g.due, g.content, g.personal, g.channel,
            g.phone, g.to, g.from, g.subject, g.expires_at, g.ghl_contact, g.ghl_location, 'scheduled'
        FROM resolved g ORDER BY g.n RETURNING id::text
        """

    /// Whether a message is in a node's hands. Locks it.
    static let hands = """
        SELECT EXISTS (SELECT FROM sequence_contacts c WHERE c.recipient = m.recipient AND c.source_id = m.id::text
            AND c.kind = 'event' AND c.workspace_id = m.workspace_id AND c.claim_state = 2)
        FROM event_messages m WHERE m.id::text = $1 AND m.workspace_id = $2 FOR UPDATE OF m
        """

    private static let given = """
        WITH resolved AS (
            SELECT r.*, e.id AS event_key, c.id AS contractor_key, s.id AS session_id,
                \(instant("to_timestamp(r.time / 1000000.0)", isLocal: "r.is_local")) AS due,
                \(instant("to_timestamp(r.expires / 1000000.0)", isLocal: "r.expires_local")) AS expires_at
            FROM (
                SELECT j.n, q.* FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY j(one, n)
                CROSS JOIN LATERAL jsonb_to_record(j.one) AS q(event text, contractor text, type text, content text,
                    personal jsonb, session bigint, channel text, phone text, "to" text, "from" text, subject text,
                    time bigint, is_local boolean, expires bigint, expires_local boolean, ghl_contact text,
                    ghl_location text)) r
            LEFT JOIN workspaces w ON w.id = $2
            LEFT JOIN events e ON e.id::text = r.event AND e.workspace_id = $2
            LEFT JOIN contractors c ON c.id::text = r.contractor AND c.workspace_id = $2
            LEFT JOIN event_sessions s ON s.id = r.session AND s.event_id::text = r.event
        )
        """
}
