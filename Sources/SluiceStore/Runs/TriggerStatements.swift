/// Runs of triggers: a queued row is one person, entered at the first step of its flow at priority 1 or its own.
enum TriggerStatements {
    /// Flows that runs need and nobody has compiled yet. `$1`: rows of the intake.
    static let flows = """
        SELECT DISTINCT f.id FROM work_intake w JOIN trigger_runs r ON r.id = w.item::bigint
        JOIN flows f ON f.id = r.flow_id WHERE w.id = ANY ($1::bigint[]) AND NOT f.is_compiled
        """

    /// `$1`: rows of the intake. A run that somebody is writing is waited for, briefly. One whose page does not send is
    /// passed by: it stays queued until the page sends.
    static let start = start(rows: "$1", lastRow: [:])

    /// All that need no flow compiled, if they are few. `$1`: how many are few. The last row says how many it has taken,
    /// and whether there is more.
    static let few = start(
        rows: IntakeTable.few(
            """
            SELECT w.id FROM work_intake w
            WHERE \(waiting)
              AND NOT EXISTS (SELECT FROM trigger_runs r JOIN flows f ON f.id = r.flow_id
                WHERE r.id = w.item::bigint AND NOT f.is_compiled)
            ORDER BY w.id
            """),
        lastRow: [
            "taken": "(SELECT count(*) FROM taken)::int",
            "is_more": """
            EXISTS (SELECT FROM work_intake w WHERE \(waiting) AND w.id NOT IN (SELECT id FROM taken))
            """,
        ])

    private static let waiting = """
        w.area = '\(WorkArea.trigger.rawValue)' AND w.problem IS NULL AND w.not_before <= clock_timestamp()
        """

    private static func start(rows: String, lastRow: KeyValuePairs<String, String>) -> String {
        """
        WITH taken AS MATERIALIZED (DELETE FROM work_intake WHERE id = ANY (\(rows)::bigint[]) RETURNING id, item),
        queued AS MATERIALIZED (
            SELECT r.* FROM trigger_runs r
            WHERE r.id IN (SELECT item::bigint FROM taken) AND r.status = 'queued' ORDER BY r.id FOR NO KEY UPDATE
        ), judged AS MATERIALIZED (
            SELECT r.id, r.recipient_user_id, r.page_id, coalesce(r.priority, 1) AS priority,
                coalesce(f.workspace_id, r.workspace_id) AS workspace_id,
                coalesce(r.device_id, p.device_id) AS device_id, p.blocked_until,
                coalesce(p.is_active, true) AS page_is_active, f.entry_step, f.entry_seconds, f.entry_decides, s.user_name,
                d.source_id AS settings,
                CASE
                    WHEN f.id IS NULL THEN 'flow_not_found'
                    WHEN f.entry_step IS NULL THEN 'flow_invalid'
                    WHEN btrim(coalesce(r.recipient_user_id, '')) = '' THEN 'recipient_missing'
                    WHEN NOT sluice_page_sends(p.is_active, p.blocked_until) THEN 'skip'
                END AS verdict, f.problem
            FROM queued r
            LEFT JOIN flows f ON f.id = r.flow_id
            LEFT JOIN meta_pages p ON p.page_id = r.page_id
            LEFT JOIN LATERAL (
                SELECT user_name FROM meta_subscribers
                WHERE page_id = r.page_id AND user_id = r.recipient_user_id LIMIT 1) s ON true
            LEFT JOIN sources d ON d.kind = 'trigger'
                AND d.source_id = sluice_trigger_source(coalesce(f.workspace_id, r.workspace_id), r.trigger_id)
        ), given AS MATERIALIZED (
            SELECT id AS ordinal, workspace_id, 'trigger' AS kind, id::text AS source_id,
                coalesce(settings, 'class-' || sluice_priority_class(priority)) AS lane_source,
                recipient_user_id AS address, user_name AS name, device_id, entry_step AS step,
                clock_timestamp() + entry_seconds * interval '1 second' AS due, NULL::timestamptz AS expires_at,
                NULL::text AS time_zone, page_id, entry_decides AS decides
            FROM judged WHERE verdict IS NULL
        ),
        \(EnterStatement.ctes),
        skipped AS (
            INSERT INTO work_intake (area, item, not_before)
            SELECT 'trigger', id::text, blocked_until FROM judged
            WHERE verdict = 'skip' AND page_is_active AND blocked_until < 'infinity'
        ), failed AS (
            UPDATE trigger_runs r SET status = 'failed', completed_at = now(), updated_at = now(),
                error_details = jsonb_strip_nulls(jsonb_build_object('code', j.verdict, 'message', j.problem))
            FROM judged j WHERE r.id = j.id AND j.verdict <> 'skip' AND \(PlannerEstimate.few("j.id"))
        ), started AS (
            UPDATE trigger_runs r SET status = 'running', workspace_id = j.workspace_id, updated_at = now(),
                completed_at = NULL, error_details = NULL
            FROM judged j WHERE r.id = j.id AND j.verdict IS NULL AND \(PlannerEstimate.few("j.id"))
        ), let_be AS (
            -- Whose contact was sent already, or is: the run is told what it is.
            INSERT INTO progress_intake (kind, contact_id)
            SELECT kind, id FROM placed WHERE NOT \(EnterStatement.isEntered("id"))
        )
        \(IntakeTable.lanes(lastRow: lastRow))
        """
    }

