/// Event messages: one person with a message of their own, entered as soon as its time is known and due then. What it
/// says and whom it is for is looked up each time it is entered.
enum EventStatements {
    /// `$1`: rows of the intake. A message that somebody is writing is waited for, briefly.
    static let start = """
        WITH taken AS MATERIALIZED (DELETE FROM work_intake WHERE id = ANY ($1::bigint[]) RETURNING item),
        waiting AS MATERIALIZED (
            SELECT m.id::text AS key FROM event_messages m
            WHERE m.id::text IN (SELECT item FROM taken) AND m.status = 'scheduled' AND m.scheduled_time IS NOT NULL
              AND m.direction IS DISTINCT FROM 'inbound'
            ORDER BY m.id FOR NO KEY UPDATE
        ), judged AS MATERIALIZED (
            SELECT n.*, d.id AS sender,
                CASE
                    WHEN n.address IS NULL THEN CASE WHEN n.is_mail THEN 'no_email' ELSE 'no_phone' END
                    WHEN n.is_mail AND (n.address !~ '^[^@[:space:]]+@[^@[:space:]]+$' OR length(n.address) > 200)
                        THEN 'invalid_email'
                    WHEN NOT n.is_mail AND n.address !~ '^[0-9]{7,15}$' THEN 'invalid_phone'
                    WHEN n.body IS NULL THEN 'empty_text'
                    WHEN n.missing IS NOT NULL THEN 'missing_value: ' || left(array_to_string(n.missing, ', '), 200)
                    ELSE sluice_content_problem(n.body, NULL, NULL)
                END AS refusal,
                n.is_mail AND d.id IS NULL AS is_held
            FROM (\(content)) n
            LEFT JOIN LATERAL (\(sender)) d ON true
        ), given AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY scheduled_time) AS ordinal, workspace_id, 'event' AS kind,
                key AS source_id, 'class-' || sluice_priority_class(priority) AS lane_source, address,
                name, sender AS device_id, NULL AS step, scheduled_time AS due, expires_at, time_zone,
                NULL::bigint AS page_id, false AS decides, body, channel, metadata
            FROM judged WHERE refusal IS NULL AND NOT is_held
        ),
        \(EnterStatement.ctes),
        owned AS (
            INSERT INTO own_messages (contact_id, message_type, body, channel, metadata)
            SELECT id, 'text', body, channel, metadata FROM placed WHERE \(EnterStatement.isEntered("id"))
            ON CONFLICT (contact_id) DO UPDATE SET message_type = excluded.message_type, body = excluded.body,
                media_url = NULL, channel = excluded.channel, metadata = excluded.metadata
        ), let_be AS (
            -- Whose message was sent already, or is: its row is told what it is.
            INSERT INTO progress_intake (kind, contact_id)
            SELECT kind, id FROM placed WHERE NOT \(EnterStatement.isEntered("id"))
        ), told AS (
            UPDATE event_messages m SET updated_at = now(), recipient = coalesce(j.address, m.recipient),
                status = CASE WHEN j.refusal IS NULL THEN m.status ELSE 'failed' END,
                error_message = coalesce(j.refusal, CASE WHEN j.is_held THEN 'no_gateway_for_channel' END)
            FROM judged j WHERE m.id::text = j.key AND \(PlannerEstimate.few("j.priority"))
        )
        SELECT lane_id, min(next_trigger_time) AS due FROM entered WHERE status = 'active' GROUP BY lane_id
        """

    /// What the waiting messages are made of.
    private static let content = """
        SELECT w.key, m.workspace_id, m.scheduled_time, m.expires_at, coalesce(m.channel, 'sms') AS channel,
            m.channel IS NOT DISTINCT FROM 'email' AS is_mail, \(SchemaV1.eventRecipient) AS address,
            coalesce(t.priority, 10) AS priority, nullif(coalesce(c.name, c.first_name), '') AS name, e.device_id,
            sluice_filled(v.template, v.given) AS body, sluice_missing(v.template, v.given) AS missing,
            coalesce(e.time_zone, h.time_zone) AS time_zone, h.default_from,
            jsonb_strip_nulls(jsonb_build_object('message_name', 'event-message-' || w.key, 'event_id', m.event_id,
                'contractor_id', m.contractor_id, 'message_type', m.message_type, 'message_category',
                m.message_category, 'subject', m.subject, 'from_email', m.from_email, 'ghl_contact_id',
                m.ghl_contact_id, 'ghl_location_id', m.ghl_location_id)) AS metadata
        FROM waiting w JOIN event_messages m ON m.id::text = w.key
        LEFT JOIN workspaces h ON h.id = m.workspace_id
        \(SchemaV1.eventParts)
        LEFT JOIN LATERAL (
            SELECT priority, template FROM event_message_types
            WHERE message_type = m.message_type AND workspace_id IN ('*', m.workspace_id)
            ORDER BY workspace_id = '*' LIMIT 1) t ON true
        -- Not folded into what reads it, which would put it together for each of them.
        CROSS JOIN LATERAL (SELECT \(SchemaV1.eventTemplate) AS template, \(SchemaV1.eventValues) AS given OFFSET 0) v
        """

