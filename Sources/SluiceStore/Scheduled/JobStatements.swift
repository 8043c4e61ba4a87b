/// Scheduled messages: a job is one person with a message of their own, entered as soon as it is written and due at its
/// time.
enum JobStatements {
    /// `$1`: rows of the intake. A job that somebody is writing is waited for, briefly.
    static let start = """
        WITH taken AS MATERIALIZED (DELETE FROM work_intake WHERE id = ANY ($1::bigint[]) RETURNING item),
        waiting AS MATERIALIZED (
            SELECT * FROM scheduled_sms_jobs
            WHERE id IN (SELECT item FROM taken) AND status = 'scheduled' ORDER BY id FOR NO KEY UPDATE
        ), judged AS MATERIALIZED (
            SELECT j.*, coalesce(j.workspace_id, 'default') AS workspace, w.time_zone, d.id AS sender,
                CASE
                    WHEN j.from_number IS NOT NULL AND d.id IS NULL THEN 'unknown_sender'
                    WHEN sluice_digits(j.to_phone) IS NULL AND NOT sluice_addresses_by_id(d.id) THEN 'invalid_phone'
                    ELSE sluice_content_problem(j.body, NULL, j.media_url)
                END AS refusal
            FROM waiting j
            LEFT JOIN workspaces w ON w.id = coalesce(j.workspace_id, 'default')
            LEFT JOIN LATERAL (
                SELECT id FROM user_devices
                WHERE workspace_id = coalesce(j.workspace_id, 'default')
                  AND sluice_digits(phone) = sluice_digits(coalesce(j.from_number, w.default_from))
                ORDER BY id LIMIT 1) d ON true
        ), given AS MATERIALIZED (
            SELECT row_number() OVER () AS ordinal, workspace AS workspace_id, 'scheduled' AS kind, id AS source_id,
                'class-' || sluice_priority_class(priority) AS lane_source, to_phone AS address, NULL AS name,
                sender AS device_id, NULL AS step, scheduled_time AS due, expires_at, time_zone,
                NULL::bigint AS page_id, false AS decides, coalesce(body, '') AS body,
                nullif(media_url, '') AS media_url, metadata::jsonb AS metadata
            FROM judged WHERE refusal IS NULL
        ),
        \(EnterStatement.ctes),
        owned AS (
            INSERT INTO own_messages (contact_id, message_type, body, media_url, channel, metadata)
            SELECT id, CASE WHEN media_url IS NULL THEN 'text' ELSE 'image' END, body, media_url, 'sms', metadata
            FROM placed WHERE \(EnterStatement.isEntered("id"))
            ON CONFLICT (contact_id) DO UPDATE SET message_type = excluded.message_type, body = excluded.body,
                media_url = excluded.media_url, channel = excluded.channel, metadata = excluded.metadata
        ), let_be AS (
            -- Whose message was sent already, or is: the job is told what it is.
            INSERT INTO progress_intake (kind, contact_id)
            SELECT kind, id FROM placed WHERE NOT \(EnterStatement.isEntered("id"))
        ), refused AS (
            UPDATE scheduled_sms_jobs j SET status = 'failed', error = r.refusal, completed_time = now(),
                updated_at = now()
            FROM judged r WHERE j.id = r.id AND r.refusal IS NOT NULL AND \(PlannerEstimate.few("r.priority"))
        )
        SELECT lane_id, min(next_trigger_time) AS due FROM entered WHERE status = 'active' GROUP BY lane_id
        """

    /// Says on jobs what has become of their messages. `$1`: how many rows of the intake. A job that somebody is
    /// writing is told later.
    static let project = """
        WITH taken AS MATERIALIZED (
            \(Progress.taken(of: .scheduled, limit: "$1"))
        ), contact AS MATERIALIZED (
            SELECT c.id, j.id AS job, j.status AS job_status, c.status, c.hold_reason, c.last_error, c.completed_at,
                c.claim_state, c.next_trigger_time <= clock_timestamp() AS is_due, l.state, l.code,
                l.delivery, l.delivery_code
            FROM (SELECT DISTINCT contact_id FROM taken) t
            JOIN sequence_contacts c ON c.id = t.contact_id
            -- One that is for somebody else now has another contact.
            CROSS JOIN LATERAL (
                SELECT id, status FROM scheduled_sms_jobs
                WHERE id = c.source_id AND coalesce(workspace_id, 'default') = c.workspace_id
                  AND (c.recipient = sluice_digits(to_phone) OR c.recipient = to_phone)
                FOR NO KEY UPDATE SKIP LOCKED) j
            LEFT JOIN LATERAL (
                SELECT state, code, delivery, delivery_code FROM send_ledger
                WHERE contact_id = c.id AND attempt <= c.attempts AND generation = c.generation
                ORDER BY attempt DESC LIMIT 1) l ON true
        ), told AS (
            UPDATE scheduled_sms_jobs j SET updated_at = now(),
                status = CASE
                    WHEN c.status IN ('completed', 'failed', 'cancelled') THEN c.status
                    WHEN c.claim_state = 2 OR c.status = 'unknown' OR c.is_due THEN 'processing'
                    ELSE 'scheduled' END,
                message_status = CASE
                    WHEN l.state IN ('sent', 'unknown') THEN coalesce(c.delivery, l.state)
                    WHEN c.status = 'failed' THEN 'failed'
                    WHEN c.status NOT IN ('completed', 'cancelled') AND (c.claim_state = 2 OR c.is_due) THEN 'queued'
                    END,
                completed_time = CASE WHEN c.status IN ('completed', 'failed', 'cancelled')
                    THEN coalesce(c.completed_at, now()) END,
                error = CASE
                    WHEN c.status = 'failed' THEN coalesce(c.code, c.last_error)
                    WHEN c.status = 'cancelled' AND c.last_error <> 'source_cancelled' THEN c.last_error
                    ELSE coalesce(c.hold_reason, c.delivery_code) END
            FROM contact c CROSS JOIN LATERAL (SELECT c.state) l
            -- What was set to be sent again and is not entered yet is no news.
            WHERE j.id = c.job AND NOT (c.job_status = 'scheduled' AND c.status IN ('failed', 'cancelled')
                AND EXISTS (SELECT FROM work_intake w WHERE w.area = 'scheduled' AND w.item = c.job))
        ), locked AS (
            INSERT INTO progress_intake (kind, contact_id)
            SELECT DISTINCT 'scheduled', t.contact_id FROM taken t
            WHERE t.contact_id NOT IN (SELECT id FROM contact)
              AND EXISTS (SELECT FROM sequence_contacts c JOIN scheduled_sms_jobs j ON j.id = c.source_id
                WHERE c.id = t.contact_id AND coalesce(j.workspace_id, 'default') = c.workspace_id
                  AND (c.recipient = sluice_digits(j.to_phone) OR c.recipient = j.to_phone))
        )
        SELECT (SELECT count(*) FROM taken)::int AS taken, (SELECT count(*) FROM contact)::int AS told
        """
}
