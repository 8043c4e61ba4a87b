/// ENROLL: one chunk of `enrollment_intake` becomes enrollments, in one statement.
///
/// Per lead and trigger the last word of the chunk counts. A lead's device, else its sequence's, else the one it had,
/// else the least loaded one of the workspace that can send; the sequence's `device_choice` may say otherwise
/// (``DevicePool/choice(of:policy:)``). An enrollment that ended is revived with the next generation; one that runs is
/// left alone. What cannot be done now, because somebody holds the contact locked or its last message is still in
/// flight, goes back into the intake for a second, so that nobody's open transaction delays the rest of the chunk.
/// A lead that lost a trigger ends what it entered by it, in whichever workspace that is; one that went to another
/// workspace ends everything it runs elsewhere (I21) and enters anew by the triggers it still has. Returns the lanes
/// that got work, and whether there is more to do.
///
/// Tables are probed row by row (LATERAL with LIMIT), because the planner's idea of their sizes may be a hundredfold
/// out of date: a plan that was right for 200 leads walked all contacts for each of the 500 rows of a chunk.
enum EnrollStatement {
    /// The rows from `$2` on that wait longest. `$1`: how many.
    static let waiting = """
        SELECT id FROM enrollment_intake WHERE id >= $2 AND not_before <= clock_timestamp() ORDER BY id LIMIT $1
        """

    /// `$1`: the rows of the intake. The last row has the contacts to place.
    static let sql = statement(
        rows: "$1",
        lastRow: [
            "place": "(SELECT array_agg(DISTINCT contact_id) FROM taken WHERE op = 'place' AND contact_id IS NOT NULL)"
        ])