    /// The device that is named for it: the event's, the workspace's, or for mail the first that sends any.
    private static let sender = """
        SELECT u.id FROM user_devices u
        WHERE u.workspace_id = n.workspace_id AND CASE WHEN n.is_mail THEN sluice_sends_mail(u.id)
            ELSE u.id = n.device_id OR sluice_digits(u.phone) = sluice_digits(n.default_from) END
        ORDER BY u.id = n.device_id DESC NULLS LAST, u.id LIMIT 1
        """

    /// Says on messages what has become of them. `$1`: how many rows of the intake. A message that somebody is writing
    /// is told later. One whose outcome is unknown stays `scheduled`, because nobody may send it again.
    static let project = """
        WITH taken AS MATERIALIZED (
            \(Progress.taken(of: .event, limit: "$1"))
        ), contact AS MATERIALIZED (
            SELECT c.id, m.id AS message, m.status AS message_status, c.status, c.hold_reason, c.last_error, l.state,
                l.code, l.settled_at, l.provider_id
            FROM (SELECT DISTINCT contact_id FROM taken) t
            JOIN sequence_contacts c ON c.id = t.contact_id
            -- One that is for somebody else now has another contact.
            CROSS JOIN LATERAL (
                SELECT id, status FROM event_messages
                WHERE id::text = c.source_id AND workspace_id = c.workspace_id AND recipient = c.recipient
                FOR NO KEY UPDATE SKIP LOCKED) m
            LEFT JOIN LATERAL (
                SELECT state, code, settled_at, provider_id FROM send_ledger
                WHERE contact_id = c.id AND attempt <= c.attempts AND generation = c.generation
                ORDER BY attempt DESC LIMIT 1) l ON true
        ), told AS (
            UPDATE event_messages m SET updated_at = now(), status = n.status,
                actual_send_time = CASE WHEN n.status = 'sent' THEN c.settled_at END,
                delay_minutes = CASE WHEN n.status = 'sent'
                    THEN round(extract(epoch FROM c.settled_at - m.scheduled_time) / 60, 2) END,
                ghl_message_id = CASE WHEN n.status = 'sent' THEN coalesce(m.ghl_message_id, c.provider_id)
                    ELSE m.ghl_message_id END,
                error_message = CASE n.status
                    WHEN 'failed' THEN coalesce(c.code, c.last_error)
                    WHEN 'cancelled' THEN CASE WHEN c.last_error <> 'source_cancelled' THEN c.last_error
                        ELSE m.error_message END
                    WHEN 'scheduled' THEN CASE WHEN c.status = 'unknown' OR c.state = 'unknown' THEN 'unknown'
                        ELSE coalesce(c.hold_reason, CASE WHEN c.state = 'failed' THEN c.code END) END
                    END
            FROM contact c CROSS JOIN LATERAL (SELECT CASE
                WHEN c.state = 'sent' THEN 'sent'
                WHEN c.status IN ('failed', 'cancelled') THEN c.status
                ELSE 'scheduled' END AS status) n
            -- What was set to be sent again and is not entered yet is no news.
            WHERE m.id = c.message AND NOT (c.message_status = 'scheduled' AND n.status IN ('failed', 'cancelled')
                AND EXISTS (SELECT FROM work_intake w WHERE w.area = 'event' AND w.item = m.id::text))
        ), locked AS (
            INSERT INTO progress_intake (kind, contact_id)
            SELECT DISTINCT 'event', t.contact_id FROM taken t
            WHERE t.contact_id NOT IN (SELECT id FROM contact)
              AND EXISTS (SELECT FROM sequence_contacts c JOIN event_messages m ON m.id::text = c.source_id
                WHERE c.id = t.contact_id AND m.workspace_id = c.workspace_id AND m.recipient = c.recipient)
        )
        SELECT (SELECT count(*) FROM taken)::int AS taken, (SELECT count(*) FROM contact)::int AS told
        """
}
