/// RELOCATE: one chunk of contacts leaves devices that are out of service, or returns to where they were, in one
/// statement. `$1`: how many at most, `$2`: contacts to let be.
///
/// Contacts of sources with `device_choice` `prefer` or `any` leave for the devices that an enrollment would be
/// given; with `prefer` they remember their device as `home_device_id` and return when it has been in service for a
/// while. Only active, idle rows that nobody holds locked change: what is claimed or reserved settles where it is and
/// is found by the next chunk. Every row is compared under its lock, so repeating it, or two leaders at once, moves
/// nothing twice.
///
/// With every device in service it reads two empty partial indexes and one end of a third. A lane without contacts
/// costs one probe, and a workspace without a device that can send keeps its contacts where they are.
enum RelocateStatement {
    static let sql = """
        \(picking),
        \(DevicePool.ctes),
        placed AS MATERIALIZED (
            SELECT e.*, \(DevicePool.device) AS device, NULL::text AS hold
            FROM entering e LEFT JOIN pool ON e.chosen IS NULL AND pool.workspace_id = e.workspace_id
        ),
        \(LaneNumbers.ctes), moved AS (
            UPDATE sequence_contacts c SET assigned_device_id = p.device, lane_id = \(LaneNumbers.lane),
                home_device_id = p.home, updated_at = now()
            FROM numbered p WHERE \(PlannerEstimate.probe("c.id", "p.id"))
            RETURNING c.lane_id, c.next_trigger_time
        )
        SELECT lane_id, min(next_trigger_time) AS due, sum(count(*)) OVER ()::int AS moved
        FROM moved GROUP BY lane_id
        """

    /// Whom a chunk of the same `$1` and `$2` would move.
    static let next = "\(picking) SELECT id FROM entering"

    /// Says on a contact why it does not move. `$1` contact, `$2` what the database said.
    static let explain = """
        UPDATE sequence_contacts SET last_error = 'not moved: ' || $2
        WHERE id = $1 AND status = 'active' AND last_error IS DISTINCT FROM 'not moved: ' || $2
        """

    private static let picking = """
        WITH RECURSIVE \(DeviceOutage.away),
        \(sources),
        \(destinations),
        \(picked)
        """

    /// Lanes to empty, and the workspaces that have a device to empty them to.
    private static let sources = """
        lane_away AS MATERIALIZED (
            SELECT l.id, l.workspace_id, q.device_choice, q.priority
            FROM away a
            JOIN lanes l ON l.device_id = a.device_id
            JOIN sources q ON q.kind = l.kind AND q.source_id = l.source_id AND q.device_choice <> 'sticky'
            -- LIMIT keeps it a probe per lane.
            CROSS JOIN LATERAL (SELECT 1 FROM sequence_contacts c
                WHERE c.lane_id = l.id AND c.status = 'active' AND c.claim_state = 0 LIMIT 1) waiting
        ), able AS MATERIALIZED (
            SELECT w.workspace_id FROM (SELECT DISTINCT workspace_id FROM lane_away) w
            WHERE EXISTS (SELECT FROM user_devices d JOIN device_caps p ON p.device_id = d.id
                LEFT JOIN device_states s ON s.device_id = d.id
                WHERE d.workspace_id = w.workspace_id AND \(DeviceOutage.canSend))
        )
        """

    /// Devices that contacts remember and that are in service again. Their names are read one by one off the index,
    /// however many contacts remember each.
    private static let destinations = """
        remembered AS (
            (SELECT home_device_id AS device_id FROM sequence_contacts
            WHERE home_device_id IS NOT NULL AND status = 'active' ORDER BY home_device_id LIMIT 1)
            UNION ALL
            SELECT n.device_id FROM remembered r CROSS JOIN LATERAL (
                SELECT home_device_id AS device_id FROM sequence_contacts
                WHERE home_device_id > r.device_id AND status = 'active' ORDER BY home_device_id LIMIT 1) n
        ), back AS MATERIALIZED (
            SELECT r.device_id, d.workspace_id FROM remembered r
            JOIN user_devices d ON d.id = r.device_id JOIN device_caps p ON p.device_id = d.id
            LEFT JOIN device_states s ON s.device_id = d.id
            WHERE \(DeviceOutage.canSend) AND coalesce(s.observed_at <= now() - \(DeviceOutage.grace), true)
        )
        """

    private static let picked = """
        leaving AS MATERIALIZED (
            SELECT c.*, l.priority, NULL::uuid AS chosen,
                CASE WHEN l.device_choice = 'prefer' THEN coalesce(c.home_device_id, c.assigned_device_id) END AS home
            FROM lane_away l JOIN able USING (workspace_id) CROSS JOIN LATERAL (
                SELECT \(columns) FROM sequence_contacts
                WHERE lane_id = l.id AND status = 'active' AND claim_state = 0 AND id <> ALL ($2::uuid[])
                  AND coalesce(home_device_id NOT IN (SELECT device_id FROM back), true)
                ORDER BY next_trigger_time LIMIT $1 FOR UPDATE SKIP LOCKED) c
            LIMIT $1
        ), homing AS MATERIALIZED (
            -- Of a sequence that prefers no more, it stays where it is and forgets.
            SELECT c.*, q.priority,
                CASE WHEN q.device_choice = 'prefer' AND b.workspace_id = c.workspace_id THEN c.home_device_id
                    ELSE c.assigned_device_id END AS chosen, NULL::uuid AS home
            FROM back b CROSS JOIN LATERAL (
                SELECT \(columns) FROM sequence_contacts
                WHERE home_device_id = b.device_id AND status = 'active' AND claim_state = 0
                  AND id <> ALL ($2::uuid[])
                LIMIT $1 FOR UPDATE SKIP LOCKED) c
            LEFT JOIN sources q ON q.kind = c.kind AND q.source_id = coalesce(c.lane_source, c.source_id)
            LIMIT $1
        ), entering AS MATERIALIZED (
            SELECT m.*, NULL::uuid AS own,
                row_number() OVER (PARTITION BY workspace_id, chosen IS NULL ORDER BY next_trigger_time, id) AS turn
            FROM (SELECT * FROM leaving UNION ALL SELECT * FROM homing LIMIT $1) m
        )
        """

    private static let columns =
        "id, workspace_id, kind, source_id, lane_source, next_trigger_time, assigned_device_id, home_device_id"
}
