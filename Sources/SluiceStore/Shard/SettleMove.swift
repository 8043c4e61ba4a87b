/// Where a settled attempt leaves its contact: the second half of ``SettleStatement``, and of ``DecideStatement``.
///
/// | outcome | contact active or paused | contact ended meanwhile |
/// |---|---|---|
/// | sent, or unknown where the sequence continues | `move`: next step, completed, or held | `move`, status kept |
/// | the same, at a step that has branches | `decide`: `advance`, until the leader moves it | `decide`, status kept |
/// | the next step is a decision | `move`: there, `advance`, until the leader moves it when it is due | `move`, status kept |
/// | unknown where the sequence holds | `unknown` | `move` or `decide`, status kept |
/// | not unknown, and a hand wrote another step | `stand`: there, when the hand said | `stand`, status kept |
/// | refused | `retry`, or `fail` when permanent, once too often, or a doubtful refusal came twice in a row | `stay` |
/// | aborted, or the device's fault | `stay` | `stay` |
///
/// What follows is the next step of the one that was *sent*, whatever the contact stands on now. While that step does
/// not exist (it was renamed, or all are being replaced) its next one cannot be known: the contact waits like one at a
/// branch, held by name (`step_missing`), until the step is back or a hand writes another.
///
/// A truth about an unknown that comes late finds the contact idle: sent moves it unless it has moved on already;
/// failed lets it try again if it still waits as unknown. A contact that waits for its branch has been counted as moved
/// on (`moves`), so that no late truth finds it.
enum SettleMove {
    /// Who moves.
    enum Occasion {
        /// An attempt was settled.
        case settled
        /// The branch of a step that was settled before is decided now.
        case decided
    }

    /// Longest wait of a step, in seconds: ten years, so that no delay somebody writes leaves the calendar.
    private static let longestDelay = 87_600 * 3_600

    /// The wait before the next step, over a row of `sequence_steps`.
    static func delay(of step: String) -> String {
        """
        least(greatest(coalesce(\(step).delay_seconds::double precision,
                    coalesce(\(step).trigger_delay_hours, 24)::double precision * 3600), 0), \(longestDelay))
                * interval '1 second'
        """
    }

