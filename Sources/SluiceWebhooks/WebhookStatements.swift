/// The courier's statements.
enum WebhookStatements {
    /// Whether there is anything to do here at all.
    static let isUsed = """
        SELECT EXISTS (SELECT FROM webhook_endpoints WHERE is_active) OR EXISTS (SELECT FROM message_events)
        """

    /// Makes deliveries of what happened. `$1`: how many rows. The event's id is made of what it is about, so it is the
    /// same whoever writes it and however often.
    static let fanOut = """
        WITH taken AS MATERIALIZED (
            DELETE FROM message_events WHERE id IN (
                SELECT id FROM message_events ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING id, workspace_id, type, contact_id, attempt, day, at
        ), told AS (
            SELECT t.id, t.workspace_id, t.type, k.event_id, jsonb_build_object('id', k.event_id, 'type', t.type,
                'timestamp', to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'data', jsonb_build_object('workspaceId', t.workspace_id,
                    'messageId', replace(t.contact_id::text, '-', '') || '-' || l.generation || '-' || l.moves,
                    'attempt', t.attempt, 'contactId', t.contact_id, 'to', l.recipient, 'kind', c.kind,
                    'sourceId', l.source_id, 'step', l.step_trigger, 'deviceId', l.device_id,
                    'outcome', l.state, 'code', coalesce(l.code, l.delivery_code), 'delivery', l.delivery,
                    'providerId', l.provider_id)) AS body
            FROM taken t
            JOIN send_ledger l ON l.contact_id = t.contact_id AND l.attempt = t.attempt AND l.day = t.day
            LEFT JOIN sequence_contacts c ON c.id = t.contact_id
            CROSS JOIN LATERAL (SELECT 'evt_' || md5(concat_ws(' ', t.contact_id, t.attempt, t.day, t.type))) k(event_id)
        ), made AS (
            INSERT INTO webhook_deliveries (endpoint_id, event_id, type, body)
            SELECT e.id, t.event_id, t.type, t.body FROM told t
            JOIN webhook_endpoints e ON e.workspace_id = t.workspace_id AND e.is_active AND t.type = ANY (e.events)
            ORDER BY t.id ON CONFLICT DO NOTHING
        )
        SELECT count(*) FROM taken
        """

    /// Takes what is due, for at most `$1` endpoints other than `$2`, `$3` deliveries each, of one that fails a single
    /// one, and gives each `$4` seconds.
    static let claim = """
        WITH chosen AS MATERIALIZED (
            SELECT d.id FROM (
                SELECT id, failures FROM webhook_endpoints e
                WHERE is_active AND retry_at <= clock_timestamp() AND id <> ALL ($2::text[]) AND EXISTS (
                    SELECT FROM webhook_deliveries w
                    WHERE w.endpoint_id = e.id AND w.state = 'pending' AND w.next_at <= clock_timestamp())
                ORDER BY random() LIMIT $1) e
            CROSS JOIN LATERAL (
                SELECT id FROM webhook_deliveries w
                WHERE w.endpoint_id = e.id AND w.state = 'pending' AND w.next_at <= clock_timestamp()
                ORDER BY w.next_at LIMIT CASE WHEN e.failures > 0 THEN 1 ELSE $3::bigint END
                FOR UPDATE SKIP LOCKED) d
        )
        UPDATE webhook_deliveries d SET attempts = attempts + 1,
            next_at = clock_timestamp() + make_interval(secs => $4)
        FROM webhook_endpoints e
        WHERE d.id IN (SELECT id FROM chosen) AND e.id = d.endpoint_id
        RETURNING d.id, d.endpoint_id, d.event_id, d.body, e.url, e.secret
        """

    /// Writes down what became of posts to one endpoint. `$1` deliveries, `$2` the statuses, `$3` what was wrong (NULL:
    /// taken); `$4` the endpoint, `$5` whether it said that it is gone; `$6` attempts of a delivery, `$7` days until off.
    static let note = """
        WITH posted AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[]) AS p(id, status, problem)
        ), noted AS (
            UPDATE webhook_deliveries d SET status = p.status, problem = p.problem, state = n.state,
                ended_at = CASE WHEN n.state <> 'pending' THEN clock_timestamp() END,
                next_at = clock_timestamp() + least(interval '10 seconds' * 2 ^ (least(d.attempts, 20) - 1),
                    interval '1 hour') * (0.75 + random() * 0.5)
            FROM posted p CROSS JOIN LATERAL (
                SELECT CASE WHEN p.problem IS NULL THEN 'delivered'
                    WHEN w.attempts >= $6 THEN 'failed' ELSE 'pending' END AS state
                FROM webhook_deliveries w WHERE w.id = p.id) n
            WHERE d.id = p.id AND d.state = 'pending'
        )
        UPDATE webhook_endpoints e SET
            failures = CASE WHEN t.is_taken THEN 0 ELSE least(e.failures, 1000) + 1 END,
            failing_since = CASE WHEN NOT t.is_taken THEN coalesce(e.failing_since, clock_timestamp()) END,
            retry_at = CASE WHEN t.is_taken THEN '-infinity' ELSE clock_timestamp()
                + least(interval '5 seconds' * 2 ^ least(e.failures, 20), interval '15 minutes')
                    * (0.75 + random() * 0.5) END,
            is_active = e.is_active AND t.off IS NULL, problem = coalesce(t.off, e.problem)
        FROM (
            SELECT g.*, CASE WHEN g.is_taken THEN NULL
                WHEN $5 THEN 'it answered 410: gone'
                WHEN x.failing_since < clock_timestamp() - make_interval(days => $7)
                    THEN 'it took nothing for ' || $7 || ' days' END AS off
            FROM webhook_endpoints x
            CROSS JOIN (SELECT coalesce(bool_or(problem IS NULL), false) AS is_taken FROM posted) g
            WHERE x.id = $4) t
        WHERE e.id = $4 AND (e.failures > 0 OR NOT t.is_taken)
        RETURNING e.is_active, e.problem
        """

    /// Switches off what has fallen too far behind. `$1`: how many deliveries may wait.
    static let switchOff = """
        UPDATE webhook_endpoints e SET is_active = false, problem = 'more than ' || $1 || ' deliveries waited for it'
        WHERE is_active AND (SELECT count(*) FROM (
            SELECT FROM webhook_deliveries w WHERE w.endpoint_id = e.id AND w.state = 'pending' LIMIT $1 + 1) x) > $1
        RETURNING e.id, e.problem
        """

    /// What is older than `$1` days, and what endpoints were told that are removed; `$2` at most so many of each kind.
    /// Says how many.
    static let forget = """
        WITH old AS (
            (SELECT id FROM webhook_deliveries
                WHERE state <> 'pending' AND ended_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
            UNION ALL
            (SELECT w.id FROM webhook_endpoints e JOIN webhook_deliveries w ON w.endpoint_id = e.id
                WHERE NOT e.is_active AND w.state = 'pending'
                  AND w.next_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
            UNION ALL
            (SELECT w.id FROM webhook_endpoints e JOIN webhook_deliveries w ON w.endpoint_id = e.id
                WHERE e.removed_at IS NOT NULL LIMIT $2)
        ), gone AS (
            DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM old) RETURNING id)
        SELECT count(*) FROM gone
        """

    /// Removed endpoints of which nothing is left.
    static let forgetEndpoints = """
        DELETE FROM webhook_endpoints e
        WHERE removed_at IS NOT NULL AND NOT EXISTS (SELECT FROM webhook_deliveries w WHERE w.endpoint_id = e.id)
        """
}