    /// All from `$2` on if they are few and none is a contact to place, which takes a statement more. `$1`: how many are
    /// few. The last row says how many it has taken, whether there is more, and what an ``IntakeCursor`` wants to know.
    static let few = statement(
        rows: IntakeTable.few(
            """
            SELECT id FROM enrollment_intake
            WHERE id >= $2 AND not_before <= clock_timestamp() AND op <> 'place' ORDER BY id
            """),
        lastRow: [
            "taken": "(SELECT count(*) FROM taken)::int",
            "is_more": "EXISTS (\(left) AND not_before <= clock_timestamp()) OR EXISTS (SELECT FROM intake_scans)",
            "next": "coalesce((\(left) ORDER BY id LIMIT 1), (SELECT max(id) + 1 FROM taken))",
            "transaction": "pg_current_xact_id()::text::bigint",
            "oldest_running": "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        ])

    private static let left = """
        SELECT id FROM enrollment_intake WHERE id >= $2 AND id NOT IN (SELECT id FROM taken)
        """

    private static func statement(rows: String, lastRow: KeyValuePairs<String, String>) -> String {
        """
        WITH taken AS MATERIALIZED (
            DELETE FROM enrollment_intake WHERE id = ANY (ARRAY(
                SELECT id FROM enrollment_intake WHERE id = ANY (\(rows)::bigint[]) FOR UPDATE SKIP LOCKED))
            RETURNING id, op, lead_id, contact_id, workspace_id, trigger
        ), word AS MATERIALIZED (
            SELECT DISTINCT ON (lead_id, trigger) lead_id, trigger, workspace_id, op,
                bool_or(op = 'remove') OVER (PARTITION BY lead_id, trigger) AS was_removed
            FROM taken WHERE lead_id IS NOT NULL ORDER BY lead_id, trigger, id DESC
        ),
        \(losses),
        \(DeviceOutage.away),
        \(gains),
        \(EnrollmentLimit.ctes),
        \(DevicePool.ctes),
        \(placed),
        \(entered),
        \(EnrollmentLimit.counted)
        \(IntakeTable.lanes(lastRow: lastRow))
        """
    }

    /// Enrollments that end, also those in flight whose trigger went and came: what is in flight settles and then
    /// rests.
    private static let losses = """
        ending AS MATERIALIZED (
            SELECT DISTINCT ON (c.id) c.id, c.workspace_id, c.kind, c.source_id, c.status,
                CASE WHEN c.workspace_id = w.workspace_id THEN 'trigger_removed' ELSE 'workspace_changed' END AS reason
            FROM word w CROSS JOIN LATERAL (
                SELECT c.id, c.workspace_id, c.kind, c.source_id, c.status FROM sequence_contacts c
                WHERE \(runs) AND (\(lost) OR w.op IN ('add', 'find') AND w.was_removed AND c.claim_state <> 0
                    AND c.entry_trigger = w.trigger AND c.workspace_id = w.workspace_id)
                LIMIT \(mostPerLead) FOR UPDATE OF c SKIP LOCKED) c
            ORDER BY c.id
        ), cancelled AS (
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = e.reason,
                completed_at = now()
            FROM ending e WHERE \(PlannerEstimate.probe("c.id", "e.id"))
        )
        """

    /// Enrollments of one lead that end at a time; the rest is put off like what is locked.
    private static let mostPerLead = 100

    /// Whether `c` is what the lead of the word `w` runs, and whether it must end.
    private static let runs = "c.lead_id = w.lead_id AND c.status IN ('active', 'paused', 'advance')"
    private static let lost = """
        (w.op = 'remove' AND c.entry_trigger = w.trigger OR w.op = 'depart' AND c.workspace_id <> w.workspace_id)
        """

    /// Whom to enroll, where, and what is known of them.
    private static let gains = """
        entry AS MATERIALIZED (
            SELECT t.workspace_id, t.trigger, st.day_number, st.time_schedule, st.is_endless, q.*
            FROM (SELECT DISTINCT workspace_id, trigger FROM word WHERE op IN ('add', 'find')) t
            CROSS JOIN LATERAL (
                SELECT sequence_id, day_number, time_schedule::text AS time_schedule, is_endless FROM sequence_steps
                WHERE workspace_id = t.workspace_id AND trigger = t.trigger AND is_entry_point LIMIT 1) st
            CROSS JOIN LATERAL (
                SELECT id AS sequence_id, priority::int AS priority, device_id, device_choice FROM sequences
                WHERE id = st.sequence_id AND workspace_id = t.workspace_id AND is_active LIMIT 1) q
        ), wanted AS MATERIALIZED (
            SELECT w.lead_id, w.trigger, w.workspace_id, w.op, w.was_removed, l.phone, l.name, l.user_id,
                coalesce(l.time_zone, ws.time_zone) AS time_zone, q.sequence_id, q.priority, q.day_number,
                q.time_schedule, q.is_endless, sluice_recipient(l.phone, w.lead_id) AS recipient,
                sluice_digits(l.phone) IS NOT NULL AS has_phone, coalesce(l.device_id, q.device_id) AS device_id,
                q.device_choice
            FROM word w
            JOIN entry q ON q.workspace_id = w.workspace_id AND q.trigger = w.trigger
            -- As the lead is now: a row that was put off may be older than what became of the lead meanwhile.
            CROSS JOIN LATERAL (
                SELECT phone, name, user_id, time_zone, device_id FROM leads
                WHERE id = w.lead_id AND workspace_id = w.workspace_id
                  AND w.trigger IN (SELECT t FROM sluice_triggers(leads.trigger) t) LIMIT 1) l
            LEFT JOIN LATERAL (SELECT time_zone FROM workspaces WHERE id = w.workspace_id LIMIT 1) ws ON true
            WHERE w.op IN ('add', 'find')
        ), person AS MATERIALIZED (
            SELECT DISTINCT ON (w.recipient, w.sequence_id) w.*, x.id AS known_id
            FROM wanted w LEFT JOIN LATERAL (
                SELECT c.id FROM sequence_contacts c WHERE c.recipient = w.recipient
                    AND c.source_id = w.sequence_id::text AND c.kind = 'sequence' AND c.workspace_id = w.workspace_id
                LIMIT 1) x ON true
            ORDER BY w.recipient, w.sequence_id, w.lead_id
        ), known AS MATERIALIZED (
            SELECT p.*, x.status AS known_status, x.claim_state, x.generation AS known_generation,
                x.assigned_device_id AS known_device
            FROM person p CROSS JOIN LATERAL (
                SELECT status, claim_state, generation, assigned_device_id FROM sequence_contacts
                WHERE id = p.known_id LIMIT 1 FOR UPDATE SKIP LOCKED) x
            WHERE p.op = 'add'
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
                SELECT w.op, w.lead_id, w.workspace_id, w.trigger, 1
                FROM word w CROSS JOIN LATERAL (
                    SELECT FROM sequence_contacts c
                    WHERE \(runs) AND \(lost) AND c.id NOT IN (SELECT id FROM ending) LIMIT 1) c
                WHERE w.op IN ('remove', 'depart')) o
            ORDER BY place
        ), entering AS MATERIALIZED (
            SELECT j.*, c.own, c.chosen, 'sequence' AS kind, j.sequence_id::text AS source_id, NULL AS lane_source,
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
                    WHEN \(EnrollmentLimit.isBeyond("e")) THEN '\(HoldReason.enrollmentLimit.rawValue)'
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
            -- Nothing malformed: one phone is in one sequence once, and `n/a` is nobody's.
            SELECT p.sequence_id, CASE WHEN p.has_phone THEN p.phone END, p.name, p.user_id, p.trigger,
                sluice_due(now(), interval '0', p.time_schedule, p.time_zone), p.device, coalesce(p.day_number, 1),
                CASE WHEN p.is_suppressed THEN 'cancelled' WHEN p.hold IS NOT NULL THEN 'paused' ELSE 'active' END,
                p.workspace_id, p.kind, p.source_id, p.recipient, p.lead_id, p.trigger, p.time_zone,
                \(LaneNumbers.lane), p.hold,
                CASE WHEN p.is_suppressed THEN 'suppressed' WHEN p.hold IS NOT NULL THEN 'held: ' || p.hold END,
                CASE WHEN p.is_suppressed THEN now() END, p.known_generation + 1, \(DevicePool.home)
            FROM numbered p ORDER BY p.recipient, p.sequence_id
            ON CONFLICT (recipient, source_id, kind, workspace_id) DO UPDATE SET
                generation = excluded.generation, moves = 0, retry_count = 0,
                current_trigger = excluded.current_trigger,
                next_trigger_time = excluded.next_trigger_time, assigned_device_id = excluded.assigned_device_id,
                current_step = excluded.current_step, status = excluded.status, lead_id = excluded.lead_id,
                entry_trigger = excluded.entry_trigger, time_zone = excluded.time_zone, lane_id = excluded.lane_id,
                hold_reason = excluded.hold_reason, last_error = excluded.last_error,
                completed_at = excluded.completed_at, contact_name = excluded.contact_name,
                home_device_id = excluded.home_device_id, expires_at = NULL, updated_at = now()
            -- Only what was locked above: a row that somebody inserted meanwhile is let be.
            WHERE c.generation = excluded.generation - 1 AND c.claim_state = 0
            RETURNING c.lane_id, c.next_trigger_time, c.status, c.workspace_id, c.source_id
        ),
        -- A number that was malformed and is right now: the held enrollment of the wrong one goes.
        wrong AS MATERIALIZED (
            SELECT c.* FROM placed p CROSS JOIN LATERAL (
                -- By the lead alone: other indexes would walk all contacts of the sequence, or all that are held, for
                -- each lead.
                SELECT id, workspace_id, kind, source_id FROM sequence_contacts
                WHERE lead_id = p.lead_id AND source_id = p.source_id AND coalesce(hold_reason, '') = 'invalid_phone'
                  AND id NOT IN (SELECT id FROM ending)
                LIMIT 1 FOR UPDATE) c
            WHERE p.has_phone
        ), corrected AS (
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'phone_corrected',
                completed_at = now()
            FROM wrong w WHERE \(PlannerEstimate.probe("c.id", "w.id"))
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
