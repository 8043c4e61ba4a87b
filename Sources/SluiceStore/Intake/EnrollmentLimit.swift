/// How many may enter a sequence that is to start small. Whoever comes when it is full is held (`enrollment_limit`), with
/// a device and a lane, until the limit is raised.
///
/// What came in stands in one row per limited sequence, which the statement that enters somebody locks and reads as it is
/// then, so that the limit is exact whoever leads. While somebody else holds the row there is no room; a scan looks again.
enum EnrollmentLimit {
    /// Members of a WITH over `entering`: `beyond`, who of it must wait.
    static let ctes = """
        limited AS MATERIALIZED (
            SELECT l.sequence_id, l.most - l.entered AS room FROM enrollment_limits l
            WHERE l.sequence_id IN (SELECT sequence_id FROM entering) FOR NO KEY UPDATE SKIP LOCKED
        ), beyond AS MATERIALIZED (
            SELECT e.lead_id, e.sequence_id FROM (
                SELECT lead_id, sequence_id, workspace_id,
                    row_number() OVER (PARTITION BY sequence_id ORDER BY lead_id) AS place
                FROM entering WHERE NOT is_suppressed AND has_phone
                  AND sequence_id IN (SELECT sequence_id FROM enrollment_limits)) e
            LEFT JOIN limited l ON l.sequence_id = e.sequence_id
            WHERE e.place > coalesce(l.room, 0)
        )
        """

    static func isBeyond(_ row: String) -> String {
        "(\(row).lead_id, \(row).sequence_id) IN (SELECT lead_id, sequence_id FROM beyond)"
    }

    /// Members of a WITH over `placed`: whoever came in is counted, and whoever found the row taken looked for again.
    static let counted = """
        came_in AS (
            UPDATE enrollment_limits l SET entered = l.entered + p.n
            FROM (SELECT sequence_id, count(*) AS n FROM placed
                WHERE NOT is_suppressed AND has_phone AND sequence_id IN (SELECT sequence_id FROM limited)
                  AND hold IS DISTINCT FROM '\(HoldReason.enrollmentLimit.rawValue)' GROUP BY 1) p
            WHERE l.sequence_id = p.sequence_id
        ), looked_for AS (
            INSERT INTO intake_scans (purpose, workspace_id, trigger)
            SELECT DISTINCT 'limit', workspace_id, sequence_id::text FROM placed
            WHERE hold = '\(HoldReason.enrollmentLimit.rawValue)'
              AND sequence_id NOT IN (SELECT sequence_id FROM limited)
        )
        """

    /// The next contact that waits for room. `$1` workspace, `$2` after, `$3` how many, `$4` sequence.
    static let next = waiting(atMost: "$3")

    /// One sequence, said as a range: with an equality the planner knows that ids alone give the order, and may look for
    /// those who wait among all contacts in the order of their ids, where they are the last.
    private static func waiting(atMost count: String) -> String {
        """
        SELECT c.id, c.lane_id, c.kind, c.source_id, c.workspace_id, c.current_trigger, c.time_zone
        FROM sequence_contacts c
        WHERE c.status = 'paused' AND c.hold_reason = '\(HoldReason.enrollmentLimit.rawValue)' AND c.workspace_id = $1
          AND (c.sequence_id, c.id) > ($4::text::uuid, $2) AND c.sequence_id <= $4::text::uuid
        ORDER BY c.sequence_id, c.id LIMIT \(count) FOR UPDATE OF c SKIP LOCKED
        """
    }

    /// As many of them as there is room for come in, due as if they had entered now. Those without a lane are
    /// placed.
    static let release = """
        WITH room AS MATERIALIZED (
            SELECT l.most - l.entered AS room FROM enrollment_limits l WHERE l.sequence_id = $4::text::uuid
            FOR NO KEY UPDATE
        ), chunk AS MATERIALIZED (
            \(waiting(atMost: "least($3, coalesce((SELECT greatest(0, room) FROM room), $3))"))
        ), back AS (
            UPDATE sequence_contacts c SET status = 'active', hold_reason = NULL, last_error = NULL,
                next_trigger_time = sluice_due(now(), interval '0', st.time_schedule::text,
                    coalesce(w.time_zone, ws.time_zone)), updated_at = now()
            FROM chunk w
            LEFT JOIN sequence_steps st ON st.workspace_id = w.workspace_id AND st.trigger = w.current_trigger
            LEFT JOIN workspaces ws ON ws.id = w.workspace_id
            WHERE \(PlannerEstimate.probe("c.id", "w.id")) RETURNING c.id, c.lane_id, c.next_trigger_time
        ), came_in AS (
            UPDATE enrollment_limits SET entered = entered + (SELECT count(*) FROM chunk)
            WHERE sequence_id = $4::text::uuid
        ), placed AS (
            INSERT INTO enrollment_intake (op, contact_id, workspace_id)
            SELECT 'place', id, workspace_id FROM chunk WHERE lane_id IS NULL
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, v.status, sum(v.n)
            FROM chunk CROSS JOIN (VALUES ('paused', -1), ('active', 1)) v(status, n) GROUP BY 1, 2, 3, 4
        )
        SELECT id, lane_id, next_trigger_time AS due FROM back ORDER BY id
        """
}