    /// Members of a WITH over `source`: `judged`, `outcome` and the writes.
    static func ctes(_ occasion: Occasion, of source: String) -> String {
        """
        judged AS (
            SELECT s.*, w.next_trigger, nx.id IS NOT NULL AS has_next,
                nx.is_endless AS next_endless, coalesce(nx.is_decision, false) AS next_decides,
                nx.day_number AS next_day, e.is_over,
                st.id IS NULL AS is_stepless, \(occasion.move) AS move, \(SettleStatement.firstWait) AS first_wait,
                -- The function call only where a time of day asks for it: it costs more than the rest of the row.
                CASE WHEN w.next_trigger IS NULL THEN NULL
                    WHEN nx.time_schedule IS NULL THEN s.at + e.delay
                    ELSE sluice_due(s.at, e.delay, nx.time_schedule::text,
                        coalesce(s.time_zone, \(SettleStatement.workspace("time_zone")))) END AS next_due
            FROM \(source) s
            LEFT JOIN sequence_steps st ON st.workspace_id = s.workspace_id AND st.trigger = s.sent_trigger
            CROSS JOIN LATERAL (SELECT s.status NOT IN ('active', 'unknown', 'paused', 'advance') AS is_over,
                \(occasion.delay) AS delay) e
            CROSS JOIN LATERAL (SELECT nullif(\(occasion.next), '') AS next_trigger) w
            LEFT JOIN sequence_steps nx ON nx.workspace_id = s.workspace_id AND nx.trigger = w.next_trigger
            WHERE s.is_current
            -- Else the move would be computed wherever it is named.
            OFFSET 0
        ), outcome AS MATERIALIZED (
            SELECT j.*, h.hold,
                CASE
                    WHEN is_over THEN status
                    WHEN move = 'move' AND next_trigger IS NULL THEN 'completed'
                    WHEN move = 'unknown' THEN 'unknown'
                    WHEN move = 'fail' THEN 'failed'
                    WHEN status = 'paused' OR h.hold IS NOT NULL THEN 'paused'
                    WHEN move = 'decide' OR move = 'move' AND next_decides THEN 'advance'
                    ELSE 'active'
                END AS new_status,
                CASE move
                    WHEN 'move' THEN coalesce(next_due, next_trigger_time)
                    WHEN 'retry' THEN at + greatest(not_before * interval '1 microsecond',
                        \(SettleStatement.backoff))
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
                hold_reason = CASE WHEN o.new_status = 'paused' THEN coalesce(o.hold, c.hold_reason)
                    WHEN o.new_status = 'advance' AND o.is_stepless THEN 'step_missing' END,
                moves = c.moves + \(occasion.steps),
                -- One that ended before its last message was settled stands nowhere, so that setting it active sends
                -- nothing again.
                current_trigger = CASE WHEN o.move <> 'move' THEN c.current_trigger
                    WHEN o.is_over THEN o.next_trigger ELSE coalesce(o.next_trigger, c.current_trigger) END,
                current_step = CASE WHEN o.move = 'move' AND o.next_trigger IS NOT NULL
                    THEN coalesce(o.next_day, least(c.current_step, 1000000) + 1) ELSE c.current_step END,
                retry_count = CASE WHEN o.move IN ('move', 'decide', 'stand') THEN 0
                    WHEN o.move IN ('retry', 'fail') THEN o.retries + 1 ELSE c.retry_count END,
                completed_at = CASE WHEN o.new_status IN ('completed', 'failed') AND NOT o.is_over THEN o.at
                    ELSE c.completed_at END,
                last_error = CASE
                    WHEN o.is_over OR o.status = 'paused' AND o.new_status = 'paused' THEN c.last_error
                    WHEN o.hold IS NOT NULL THEN 'held: ' || o.hold
                    \(occasion.lastError)
                    ELSE c.last_error END,
                last_reply = \(occasion.reply),
                -- What the last message was good for says nothing of the next.
                expires_at = CASE WHEN o.move NOT IN ('move', 'decide', 'stand') THEN c.expires_at END,
                updated_at = o.at
            -- Only what it reads: an update copies each row that it is joined with, in case its own has changed.
            FROM (SELECT id, status, new_status, at, due, hold, move, is_over, is_stepless, next_trigger, next_day,
                    retries\(occasion.columns) FROM outcome OFFSET 0) o
            WHERE \(PlannerEstimate.probe("c.id", "o.id"))
        ), \(occasion.leftToDecide), completed AS (
            INSERT INTO completion_intake (lead_id, contact_id, generation, trigger)
            SELECT lead_id, id, generation, entry_trigger FROM outcome
            WHERE new_status IN ('completed', 'failed') AND NOT is_over AND lead_id IS NOT NULL
                AND entry_trigger IS NOT NULL
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT t.workspace_id, t.kind, t.source_id, v.status, sum(v.n)
            FROM (SELECT workspace_id, kind, source_id, status, new_status, count(*) AS n, \(occasion.landed) AS landed
                FROM outcome GROUP BY 1, 2, 3, 4, 5) t
            CROSS JOIN LATERAL (VALUES (t.status, -t.n), (t.new_status, t.n), ('in_flight', -t.landed)) v(status, n)
            GROUP BY 1, 2, 3, 4 HAVING sum(v.n) <> 0
        ), \(Progress.cte(of: source, when: "true"))
        """
    }
}

