/// Takes claims that left the state `claimed` off their batches' count.
///
/// The batches are locked in order first: two statements over the same two batches would else deadlock.
enum BatchCount {
    /// Members of a WITH, named `batch_count` and `batch_closed`. `source` has one row per claim, with its `batch`.
    static func ctes(of source: String) -> String {
        """
        batch_count AS MATERIALIZED (
            SELECT b.batch, t.n FROM (SELECT batch, count(*)::int AS n FROM \(source) GROUP BY batch) t
            JOIN claim_batches b ON b.batch = t.batch ORDER BY b.batch FOR UPDATE OF b
        ), batch_closed AS (
            UPDATE claim_batches b SET open_claims = b.open_claims - t.n FROM batch_count t WHERE b.batch = t.batch
        )
        """
    }
}
