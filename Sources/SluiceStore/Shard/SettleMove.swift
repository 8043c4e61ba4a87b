/// Where a settled attempt leaves its contact: the second half of ``SettleStatement``.
///
/// | outcome | contact active or paused | contact ended meanwhile |
/// |---|---|---|
/// | sent, or unknown where the sequence continues | `move`: next step, completed, or held | `move`, status kept |
/// | unknown where the sequence holds | `unknown` | `move`, status kept |
/// | refused | `retry`, or `fail` when permanent or once too often | `stay` |
/// | aborted, or the device's fault | `stay` | `stay` |
///
/// A truth about an unknown that comes late finds the contact idle: sent moves it unless it has moved on already;
/// failed lets it try again if it still waits as unknown.
enum SettleMove {
    /// Members of a WITH over `settled`: `judged`, `outcome` and the writes.
    static let ctes = """
        judged AS MATERIALIZED (
            SELECT s.*, nullif(st.next_trigger, '') AS next_trigger, nx.id IS NOT NULL AS has_next,
                nx.is_endless AS next_endless, nx.day_number AS next_day, e.is_over,
                CASE
                    WHEN s.state = 'sent' OR s.state = 'unknown' AND (e.is_over OR q.on_unknown = 'continue')
                        THEN 'move'
                    WHEN s.state = 'unknown' THEN 'unknown'
                    WHEN s.state = 'aborted' OR e.is_over OR s.verdict = 'device' THEN 'stay'
                    WHEN s.claim_state = 0 AND s.status <> 'unknown' THEN 'stay'
                    WHEN s.verdict = 'permanent' OR s.retries + 1 >= \(SettleStatement.mostAttempts) THEN 'fail'
                    ELSE 'retry'
                END AS move,
                -- The function call only where a time of day asks for it: it costs more than the rest of the row.
                CASE WHEN nullif(st.next_trigger, '') IS NULL THEN NULL
                    WHEN nx.time_schedule IS NULL THEN s.at + e.delay
                    ELSE sluice_due(s.at, e.delay, nx.time_schedule::text, coalesce(s.time_zone, w.time_zone))
                        END AS next_due
            FROM settled s
            LEFT JOIN sequences q ON q.id = s.sequence_id
            LEFT JOIN workspaces w ON w.id = s.workspace_id
            LEFT JOIN sequence_steps st ON st.workspace_id = s.workspace_id AND st.trigger = s.current_trigger
            CROSS JOIN LATERAL (SELECT s.status NOT IN ('active', 'unknown', 'paused') AS is_over,
                coalesce(st.trigger_delay_hours, 24)::double precision * interval '1 hour' AS delay) e
            LEFT JOIN sequence_steps nx ON nx.workspace_id = s.workspace_id AND nx.trigger = nullif(st.next_trigger, '')
            WHERE s.is_current
        ), outcome AS MATERIALIZED (
            SELECT j.*, h.hold,
                CASE
                    WHEN is_over THEN status
                    WHEN move = 'move' AND next_trigger IS NULL THEN 'completed'
                    WHEN move = 'unknown' THEN 'unknown'
                    WHEN move = 'fail' THEN 'failed'
                    WHEN status = 'paused' OR h.hold IS NOT NULL THEN 'paused'
                    ELSE 'active'
                END AS new_status,
                CASE move
                    WHEN 'move' THEN coalesce(next_due, next_trigger_time)
                    WHEN 'retry' THEN at + greatest(not_before * interval '1 microsecond',
                        least(\(SettleStatement.firstBackoff) * 2 ^ least(retries, 20),
                            \(SettleStatement.longestBackoff))
                            * (0.75 + random() * 0.5))
                    ELSE next_trigger_time
                END AS due
            FROM judged j CROSS JOIN LATERAL (
                SELECT CASE WHEN move <> 'move' OR next_trigger IS NULL OR status = 'paused' OR is_over THEN NULL
                    WHEN NOT has_next THEN 'next_step_missing'
                    WHEN next_endless THEN 'cycle_without_delay' END AS hold) h
        ), moved AS (
            UPDATE sequence_contacts c SET
                claim_state = 0, claim_batch = NULL, reserved_day = NULL,
                processing_device_id = NULL, processing_started_at = NULL,
                status = o.new_status, next_trigger_time = o.due,
                hold_reason = CASE WHEN o.new_status = 'paused' THEN coalesce(o.hold, c.hold_reason) END,
                moves = c.moves + CASE WHEN o.move = 'move' THEN 1 ELSE 0 END,
                -- One that ended before its last message was settled stands nowhere, so that setting it active sends
                -- nothing again.
                current_trigger = CASE WHEN o.move <> 'move' THEN c.current_trigger
                    WHEN o.is_over THEN o.next_trigger ELSE coalesce(o.next_trigger, c.current_trigger) END,
                current_step = CASE WHEN o.move = 'move' AND o.next_trigger IS NOT NULL
                    THEN coalesce(o.next_day, c.current_step + 1) ELSE c.current_step END,
                retry_count = CASE o.move WHEN 'move' THEN 0 WHEN 'retry' THEN o.retries + 1
                    WHEN 'fail' THEN o.retries + 1 ELSE c.retry_count END,
                completed_at = CASE WHEN o.new_status IN ('completed', 'failed') AND NOT o.is_over THEN o.at
                    ELSE c.completed_at END,
                last_error = CASE
                    WHEN o.is_over OR o.status = 'paused' AND o.new_status = 'paused' THEN c.last_error
                    WHEN o.hold IS NOT NULL THEN 'held: ' || o.hold
                    WHEN o.move = 'move' THEN CASE WHEN o.state = 'unknown' THEN o.code END
                    WHEN o.move IN ('retry', 'fail', 'unknown') THEN o.code
                    ELSE c.last_error END,
                updated_at = o.at
            FROM outcome o WHERE c.id = o.id
        ), completed AS (
            INSERT INTO completion_intake (lead_id, contact_id, generation, trigger)
            SELECT lead_id, id, generation, entry_trigger FROM outcome
            WHERE new_status IN ('completed', 'failed') AND NOT is_over AND lead_id IS NOT NULL
                AND entry_trigger IS NOT NULL
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, v.status, sum(v.n)
            FROM outcome o CROSS JOIN LATERAL (VALUES (o.status, -1), (o.new_status, 1)) v(status, n)
            WHERE o.status <> o.new_status GROUP BY 1, 2, 3, 4
        )
        """
}
