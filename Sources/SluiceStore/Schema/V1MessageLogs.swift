extension SchemaV1 {
    /// What was sent to people of pages, as their programs look it up, and the names that messages go by.
    static let messageLogs = """
        -- What people know a message by; `moves` messages of its flow went before it. NULL: those of sequences have none.
        CREATE FUNCTION sluice_message_name(kind text, source_id text, page_id bigint, recipient text, moves int)
        RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
            WHEN kind IN ('trigger', 'campaign') THEN CASE kind WHEN 'trigger' THEN 'trigger_' ELSE 'run_' END
                || source_id || '_page_' || coalesce(page_id::text, '') || '_user_' || recipient || '_msg_' || moves + 1
            WHEN kind = 'event' THEN 'event-message-' || source_id
            WHEN kind = 'scheduled' THEN source_id END;

        -- Attempts of all kinds that have ended; a log outlives its run. `name` is ours.
        CREATE SCHEMA IF NOT EXISTS message_logs;
        CREATE VIEW message_logs.message_logs AS
            SELECT replace(l.contact_id::text, '-', '') || '-' || l.attempt AS id,
                CASE WHEN c.kind = 'campaign' THEN s.number END AS run_id,
                CASE WHEN c.kind = 'trigger' THEN s.number END AS trigger_run_id,
                c.page_id, l.recipient AS user_id,
                CASE WHEN l.state IN ('sent', 'unknown') THEN l.state
                    WHEN l.code = 'http_429' THEN 'rate_limited'
                    WHEN l.code IN ('wrong_credentials', 'not_logged_in') THEN 'auth_error'
                    ELSE 'failed' END AS status,
                l.code AS error_code, l.detail AS error_message,
                CASE WHEN l.state = 'sent' THEN l.settled_at END AS sent_at, l.reserved_at AS created_at,
                sluice_message_name(c.kind, l.source_id, c.page_id, l.recipient, l.moves) AS name
            FROM send_ledger l
            LEFT JOIN sequence_contacts c ON c.id = l.contact_id
            -- A source that somebody wrote by hand may be no number.
            CROSS JOIN LATERAL (SELECT
                CASE WHEN l.source_id ~ '^[0-9]{1,18}$' THEN l.source_id::bigint END AS number) s
            WHERE l.state IN ('sent', 'failed', 'unknown');
        """
}