/// In what the two occasions differ: a settle judges the outcome and leaves branches to the leader; to a decision the
/// message is done with, and the branch is chosen.
extension SettleMove.Occasion {
    /// Over `s` (the attempt and its contact), `st` (its step) and `e`.
    fileprivate var move: String {
        switch self {
        case .decided: "'move'"
        case .settled:
            """
            CASE
                WHEN s.state = 'sent' OR s.state = 'unknown' AND (e.is_over OR \(continues))
                    THEN CASE WHEN s.current_trigger IS DISTINCT FROM s.sent_trigger THEN 'stand'
                        WHEN st.has_branches OR st.id IS NULL AND s.sent_trigger IS NOT NULL THEN 'decide'
                        ELSE 'move' END
                WHEN s.state = 'unknown' THEN 'unknown'
                WHEN s.state = 'aborted' OR e.is_over OR s.verdict = 'device' THEN 'stay'
                WHEN s.claim_state = 0 AND s.status <> 'unknown' THEN 'stay'
                WHEN s.current_trigger IS DISTINCT FROM s.sent_trigger THEN 'stand'
                WHEN s.verdict = 'permanent_if_repeated' AND s.retries > 0 AND s.last_error = s.code THEN 'fail'
                WHEN s.verdict IN ('permanent', 'opted_out') OR s.retries + 1 >= \(SettleStatement.mostAttempts) THEN 'fail'
                ELSE 'retry'
            END
            """
        }
    }

    /// Read only for what is unknown.
    private var continues: String {
        """
        (SELECT r.on_unknown = 'continue' FROM sources r
            WHERE r.kind = s.kind AND r.source_id = coalesce(s.lane_source, s.source_id))
        """
    }

    /// How many requests were open: they are counted off.
    fileprivate var landed: String {
        switch self {
        case .settled: "count(*) FILTER (WHERE claim_state = 2)"
        case .decided: "0"
        }
    }

    /// The trigger of the step that follows, or the empty one where the sequence ends.
    fileprivate var next: String {
        switch self {
        case .settled: "st.next_trigger"
        case .decided: "s.chosen_next"
        }
    }

    /// How many steps further a contact is counted; for one at a branch that was done when it was settled.
    fileprivate var steps: String {
        switch self {
        case .settled: "CASE WHEN o.move IN ('move', 'decide', 'stand') THEN 1 ELSE 0 END"
        case .decided: "0"
        }
    }

    /// What the update of the contacts reads beside what both occasions have.
    fileprivate var columns: String {
        switch self {
        case .settled: ", state, code"
        case .decided: ""
        }
    }

    fileprivate var lastError: String {
        switch self {
        case .settled:
            """
            WHEN o.new_status = 'advance' AND o.is_stepless THEN 'held: step_missing'
                        WHEN o.move IN ('move', 'decide', 'stand') THEN CASE WHEN o.state = 'unknown' THEN o.code END
                        WHEN o.move IN ('retry', 'fail', 'unknown') THEN o.code
            """
        case .decided: "WHEN c.hold_reason IN ('step_missing', 'quarantined') THEN NULL"
        }
    }

    /// The wait before the next step.
    fileprivate var delay: String {
        switch self {
        case .settled: SettleMove.delay(of: "st")
        case .decided: "coalesce(s.chosen_delay * interval '1 second', \(SettleMove.delay(of: "st")))"
        }
    }

    /// An answer is one to the last message.
    fileprivate var reply: String {
        switch self {
        case .settled: "CASE WHEN o.move NOT IN ('move', 'decide', 'stand') THEN c.last_reply END"
        case .decided: "c.last_reply"
        }
    }

    /// The write that hands contacts over to the leader: at the branch of the step that was sent, or at a decision, when
    /// they are due there.
    fileprivate var leftToDecide: String {
        switch self {
        case .settled:
            """
            undecided AS (
                INSERT INTO branch_intake (contact_id, generation, moves, step_trigger, is_stepless, settled_at, try_at)
                SELECT id, generation, moves + 1, sent_trigger, is_stepless, at, '-infinity' FROM outcome
                WHERE move = 'decide'
                UNION ALL
                SELECT id, generation, moves + 1, next_trigger, false, due, due FROM outcome
                WHERE move = 'move' AND next_decides
            )
            """
        case .decided:
            """
            undecided AS (
                UPDATE branch_intake i SET step_trigger = o.next_trigger, settled_at = o.due, try_at = o.due
                FROM outcome o WHERE i.id = o.intake_id AND o.next_decides AND \(PlannerEstimate.few("o.one"))
            ), gone AS (
                DELETE FROM branch_intake i USING outcome o
                WHERE i.id = o.intake_id AND NOT o.next_decides AND \(PlannerEstimate.few("o.one"))
            )
            """
        }
    }
}
