/// ENROLL: one chunk of `enrollment_intake` becomes enrollments, in one statement.
///
/// Per lead and trigger the last word of the chunk counts. A lead's device, else its sequence's, else the one it had,
/// else the least loaded one of the workspace that can send; the sequence's `device_choice` may say otherwise
/// (``DevicePool/choice(of:policy:)``). An enrollment that ended is revived with the next generation; one that runs is
/// left alone. What cannot be done now, because somebody holds the contact locked or its last message is still in
/// flight, goes back into the intake for a second, so that nobody's open transaction delays the rest of the chunk.
/// Returns the lanes that got work.
enum EnrollStatement {
    static let sql = """
        WITH taken AS MATERIALIZED (
            DELETE FROM enrollment_intake WHERE id IN (
                SELECT id FROM enrollment_intake WHERE not_before <= clock_timestamp()
                ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING id, op, lead_id, contact_id, workspace_id, trigger
        ), word AS MATERIALIZED (
            SELECT DISTINCT ON (lead_id, trigger) lead_id, trigger, workspace_id, op,
                bool_or(op = 'remove') OVER (PARTITION BY lead_id, trigger) AS was_removed
            FROM taken WHERE lead_id IS NOT NULL ORDER BY lead_id, trigger, id DESC
        ),
        \(losses),
        \(DeviceOutage.away),
        \(gains),
        \(DevicePool.ctes),
        \(placed),
        \(entered)
        SELECT e.lane_id, min(e.next_trigger_time) AS due, (SELECT count(*) FROM taken)::int AS taken,
            NULL::uuid[] AS place
        FROM entered e WHERE e.status = 'active' GROUP BY e.lane_id
        UNION ALL
        SELECT NULL, NULL, (SELECT count(*) FROM taken)::int,
            (SELECT array_agg(DISTINCT contact_id) FROM taken WHERE op = 'place' AND contact_id IS NOT NULL)
        """

    /// Enrollments that end, also those in flight whose trigger went and came: what is in flight settles and then
    /// rests.
    private static let losses = """
        ending AS MATERIALIZED (
            SELECT c.id, c.workspace_id, c.kind, c.source_id, c.status
            FROM word w JOIN sequence_contacts c ON c.lead_id = w.lead_id AND c.entry_trigger = w.trigger
                AND c.workspace_id = w.workspace_id AND c.status IN ('active', 'paused', 'advance')
            WHERE w.op = 'remove' OR w.was_removed AND c.claim_state <> 0
            ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
        ), cancelled AS (
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'trigger_removed',
                completed_at = now()
            FROM ending e WHERE c.id = e.id
        )
        """

