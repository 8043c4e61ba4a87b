/// CLAIM where some lane's source has a rate: at most so many contacts of the source in any minute, over all its lanes.
///
/// What was claimed stands in one row per source (`source_paces`), which the statement locks and reads as it is then, not
/// as the statement's snapshot has it: whoever leads, and however often the lead changes, no two claims count on the same
/// room. A row that somebody else holds gives no room for a moment. Times are rounded up, so that the minute is never a
/// shorter one. Contacts are counted when they are claimed: what is refused, held or tried again counts as well.
///
/// The leader learns from the answer until when a source gives no more, and asks no earlier. A claim of sources without
/// a rate is the plain statement.
extension ClaimStatement {
    static let paced = statement(
        share: pacedShare, counting: counted,
        pacedUntil: "(SELECT w.until FROM pace w WHERE w.kind = s.kind AND w.source_id = s.source_id)")

    private static let minute = "interval '1 minute'"

    /// The room of a source goes to the lanes whose contacts are due first; among equals chance decides.
    private static let pacedShare = """
        asked AS MATERIALIZED (
            SELECT a.*, l.kind, l.source_id, r.rate_per_minute AS rate, clock_timestamp() AS now, random() AS chance
            FROM unnest(\(shares)) AS a(lane, most, due, contact, batch, owner)
            LEFT JOIN lanes l ON l.id = a.lane
            LEFT JOIN sources r ON r.kind = l.kind AND r.source_id = l.source_id
            WHERE \(leads)
        ), used AS MATERIALIZED (
            SELECT p.kind, p.source_id, p.claimed_at, p.claimed FROM source_paces p
            WHERE (p.kind, p.source_id) IN (SELECT kind, source_id FROM asked WHERE rate IS NOT NULL)
            FOR NO KEY UPDATE OF p SKIP LOCKED
        ), room AS MATERIALIZED (
            SELECT u.kind, u.source_id, t.rate, t.now, k.*, greatest(0, t.rate - k.n) AS room
            FROM used u
            JOIN (SELECT kind, source_id, max(rate) AS rate, max(now) AS now FROM asked GROUP BY 1, 2) t
                ON t.kind = u.kind AND t.source_id = u.source_id
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(e.at), '{}') AS times, coalesce(array_agg(e.n), '{}') AS counts,
                    coalesce(sum(e.n), 0)::int AS n
                FROM unnest(u.claimed_at, u.claimed) AS e(at, n) WHERE e.at > t.now - \(minute)) k
        ), share AS MATERIALIZED (
            SELECT a.lane, a.due, a.contact, a.batch, a.owner, a.now, a.kind, a.source_id,
                CASE WHEN a.rate IS NULL THEN a.most
                    ELSE least(a.most, greatest(0, coalesce(r.room, 0) - a.before))::int END AS most
            FROM (SELECT *, coalesce(sum(most) OVER (PARTITION BY kind, source_id ORDER BY due, chance
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM asked) a
            LEFT JOIN room r ON r.kind = a.kind AND r.source_id = a.source_id
        )
        """

    /// Writes down what was taken, and says until when there is no more.
    private static let counted = """
        tally AS MATERIALIZED (
            SELECT kind, source_id, rate, now, array_agg(at ORDER BY at) AS times, array_agg(n ORDER BY at) AS counts
            FROM (SELECT r.kind, r.source_id, r.rate, r.now, e.at, sum(e.n)::int AS n
                FROM room r CROSS JOIN LATERAL (
                    SELECT at, n FROM unnest(r.times, r.counts) AS k(at, n)
                    UNION ALL
                    SELECT to_timestamp(ceil(extract(epoch FROM r.now) * 10) / 10), sum(cardinality(s.ids))
                    FROM taken s WHERE s.kind = r.kind AND s.source_id = r.source_id
                    HAVING sum(cardinality(s.ids)) > 0) e
                GROUP BY 1, 2, 3, 4, 5) t
            GROUP BY 1, 2, 3, 4
        ), noted AS (
            UPDATE source_paces p SET claimed_at = t.times, claimed = t.counts
            FROM tally t WHERE p.kind = t.kind AND p.source_id = t.source_id
        ), pace AS MATERIALIZED (
            SELECT kind, source_id, sluice_pace_until(times, counts, rate, now) AS until FROM tally
            UNION ALL
            SELECT DISTINCT kind, source_id, now + interval '100 milliseconds' FROM asked
            WHERE rate IS NOT NULL AND (kind, source_id) NOT IN (SELECT kind, source_id FROM room)
        ),
        """
}
