/// Contacts of a cancelled source become `cancelled`, chunk by chunk: nothing of it is sent any more from the moment it
/// was cancelled, so nobody waits for this. What is in flight is marked too; its settlement leaves the mark.
///
/// Those in lanes are found by the lanes' index. Those that wait outside of it (held, paused, at a branch) have none of
/// their own, so all contacts are looked through once, in the order of their ids, unless the counts say that nobody is
/// left. A source stays on the list for a while, for whoever was being entered when it was cancelled.
enum CleanupStatements {
    /// How long, and how often, a cancelled source is looked at again.
    private static let again = "interval '15 seconds'"
    /// Contacts that one chunk looks through: about 50 ms of the database.
    private static let lookedThrough = 20_000

    /// The source that is next, locked for this transaction.
    static let next = """
        SELECT c.kind, c.source_id, c.after_id, sluice_is_single(c.kind) OR EXISTS (SELECT FROM contact_counts t
                WHERE t.kind = c.kind AND t.source_id = c.source_id AND t.status IN ('active', 'paused', 'advance'))
            AS is_any_left
        FROM source_cleanups c WHERE try_at <= clock_timestamp() ORDER BY try_at, since LIMIT 1 FOR UPDATE SKIP LOCKED
        """

    /// `$1` kind, `$2` source, `$3` how many.
    static let lanes = """
        WITH held AS MATERIALIZED (
            SELECT c.* FROM lanes l CROSS JOIN LATERAL (
                SELECT \(columns) FROM sequence_contacts
                WHERE lane_id = l.id AND status = 'active' LIMIT $3 FOR UPDATE SKIP LOCKED) c
            WHERE l.kind = $1 AND l.source_id = $2 LIMIT $3
        ), \(ended)
        SELECT NULL::uuid AS last, count(*)::int AS seen FROM held
        """

    /// `$1` kind, `$2` source, `$3` after which contact.
    static let others = """
        WITH chunk AS MATERIALIZED (
            SELECT id, kind = $1 AND coalesce(lane_source, source_id) = $2
                AND status IN ('active', 'paused', 'advance') AS is_wanted
            FROM sequence_contacts WHERE id > $3 ORDER BY id LIMIT \(lookedThrough)
        ), held AS MATERIALIZED (
            SELECT \(columns) FROM sequence_contacts
            WHERE id IN (SELECT id FROM chunk WHERE is_wanted) AND status IN ('active', 'paused', 'advance')
            ORDER BY id FOR UPDATE SKIP LOCKED
        ), \(ended)
        SELECT (SELECT id FROM chunk ORDER BY id DESC LIMIT 1) AS last, count(*)::int AS seen FROM chunk
        """

    static let lookedThroughAll = lookedThrough

    /// `$1` kind, `$2` source, `$3` where the next look goes on.
    static let goOn = "UPDATE source_cleanups SET after_id = $3 WHERE kind = $1 AND source_id = $2"

    /// Everything was looked through: gone, or once more later, when somebody was left (`$3`) or may yet come.
    static let finish = """
        WITH done AS (
            DELETE FROM source_cleanups
            WHERE kind = $1 AND source_id = $2 AND since < clock_timestamp() - \(again)
              AND (sluice_is_single(kind) OR NOT $3) RETURNING 1)
        UPDATE source_cleanups SET after_id = '00000000-0000-0000-0000-000000000000',
            try_at = clock_timestamp() + \(again)
        WHERE kind = $1 AND source_id = $2 AND NOT EXISTS (SELECT FROM done)
        """

    private static let columns = "id, workspace_id, kind, source_id, status"

    private static let ended = """
        ended AS (
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                completed_at = now(), updated_at = now()
            FROM held h WHERE \(PlannerEstimate.probe("c.id", "h.id"))
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT h.workspace_id, h.kind, h.source_id, v.status, sum(v.n)
            FROM held h CROSS JOIN LATERAL (VALUES (h.status, -1), ('cancelled', 1)) v(status, n) GROUP BY 1, 2, 3, 4
        ), \(Progress.cte(of: "held", when: "true"))
        """
}
