/// TAKE BACK: claims that will not be worked off return to idle: their batch expired, its owner is fenced, or its
/// leader's term is over.
///
/// Only rows still `claimed` change; a reserve that won them first keeps them. A batch with a row that somebody else
/// holds locked stays for the next time. Contacts that were deleted while claimed are counted with their lane, or their
/// device's credit would leak; so are those whose row refuses to be written: ``Untouchables`` returns them when it can.
enum TakeBackStatement {
    static let sql = """
        WITH due AS MATERIALIZED (
            SELECT batch, contacts, lanes, open_claims FROM claim_batches b
            WHERE batch = ANY (ARRAY(\(due)))
            ORDER BY batch LIMIT $3 FOR UPDATE SKIP LOCKED
        ), entry AS MATERIALIZED (
            SELECT d.batch, u.contact, u.lane
            FROM due d CROSS JOIN unnest(d.contacts, d.lanes) AS u(contact, lane) WHERE d.open_claims > 0
        ), held AS MATERIALIZED (
            SELECT c.id, c.lane_id, c.status, c.next_trigger_time, e.batch
            FROM (SELECT * FROM entry WHERE \(Untouchables.passes("contact"))) e
            \(PlannerEstimate.locked("c.id = e.contact AND c.claim_state = 1 AND c.claim_batch = e.batch", "SKIP LOCKED"))
        ), idle AS (
            UPDATE sequence_contacts c SET claim_state = 0, claim_batch = NULL, processing_device_id = NULL,
                processing_started_at = NULL
            FROM held h WHERE \(PlannerEstimate.probe("c.id", "h.id"))
        ), gone AS MATERIALIZED (
            SELECT e.batch, e.lane FROM entry e
            WHERE NOT EXISTS (SELECT FROM sequence_contacts c WHERE c.id = e.contact)
               OR EXISTS (SELECT FROM untouchable_contacts u JOIN sequence_contacts c ON c.id = u.contact_id
                   WHERE u.contact_id = e.contact AND c.claim_state = 1 AND c.claim_batch = e.batch)
        ), locked AS MATERIALIZED (
            -- NOT IN hashes what is held; an anti-join walks it for each row, minutes for the claims of a whole node.
            SELECT DISTINCT e.batch FROM entry e
            CROSS JOIN LATERAL (SELECT FROM sequence_contacts c
                WHERE c.id = e.contact AND c.claim_state = 1 AND c.claim_batch = e.batch OFFSET 0) c
            WHERE e.contact NOT IN (SELECT id FROM held) AND \(Untouchables.passes("e.contact"))
        ), kept AS (
            UPDATE claim_batches b SET
                open_claims = b.open_claims - (SELECT count(*)::int FROM held h WHERE h.batch = b.batch)
            FROM locked k WHERE b.batch = k.batch
        ), deleted AS (
            DELETE FROM claim_batches b USING due d
            WHERE b.batch = d.batch AND NOT EXISTS (SELECT FROM locked k WHERE k.batch = d.batch)
        )
        SELECT l.device_id, t.batch, t.lane, sum(t.n)::int AS n, min(t.due) AS due,
            (SELECT count(*) FROM due)::int AS batches
        FROM (
            SELECT batch, lane_id AS lane, 1 AS n, CASE WHEN status = 'active' THEN next_trigger_time END AS due
                FROM held
            UNION ALL
            SELECT g.batch, g.lane, 1, NULL FROM gone g WHERE NOT EXISTS (SELECT FROM locked k WHERE k.batch = g.batch)
        ) t JOIN lanes l ON l.id = t.lane
        GROUP BY l.device_id, t.batch, t.lane
        UNION ALL
        SELECT NULL, NULL, NULL, 0, NULL, count(*)::int FROM due
        """

    /// What it would write, for ``Untouchables``.
    static let candidates = """
        SELECT c.id FROM (
            SELECT batch, contacts FROM claim_batches WHERE batch = ANY (ARRAY(\(due))) ORDER BY batch LIMIT $3) d
        CROSS JOIN unnest(d.contacts) AS u(contact)
        JOIN sequence_contacts c ON c.id = u.contact AND c.claim_state = 1 AND c.claim_batch = d.batch
        """

    /// Each from an index, by time where it can be: the rows of batches that were deleted since the oldest open snapshot
    /// are still there. A batch that was worked off is deleted when it expires.
    private static let due = """
        SELECT batch FROM claim_batches WHERE expires_at >= $1::timestamptz AND expires_at < statement_timestamp()
        UNION ALL SELECT batch FROM claim_batches WHERE batch < $2::bigint
        UNION ALL SELECT b.batch FROM node_fences f JOIN claim_batches b ON b.owner = f.incarnation
            AND b.expires_at >= statement_timestamp() WHERE f.closed_at IS NOT NULL
        """
}
