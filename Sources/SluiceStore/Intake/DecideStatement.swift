/// DECIDE: contacts that stand at a branch move on, one chunk of `branch_intake` in one statement.
///
/// The second half of a settle that could not be finished where it was made: the first branch whose condition the lead
/// meets now, else the step's own next one, and then the same move as SETTLE's, from the instant of the settle. A row
/// leaves the intake in the statement that moves its contact, so nobody is moved twice and a crash loses nobody. A
/// contact that somebody holds locked is left for the next time and delays no other. Rows of contacts that were entered
/// anew or deleted match nobody; upkeep takes them away.
enum DecideStatement {
    static let sql = """
        WITH held AS MATERIALIZED (
            SELECT i.id AS intake_id, i.settled_at AS at, i.step_trigger AS sent_trigger, c.*,
                st.id AS step_id, st.next_trigger AS step_next, 0 AS retries, 'sent' AS state, 0::bigint AS not_before,
                true AS is_current, 1 AS one
            -- A probe per row, in the order of the intake, whatever sizes the planner takes the tables for. Both are
            -- locked: whoever comes second finds the contact locked or the row gone.
            FROM branch_intake i CROSS JOIN LATERAL (
                SELECT id, workspace_id, kind, source_id, lead_id, entry_trigger, generation, moves, status,
                    current_trigger, recipient, contact_name, time_zone, lane_id, next_trigger_time, last_reply
                FROM sequence_contacts
                WHERE id = i.contact_id AND generation = i.generation AND moves = i.moves
                FOR UPDATE SKIP LOCKED) c
            LEFT JOIN sequence_steps st ON st.workspace_id = c.workspace_id AND st.trigger = i.step_trigger
            WHERE \(isNext)
            ORDER BY \(order) LIMIT $1 FOR UPDATE OF i SKIP LOCKED
        ), stepless AS (
            -- The step went after the settle: out of the way until it is back.
            UPDATE branch_intake i SET is_stepless = true FROM held h WHERE i.id = h.intake_id AND h.step_id IS NULL
        ), named AS (
            UPDATE sequence_contacts c SET hold_reason = 'step_missing', last_error = 'held: step_missing'
            FROM held h WHERE \(PlannerEstimate.probe("c.id", "h.id")) AND h.step_id IS NULL AND h.status = 'advance'
        ), chosen AS MATERIALIZED (
            SELECT h.*, CASE WHEN b.position IS NULL THEN h.step_next ELSE b.next_trigger END AS chosen_next,
                b.delay_seconds AS chosen_delay
            FROM held h
            LEFT JOIN leads l ON l.id = h.lead_id AND l.workspace_id = h.workspace_id
            LEFT JOIN LATERAL (
                SELECT position, next_trigger, delay_seconds FROM sequence_branches
                WHERE step_id = h.step_id AND sluice_condition_holds(condition,
                    \(SchemaV1.conditionFields(contact: "h", lead: "l")))
                ORDER BY position LIMIT 1) b ON true
            WHERE h.step_id IS NOT NULL AND \(PlannerEstimate.few("h.one"))
        ),
        \(SettleMove.ctes(.decided, of: "chosen"))
        SELECT lane_id, min(due) FILTER (WHERE new_status = 'active') AS due, sum(count(*)) OVER ()::int AS taken
        FROM outcome GROUP BY lane_id
        """

    /// Seconds until the row that is next may be decided; none when there is none.
    static let untilNext = """
        SELECT extract(epoch FROM i.try_at - clock_timestamp())::float8 FROM branch_intake i
        WHERE NOT i.is_stepless ORDER BY \(order) LIMIT 1
        """

    /// The row that is next waits half a minute, and those that come meanwhile go before it. Gives its contact.
    static let putOff = """
        WITH next AS MATERIALIZED (
            SELECT i.id FROM branch_intake i CROSS JOIN LATERAL (
                SELECT FROM sequence_contacts
                WHERE id = i.contact_id AND generation = i.generation AND moves = i.moves
                FOR UPDATE SKIP LOCKED) c
            WHERE \(isNext)
            ORDER BY \(order) LIMIT 1 FOR UPDATE OF i SKIP LOCKED
        )
        UPDATE branch_intake i SET try_at = clock_timestamp() + interval '30 seconds'
        FROM next n WHERE i.id = n.id RETURNING i.contact_id
        """

    /// Says on a contact why it does not move. `$1` contact, `$2` what the database said.
    static let hold = """
        UPDATE sequence_contacts SET hold_reason = '\(HoldReason.quarantined.rawValue)',
            last_error = 'held: \(HoldReason.quarantined.rawValue), ' || $2
        WHERE id = $1 AND status = 'advance'
        """

    private static let isNext = "NOT i.is_stepless AND i.try_at <= now()"
    private static let order = "i.try_at, i.id"
}