    /// Says on runs what has become of their contacts. `$1`: how many rows of the intake. A run that somebody is
    /// writing is told later.
    static let project = """
        WITH taken AS MATERIALIZED (
            \(Progress.taken(of: .trigger, limit: "$1"))
        ), contact AS MATERIALIZED (
            SELECT c.id, r.id AS run, r.status AS run_status, c.status, c.hold_reason, c.last_error,
                c.next_trigger_time, c.completed_at, c.claim_state, here.node_id AS here, last.node_id AS last,
                l.code, coalesce(c.retry_count, 0) = 0 AND coalesce(last.is_wait,
                    l.attempt IS NULL AND c.next_trigger_time > c.created_at + interval '0.5 seconds') AS is_waiting
            FROM (SELECT DISTINCT contact_id FROM taken) t
            JOIN sequence_contacts c ON c.id = t.contact_id
            CROSS JOIN LATERAL (
                SELECT id, status FROM trigger_runs WHERE id = \(run) FOR NO KEY UPDATE SKIP LOCKED) r
            LEFT JOIN LATERAL (
                SELECT attempt, step_trigger, code FROM send_ledger
                WHERE contact_id = c.id AND attempt <= c.attempts AND generation = c.generation
                  AND state IN ('sent', 'unknown', 'failed')
                ORDER BY attempt DESC LIMIT 1) l ON true
            LEFT JOIN sequence_steps here ON here.workspace_id = c.workspace_id AND here.trigger = c.current_trigger
            LEFT JOIN sequence_steps last ON last.workspace_id = c.workspace_id AND last.trigger = l.step_trigger
        ), told AS (
            UPDATE trigger_runs r SET status = n.status, updated_at = now(),
                next_step_at = CASE WHEN n.is_open THEN c.next_trigger_time END,
                next_step_id = CASE WHEN n.is_open THEN c.here END,
                last_step_id = coalesce(c.last, r.last_step_id),
                completed_at = CASE WHEN NOT n.is_open THEN coalesce(c.completed_at, now()) END,
                error_details = CASE WHEN n.code IS NOT NULL THEN jsonb_build_object('code', n.code) END
            FROM contact c CROSS JOIN LATERAL (SELECT
                CASE
                    WHEN c.status = 'completed' THEN 'finished'
                    WHEN c.status IN ('failed', 'cancelled') THEN c.status
                    WHEN c.status = 'unknown' OR c.claim_state = 2 THEN 'running'
                    WHEN c.status = 'paused' OR c.is_waiting THEN 'waiting'
                    ELSE 'running'
                END AS status,
                c.status NOT IN ('completed', 'failed', 'cancelled') AS is_open,
                CASE WHEN c.status = 'unknown' THEN 'unknown' WHEN c.hold_reason IS NOT NULL THEN c.hold_reason
                    WHEN c.status = 'failed' THEN coalesce(c.code, c.last_error)
                    WHEN c.status = 'cancelled' AND c.last_error <> 'source_cancelled' THEN c.last_error END AS code) n
            WHERE r.id = c.run AND c.run_status <> 'queued' AND \(PlannerEstimate.few("c.run"))
        ), locked AS (
            INSERT INTO progress_intake (kind, contact_id)
            SELECT DISTINCT 'trigger', t.contact_id FROM taken t
            WHERE t.contact_id NOT IN (SELECT id FROM contact)
              AND EXISTS (SELECT FROM sequence_contacts c JOIN trigger_runs r ON r.id = \(run)
                WHERE c.id = t.contact_id)
        )
        SELECT (SELECT count(*) FROM taken)::int AS taken, (SELECT count(*) FROM contact)::int AS told
        """

    /// Whose contact `c` is; a source that somebody wrote by hand may be no number.
    private static let run = "CASE WHEN c.source_id ~ '^[0-9]{1,18}$' THEN c.source_id::bigint END"
}
