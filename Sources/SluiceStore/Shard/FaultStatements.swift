internal import PostgresDriver
internal import SluiceCore

/// What the database refuses to write is recorded on the contact itself, in a statement of its own. These statements
/// write less than a reserve or a settle does, so that what refuses those mostly lets these pass.
enum FaultStatements {
    /// Faults in a row after which a contact is held (I22).
    static let most = 3

    /// claimed → idle, one fault more, and held after the third; before that due again 5 s later for each fault so far.
    /// A reserve that succeeds counts from none again. `$1` contact, `$2` batch, `$3` what the database said.
    static let report = """
        WITH judged AS MATERIALIZED (
            SELECT c.id, c.claim_batch AS batch, c.workspace_id, c.kind, c.source_id, c.status, c.row_faults + 1 AS n,
                c.status = 'active' AND c.row_faults + 1 >= \(most) AS is_held
            FROM sequence_contacts c WHERE c.id = $1 AND c.claim_batch = $2 AND c.claim_state = 1 FOR UPDATE
        ), idle AS (
            UPDATE sequence_contacts c SET claim_state = 0, claim_batch = NULL, processing_device_id = NULL,
                processing_started_at = NULL,
                row_faults = CASE WHEN j.is_held THEN 0 ELSE j.n END,
                status = CASE WHEN j.is_held THEN 'paused' ELSE c.status END,
                hold_reason = CASE WHEN j.is_held THEN \(quarantined) ELSE c.hold_reason END,
                last_error = CASE WHEN j.is_held THEN 'held: ' || \(quarantined) || ', ' ELSE '' END || $3,
                next_trigger_time = CASE WHEN j.is_held THEN c.next_trigger_time
                    ELSE greatest(c.next_trigger_time, now() + j.n * interval '5 seconds') END
            FROM judged j WHERE c.id = j.id
            RETURNING c.id, j.batch, CASE WHEN c.status = 'active' THEN c.next_trigger_time END AS due
        ), \(BatchCount.ctes(of: "idle")), \(tallied), \(Progress.cte(of: "judged", when: "is_held"))
        SELECT due FROM idle
        """

    /// A contact whose attempt cannot be settled waits, held, until it can be: it keeps its claim, so that nothing
    /// sends it again, and the settlement moves it on when it succeeds. `$1` contact, `$2` attempt, `$3` what the
    /// database said.
    static let hold = """
        WITH judged AS MATERIALIZED (
            SELECT c.id, c.workspace_id, c.kind, c.source_id, c.status, true AS is_held
            FROM sequence_contacts c
            WHERE c.id = $1 AND c.attempts = $2 AND c.claim_state = 2 AND c.status = 'active' FOR UPDATE SKIP LOCKED
        ), held AS (
            UPDATE sequence_contacts c SET status = 'paused', hold_reason = \(quarantined),
                last_error = 'held: ' || \(quarantined) || ', ' || $3
            FROM judged j WHERE c.id = j.id
        ), \(tallied), \(Progress.cte(of: "judged", when: "is_held"))
        SELECT count(*) FROM judged
        """

    private static let quarantined = "'\(HoldReason.quarantined.rawValue)'"

    private static let tallied = """
        tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT j.workspace_id, j.kind, j.source_id, v.status, v.n
            FROM judged j CROSS JOIN LATERAL (VALUES (j.status, -1), ('paused', 1)) v(status, n) WHERE j.is_held
        )
        """
}