    /// Whom to enroll, where, and what is known of them.
    private static let gains = """
        wanted AS MATERIALIZED (
            SELECT w.lead_id, w.trigger, w.workspace_id, w.op, w.was_removed, l.phone, l.name, l.user_id,
                coalesce(l.time_zone, ws.time_zone) AS time_zone, q.id AS sequence_id, q.priority::int AS priority,
                st.day_number, st.time_schedule::text AS time_schedule, st.is_endless,
                coalesce(sluice_digits(l.phone), 'invalid:' || coalesce(nullif(l.phone, ''), l.id::text)) AS recipient,
                sluice_digits(l.phone) IS NOT NULL AS has_phone, coalesce(l.device_id, q.device_id) AS device_id,
                q.device_choice
            FROM word w
            JOIN leads l ON l.id = w.lead_id
            JOIN sequence_steps st ON st.workspace_id = w.workspace_id AND st.trigger = w.trigger AND st.is_entry_point
            JOIN sequences q ON q.id = st.sequence_id AND q.workspace_id = w.workspace_id AND q.is_active
            LEFT JOIN workspaces ws ON ws.id = w.workspace_id
            WHERE w.op IN ('add', 'find')
        ), person AS MATERIALIZED (
            SELECT DISTINCT ON (w.recipient, w.sequence_id) w.*, x.id AS known_id
            FROM wanted w LEFT JOIN LATERAL (
                -- LIMIT keeps this a probe of the identity's index per row, whatever size the planner takes the table
                -- for.
                SELECT c.id FROM sequence_contacts c WHERE c.recipient = w.recipient
                    AND c.source_id = w.sequence_id::text AND c.kind = 'sequence' AND c.workspace_id = w.workspace_id
                LIMIT 1) x ON true
            ORDER BY w.recipient, w.sequence_id, w.lead_id
        ), known AS MATERIALIZED (
            SELECT p.*, x.status AS known_status, x.claim_state, x.generation AS known_generation,
                x.assigned_device_id AS known_device
            FROM person p JOIN sequence_contacts x ON x.id = p.known_id
            WHERE p.op = 'add' ORDER BY x.id FOR UPDATE OF x SKIP LOCKED
        ), judged AS MATERIALIZED (
            SELECT p.*, NULL AS known_status, 0 AS claim_state, 0 AS known_generation, NULL::uuid AS known_device,
                CASE WHEN p.known_id IS NULL THEN 'enter' ELSE 'again' END AS verdict
            FROM person p
            WHERE p.known_id IS NULL OR p.op = 'add' AND p.known_id NOT IN (SELECT known_id FROM known)
            UNION ALL
            SELECT k.*, CASE
                WHEN k.known_id IN (SELECT id FROM ending) THEN 'add again'
                WHEN k.known_status IN ('completed', 'failed', 'cancelled')
                    THEN CASE WHEN k.claim_state = 0 THEN 'enter' ELSE 'add again' END
                WHEN k.known_status IN ('active', 'paused', 'advance') AND k.was_removed THEN 'enter'
                ELSE 'leave' END
            FROM known k
        ), put_off AS (
            INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger, not_before)
            SELECT op, lead_id, workspace_id, trigger, clock_timestamp() + interval '1 second' FROM (
                SELECT v.op, j.lead_id, j.workspace_id, j.trigger, v.place
                FROM judged j CROSS JOIN (VALUES ('remove', 1), ('add', 2)) v(op, place)
                WHERE j.verdict IN ('again', 'add again') AND (v.op = 'add' OR j.verdict = 'again' AND j.was_removed)
                UNION ALL
                SELECT 'remove', w.lead_id, w.workspace_id, w.trigger, 1
                FROM word w JOIN sequence_contacts c ON c.lead_id = w.lead_id AND c.entry_trigger = w.trigger
                    AND c.workspace_id = w.workspace_id AND c.status IN ('active', 'paused', 'advance')
                WHERE w.op = 'remove' AND c.id NOT IN (SELECT id FROM ending)) o
            ORDER BY place
        ), entering AS MATERIALIZED (
            SELECT j.*, c.own, c.chosen, 'sequence' AS kind, j.sequence_id::text AS source_id,
                row_number() OVER (PARTITION BY workspace_id, c.chosen IS NULL ORDER BY lead_id) AS turn,
                EXISTS (SELECT FROM suppressions s
                    WHERE s.phone = j.recipient AND s.workspace_id IN ('*', j.workspace_id)) AS is_suppressed
            FROM judged j
            CROSS JOIN LATERAL \(DevicePool.choice(
                of: "coalesce(j.device_id, j.known_device)", policy: "j.device_choice")) c
            WHERE j.verdict = 'enter'
        )
        """

    /// Their devices and lanes.
    private static let placed = """
        placed AS MATERIALIZED (
            SELECT e.*, \(DevicePool.device) AS device,
                CASE
                    WHEN e.is_suppressed THEN NULL
                    WHEN NOT e.has_phone THEN 'invalid_phone'
                    WHEN e.is_endless THEN 'cycle_without_delay'
                    WHEN e.chosen IS NULL AND pool.devices IS NULL THEN 'no_device'
                    WHEN e.chosen IS NOT NULL AND NOT EXISTS (SELECT FROM user_devices d
                        WHERE d.id = e.chosen AND d.workspace_id = e.workspace_id) THEN 'unknown_device'
                END AS hold
            FROM entering e LEFT JOIN pool ON e.chosen IS NULL AND pool.workspace_id = e.workspace_id
        ),
        \(LaneNumbers.ctes)
        """

