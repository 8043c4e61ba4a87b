/// The owner's half of a hand-over: slots go to whom the leader wants them to have, or to nobody.
struct GiveUpStatement {
    /// `$1`: the owner. `$2`, `$3`: slots and the epochs it has them under.
    ///
    /// Slots are looked up by their key, whatever the statistics say: on a cluster that was analyzed before its first
    /// assignment the planner believes that an owner has no slot at all, and would pair all slots with all slots.
    static let sql = """
        WITH mine AS MATERIALIZED (
            -- With the epoch: a repeat, or one that waited for long, must not give up what came back meanwhile.
            SELECT s.slot
            FROM (
                SELECT * FROM unnest($2::smallint[], $3::bigint[]) WITH ORDINALITY AS u(slot, epoch, ordinal)
                WHERE \(PlannerEstimate.few("ordinal"))) g
            JOIN slot_owners s ON s.slot = g.slot AND s.epoch = g.epoch AND s.owner IS NOT DISTINCT FROM $1
            ORDER BY s.slot FOR UPDATE OF s
        ), given AS (
            UPDATE slot_owners s SET epoch = s.epoch + 1, owner = (
                SELECT l.incarnation FROM node_leases l JOIN node_fences f USING (incarnation)
                WHERE l.incarnation = s.wanted AND l.incarnation <> $1 AND NOT l.is_draining
                  AND NOT \(NodeLifecycle.isDrained("l"))
                  AND l.expires_at > clock_timestamp() AND f.closed_at IS NULL)
            -- Locked above, so they are still as they were found.
            FROM mine WHERE s.slot = mine.slot RETURNING s.slot)
        UPDATE cluster_versions SET assignment = assignment + 1 WHERE EXISTS (SELECT FROM given)
        """
}
