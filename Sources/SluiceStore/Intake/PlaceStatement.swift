/// PLACE: contacts that somebody wrote into the queue by hand, or that were held for want of a device, or that became
/// active after theirs was deleted, get their device and lane; those whose sequence was deleted end, and their trigger
/// is taken off their lead. `$1`: the contacts. One that is in flight, or that somebody holds locked, keeps its lane
/// for now and goes back into the intake for a second.
///
/// Contacts are probed one by one, because the planner's idea of their number may be out of date: a plan for an empty
/// table walked all contacts for each chunk, by the index of whatever `isWanting` says of all of them.
enum PlaceStatement {
    static let sql = """
        WITH \(DeviceOutage.away), held AS MATERIALIZED (
            SELECT c.*, \(isOrphan) AS is_orphan FROM unnest($1::uuid[]) w(id) CROSS JOIN LATERAL (
                SELECT * FROM sequence_contacts c WHERE c.id = w.id AND \(isWanting) LIMIT 1 FOR UPDATE SKIP LOCKED) c
        ), put_off AS (
            INSERT INTO enrollment_intake (op, contact_id, workspace_id, not_before)
            SELECT 'place', c.id, c.workspace_id, clock_timestamp() + interval '1 second'
            FROM unnest($1::uuid[]) w(id) CROSS JOIN LATERAL (
                SELECT id, workspace_id FROM sequence_contacts c WHERE c.id = w.id AND \(isWanting) LIMIT 1) c
            WHERE c.id NOT IN (SELECT id FROM held WHERE claim_state = 0)
        ), entering AS MATERIALIZED (
            SELECT c.id, c.workspace_id, c.kind, c.source_id, c.lane_source, c.status AS known_status,
                c.next_trigger_time, coalesce(s.priority, 10) AS priority,
                o.own, o.chosen, c.recipient ~ '^[0-9]{7,15}$' AS has_phone,
                row_number() OVER (PARTITION BY c.workspace_id, o.chosen IS NULL ORDER BY c.id) AS turn
            FROM held c LEFT JOIN sequences q ON q.id = c.sequence_id
            LEFT JOIN sources s ON s.kind = c.kind AND s.source_id = coalesce(c.lane_source, c.source_id)
            -- Whoever writes a device into a contact means that one.
            CROSS JOIN LATERAL \(DevicePool.choice(
                of: "coalesce(c.assigned_device_id, q.device_id)",
                policy: "CASE WHEN c.assigned_device_id IS NULL THEN s.device_choice END")) o
            WHERE c.claim_state = 0 AND NOT c.is_orphan
        ),
        \(DevicePool.ctes),
        placed AS MATERIALIZED (
            SELECT e.*, \(DevicePool.device) AS device,
                CASE
                    WHEN NOT e.has_phone THEN 'invalid_phone'
                    WHEN e.chosen IS NULL AND pool.devices IS NULL THEN 'no_device'
                    WHEN e.chosen IS NOT NULL AND NOT EXISTS (SELECT FROM user_devices d
                        WHERE d.id = e.chosen AND d.workspace_id = e.workspace_id) THEN 'unknown_device'
                END AS hold
            FROM entering e LEFT JOIN pool ON e.chosen IS NULL AND pool.workspace_id = e.workspace_id
        ),
        \(LaneNumbers.ctes), moved AS (
            UPDATE sequence_contacts c SET assigned_device_id = p.device, lane_id = \(LaneNumbers.lane),
                hold_reason = p.hold,
                home_device_id = CASE WHEN c.assigned_device_id IS NULL THEN \(DevicePool.home)
                    ELSE c.home_device_id END,
                status = CASE WHEN p.hold IS NULL THEN 'active' ELSE 'paused' END,
                last_error = CASE WHEN p.hold IS NOT NULL THEN 'held: ' || p.hold END
            FROM numbered p WHERE \(PlannerEstimate.probe("c.id", "p.id"))
            RETURNING c.lane_id, c.next_trigger_time, c.status, c.workspace_id, c.kind, c.source_id, p.known_status
        ), ended AS (
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'sequence_deleted',
                completed_at = now()
            FROM held h WHERE \(PlannerEstimate.probe("c.id", "h.id")) AND h.is_orphan AND h.claim_state = 0
            RETURNING c.id, c.lead_id, c.generation, c.entry_trigger, c.status, c.workspace_id, c.kind, c.source_id,
                h.status AS known_status
        ), completed AS (
            INSERT INTO completion_intake (lead_id, contact_id, generation, trigger)
            SELECT lead_id, id, generation, entry_trigger FROM ended
            WHERE lead_id IS NOT NULL AND entry_trigger IS NOT NULL
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, v.status, sum(v.n)
            FROM (SELECT workspace_id, kind, source_id, known_status, status FROM moved
                UNION ALL SELECT workspace_id, kind, source_id, known_status, status FROM ended) m
            CROSS JOIN LATERAL (VALUES (m.known_status, -1), (m.status, 1)) v(status, n)
            WHERE m.known_status <> m.status GROUP BY 1, 2, 3, 4
        )
        SELECT lane_id, min(next_trigger_time) AS due FROM moved
        WHERE status = 'active' AND lane_id IS NOT NULL GROUP BY lane_id
        """

    /// Whether the sequence of `c` was deleted. One that never had any waits as it is.
    private static let isOrphan = """
        (c.sequence_id IS NOT NULL AND NOT EXISTS (SELECT FROM sequences s WHERE s.id = c.sequence_id))
        """

    private static let isWanting = """
        (c.status = 'active' OR c.hold_reason IN ('no_device', 'unknown_device')
            OR c.status IN ('paused', 'advance') AND \(isOrphan))
        """
}