    private static let entered = """
        entered AS (
            INSERT INTO sequence_contacts AS c (sequence_id, contact_phone, contact_name, user_id, current_trigger,
                next_trigger_time, assigned_device_id, current_step, status, workspace_id, kind, source_id, recipient,
                lead_id, entry_trigger, time_zone, lane_id, hold_reason, last_error, completed_at, generation,
                home_device_id)
            SELECT p.sequence_id, nullif(p.phone, ''), p.name, p.user_id, p.trigger,
                sluice_due(now(), interval '0', p.time_schedule, p.time_zone), p.device, coalesce(p.day_number, 1),
                CASE WHEN p.is_suppressed THEN 'cancelled' WHEN p.hold IS NOT NULL THEN 'paused' ELSE 'active' END,
                p.workspace_id, p.kind, p.source_id, p.recipient, p.lead_id, p.trigger, p.time_zone,
                    \(LaneNumbers.lane),
                p.hold, CASE WHEN p.is_suppressed THEN 'suppressed' WHEN p.hold IS NOT NULL THEN 'held: ' || p.hold END,
                CASE WHEN p.is_suppressed THEN now() END, p.known_generation + 1,
                \(DevicePool.home)
            FROM numbered p ORDER BY p.recipient, p.sequence_id
            ON CONFLICT (recipient, source_id, kind, workspace_id) DO UPDATE SET
                generation = excluded.generation, moves = 0, retry_count = 0,
                    current_trigger = excluded.current_trigger,
                next_trigger_time = excluded.next_trigger_time, assigned_device_id = excluded.assigned_device_id,
                current_step = excluded.current_step, status = excluded.status, lead_id = excluded.lead_id,
                entry_trigger = excluded.entry_trigger, time_zone = excluded.time_zone, lane_id = excluded.lane_id,
                hold_reason = excluded.hold_reason, last_error = excluded.last_error,
                completed_at = excluded.completed_at, contact_name = excluded.contact_name,
                home_device_id = excluded.home_device_id, updated_at = now()
            -- Only what was locked above: a row that somebody inserted meanwhile is let be.
            WHERE c.generation = excluded.generation - 1 AND c.claim_state = 0
            RETURNING c.lane_id, c.next_trigger_time, c.status, c.workspace_id, c.source_id
        ),
        -- A number that was malformed and is right now: the held enrollment of the wrong one goes.
        corrected AS (
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'phone_corrected',
                completed_at = now()
            FROM placed p
            -- By the lead alone: other indexes would walk all contacts of the sequence, or all that are held, for each
            -- lead.
            WHERE p.has_phone AND c.lead_id = p.lead_id AND c.source_id = p.source_id
              AND coalesce(c.hold_reason, '') = 'invalid_phone'
              AND c.id NOT IN (SELECT id FROM ending)
            RETURNING c.workspace_id, c.kind, c.source_id
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, status, sum(n) FROM (
                SELECT workspace_id, 'sequence' AS kind, source_id, status, 1 AS n FROM entered
                UNION ALL
                SELECT workspace_id, kind, source_id, known_status, -1 FROM placed WHERE known_status IS NOT NULL
                UNION ALL
                SELECT c.workspace_id, c.kind, c.source_id, v.status, v.n
                FROM corrected c CROSS JOIN (VALUES ('cancelled', 1), ('paused', -1)) v(status, n)
                UNION ALL
                SELECT c.workspace_id, c.kind, c.source_id, v.status, v.n
                FROM ending c CROSS JOIN LATERAL (VALUES (c.status, -1), ('cancelled', 1)) v(status, n)) t
            GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        )
        """
}
