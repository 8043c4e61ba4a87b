/// SCAN: rows that must be looked through once because a sequence, a step or a device came: one chunk per call, from
/// the scan's cursor on.
enum ScanStatements {
    /// The oldest scan, locked for this transaction.
    static let next = """
        SELECT id, purpose, workspace_id, trigger, after_id FROM intake_scans ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        """

    /// Leads that have the trigger: `$1` workspace, `$2` trigger, `$3` after, `$4` how many leads to look at.
    static let leads = """
        WITH chunk AS MATERIALIZED (
            SELECT id, workspace_id, trigger FROM leads WHERE id > $3 ORDER BY id LIMIT $4
        ), found AS (
            INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger)
            SELECT 'find', id, workspace_id, $2::text FROM chunk
            WHERE workspace_id = $1 AND trigger IS NOT NULL AND $2 IN (SELECT t FROM sluice_triggers(trigger) t)
            RETURNING 1)
        SELECT (SELECT max(id::text)::uuid FROM chunk) AS last, (SELECT count(*) FROM chunk)::int AS seen,
            (SELECT count(*) FROM found)::int AS found
        """

    /// Contacts held at a step that may stand now. `$1` workspace, `$2` after, `$3` limit.
    static let held = """
        SELECT c.id, c.lane_id, c.kind, c.source_id, c.workspace_id FROM sequence_contacts c
        JOIN sequence_steps st ON st.workspace_id = c.workspace_id AND st.trigger = c.current_trigger
        -- Who had the step's message already (`advance`) is decided, not sent to again.
        WHERE c.status = 'paused' AND c.hold_reason = ANY (\(HoldReason.sqlArray(HoldReason.ofSteps)))
          AND c.workspace_id = $1 AND c.id > $2 AND NOT st.is_endless AND st.content_problem IS NULL
        ORDER BY c.id LIMIT $3 FOR UPDATE OF c SKIP LOCKED
        """

    /// ``held`` ones go back into the queue, to be judged anew by the next reserve.
    static let recheck = """
        WITH chunk AS MATERIALIZED (
            \(held)
        ), back AS (
            UPDATE sequence_contacts c SET status = 'active', hold_reason = NULL, last_error = NULL
            FROM chunk WHERE \(PlannerEstimate.probe("c.id", "chunk.id"))
            RETURNING c.id, c.lane_id, c.next_trigger_time
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, v.status, sum(v.n)
            FROM chunk CROSS JOIN (VALUES ('paused', -1), ('active', 1)) v(status, n) GROUP BY 1, 2, 3, 4
        ), undecided AS (
            \(stepsBack) AND c.workspace_id = $1
        )
        SELECT id, lane_id, next_trigger_time AS due FROM back ORDER BY id
        """

    /// Moves a scan's cursor. `$1` scan, `$2` the last row it looked at.
    static let advance = "UPDATE intake_scans SET after_id = $2 WHERE id = $1"

    /// Says on a contact why its step's return did not bring it back. `$1` contact, `$2` what the database said.
    static let quarantine = """
        UPDATE sequence_contacts SET hold_reason = '\(HoldReason.quarantined.rawValue)',
            last_error = 'held: \(HoldReason.quarantined.rawValue), ' || $2
        WHERE id = $1 AND status = 'paused'
        """

    /// Contacts that wait for their next step can be decided once the step that was sent exists again.
    static let stepsBack = """
        UPDATE branch_intake i SET is_stepless = false FROM sequence_contacts c, sequence_steps st
            WHERE i.is_stepless AND c.id = i.contact_id AND st.workspace_id = c.workspace_id
                AND st.trigger = i.step_trigger
        """

    /// Enrollments whose lead is gone, into the intake as if it had lost its trigger. `$1` after, `$2` how many
    /// contacts to look at.
    static let leadless = """
        WITH chunk AS MATERIALIZED (
            SELECT id, workspace_id, lead_id, entry_trigger, status FROM sequence_contacts
            WHERE id > $1 ORDER BY id LIMIT $2
        ), found AS (
            INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger)
            SELECT 'remove', c.lead_id, c.workspace_id, c.entry_trigger FROM chunk c
            LEFT JOIN LATERAL (SELECT true AS is_here FROM leads WHERE id = c.lead_id LIMIT 1) l ON true
            WHERE c.lead_id IS NOT NULL AND c.entry_trigger IS NOT NULL AND l.is_here IS NULL
              AND c.status IN ('active', 'paused', 'advance'))
        SELECT (SELECT max(id::text)::uuid FROM chunk) AS last, (SELECT count(*) FROM chunk)::int AS seen
        """

    /// Active contacts in lanes whose device or sequence is gone, into the intake, which holds or ends them. `$1`
    /// after, `$2` limit.
    static let homeless = """
        WITH lane AS MATERIALIZED (
            SELECT l.id FROM lanes l
            WHERE NOT EXISTS (SELECT FROM user_devices d WHERE d.id = l.device_id)
               OR NOT EXISTS (SELECT FROM sources s WHERE s.kind = l.kind AND s.source_id = l.source_id)
        ), chunk AS MATERIALIZED (
            SELECT c.id, c.workspace_id FROM lane CROSS JOIN LATERAL (
                SELECT id, workspace_id FROM sequence_contacts
                WHERE lane_id = lane.id AND status = 'active' AND id > $1) c
            ORDER BY c.id LIMIT $2
        ), found AS (
            INSERT INTO enrollment_intake (op, contact_id, workspace_id) SELECT 'place', id, workspace_id FROM chunk)
        SELECT (SELECT max(id::text)::uuid FROM chunk) AS last, (SELECT count(*) FROM chunk)::int AS seen
        """

    /// Contacts held for want of a device, into the intake again. `$1` workspace, `$2` after, `$3` limit.
    static let unplaced = """
        WITH chunk AS MATERIALIZED (
            SELECT id, workspace_id FROM sequence_contacts
            WHERE hold_reason IN ('no_device', 'unknown_device') AND workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3
        ), found AS (
            INSERT INTO enrollment_intake (op, contact_id, workspace_id) SELECT 'place', id, workspace_id FROM chunk)
        SELECT (SELECT max(id::text)::uuid FROM chunk) AS last, (SELECT count(*) FROM chunk)::int AS seen
        """
}
