/// RELEASE: claimed → idle for claims that will not be reserved here. Waits for row locks, in key order: a reserve of
/// the same claims that is still running has then won or lost.
enum ReleaseStatement {
    static let sql = """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS g(contact, batch, ordinal)
            WHERE \(PlannerEstimate.few("ordinal"))
        ), held AS MATERIALIZED (
            SELECT c.id, g.batch
            FROM (SELECT * FROM given WHERE \(Untouchables.passes("contact")) ORDER BY contact) g
            \(PlannerEstimate.locked("c.id = g.contact AND c.claim_batch = g.batch AND c.claim_state = 1"))
        ), idle AS (
            UPDATE sequence_contacts c SET claim_state = 0, claim_batch = NULL, processing_device_id = NULL,
                processing_started_at = NULL
            FROM held h WHERE \(PlannerEstimate.probe("c.id", "h.id"))
            RETURNING c.id, h.batch, coalesce(c.next_trigger_time, now()) AS due
        ),
        \(BatchCount.ctes(of: "idle"))
        SELECT id, due FROM idle
        """
}
