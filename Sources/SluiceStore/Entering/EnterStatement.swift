internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// ENTER: a chunk of people becomes enrollments, with devices and lanes, in one statement. For every kind but sequences,
/// which ``EnrollStatement`` enters by their leads' triggers.
///
/// An identity is entered once. One that has ended without being sent, or that waits and is in nobody's hands, is entered
/// again with the next generation: that is how a message is moved to another time. What is in flight, sent or unknown
/// stays. Whom nobody can be reached by fails: who wrote the row writes another one.
enum EnterStatement {
    /// Members of a WITH over `given`, which has a row per person: `ordinal`, `workspace_id`, `kind`, `source_id`,
    /// `lane_source`, `address` (the recipient as written), `name`, `device_id`, `step`, `due`, `expires_at`,
    /// `time_zone`, `page_id`, and `decides` where the step is a decision. They end in `entered` (`id`, `lane_id`,
    /// `next_trigger_time`, `status`).
    static let ctes = """
        \(DeviceOutage.away),
        \(entering),
        \(DevicePool.ctes),
        \(placed),
        \(LaneNumbers.ctes),
        \(entered),
        \(counted),
        \(Progress.cte(of: "entered", when: "true"))
        """

    private static let entering = """
        entering AS MATERIALIZED (
            SELECT g.*, coalesce(s.priority, 10) AS priority, c.own, c.chosen,
                row_number() OVER (PARTITION BY g.workspace_id, c.chosen IS NULL ORDER BY g.ordinal) AS turn
            FROM given g
            LEFT JOIN LATERAL (
                SELECT priority, state, device_choice FROM sources
                WHERE kind = g.kind AND source_id = coalesce(g.lane_source, g.source_id) LIMIT 1) s ON true
            CROSS JOIN LATERAL \(DevicePool.choice(of: "g.device_id", policy: "s.device_choice")) c
            WHERE s.state IS DISTINCT FROM 'cancelled'
        )
        """

    private static let placed = """
        named_by_id AS MATERIALIZED (
            SELECT c.device_id FROM device_caps c JOIN gateways g
                ON g.id = coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default))
            WHERE g.dialect = ANY (\(SchemaV1.dialectsWithoutPhones))
              AND EXISTS (SELECT FROM gateways WHERE dialect = ANY (\(SchemaV1.dialectsWithoutPhones)))
        ), seated AS MATERIALIZED (
            SELECT e.*, sluice_contact_id() AS new_id, \(DevicePool.device) AS device,
                e.chosen IS NULL AND pool.devices IS NULL AS is_without
            FROM entering e LEFT JOIN pool ON e.chosen IS NULL AND pool.workspace_id = e.workspace_id
        ), reached AS MATERIALIZED (
            SELECT s.*, CASE WHEN n.is_by_id THEN nullif(left(btrim(s.address), 200), '')
                ELSE sluice_digits(s.address) END AS reach, n.is_by_id
            FROM seated s CROSS JOIN LATERAL (
                -- An event's message with an address is mail.
                SELECT coalesce(s.device IN (SELECT device_id FROM named_by_id), false)
                    OR s.kind = 'event' AND s.address LIKE '%@%' AS is_by_id) n
        ), placed AS MATERIALIZED (
            SELECT DISTINCT ON (r.workspace_id, r.kind, r.source_id, coalesce(r.reach, 'invalid:' || r.new_id))
                r.*, coalesce(r.reach, 'invalid:' || r.new_id) AS recipient,
                coalesce(x.id, r.new_id) AS id, k.status AS known_status,
                coalesce(k.generation, 0) AS known_generation,
                x.id IS NULL OR coalesce(k.claim_state = 0
                    AND k.status IN ('active', 'paused', 'failed', 'cancelled'), false) AS may_enter,
                EXISTS (SELECT FROM suppressions x
                    WHERE x.phone = r.reach AND x.workspace_id IN ('*', r.workspace_id)) AS is_suppressed,
                CASE
                    WHEN r.reach IS NULL THEN NULL
                    WHEN r.is_without THEN 'no_device'
                    WHEN r.chosen IS NOT NULL AND NOT EXISTS (SELECT FROM user_devices d
                        WHERE d.id = r.chosen AND d.workspace_id = r.workspace_id) THEN 'unknown_device'
                END AS hold
            FROM reached r
            \(knownProbe)
            ORDER BY r.workspace_id, r.kind, r.source_id, coalesce(r.reach, 'invalid:' || r.new_id),
                r.ordinal DESC
        )
        """

    /// Who is there already, under its lock; somebody who is locked elsewhere has an id and no status.
    private static let knownProbe = """
        LEFT JOIN LATERAL (
                SELECT c.id FROM sequence_contacts c
                WHERE c.recipient = r.reach AND c.source_id = r.source_id AND c.kind = r.kind
                  AND c.workspace_id = r.workspace_id LIMIT 1) x ON true
            LEFT JOIN LATERAL (
                SELECT c.status, c.generation, c.claim_state FROM sequence_contacts c
                WHERE c.id = x.id LIMIT 1 FOR UPDATE SKIP LOCKED) k ON true
        """

    private static let entered = """
        entered AS (
            INSERT INTO sequence_contacts AS c (id, contact_phone, contact_name, current_trigger, entry_trigger,
                next_trigger_time, expires_at, assigned_device_id, current_step, status, workspace_id, kind,
                source_id, lane_source, recipient, time_zone, lane_id, hold_reason, last_error, completed_at,
                generation, home_device_id, page_id)
            SELECT p.id, CASE WHEN NOT p.is_by_id THEN p.reach END, p.name, p.step, p.step, coalesce(p.due, now()),
                p.expires_at, p.device, 1,
                CASE WHEN p.reach IS NULL THEN 'failed' WHEN p.is_suppressed THEN 'cancelled'
                    WHEN p.hold IS NOT NULL THEN 'paused' WHEN p.decides THEN 'advance' ELSE 'active' END,
                p.workspace_id, p.kind, p.source_id, p.lane_source, p.recipient, p.time_zone,
                \(LaneNumbers.lane), CASE WHEN NOT p.is_suppressed THEN p.hold END,
                CASE WHEN p.reach IS NULL THEN 'invalid_phone' WHEN p.is_suppressed THEN 'suppressed'
                    WHEN p.hold IS NOT NULL THEN 'held: ' || p.hold END,
                CASE WHEN p.reach IS NULL OR p.is_suppressed THEN now() END, p.known_generation + 1, \(DevicePool.home), p.page_id
            FROM numbered p WHERE p.may_enter ORDER BY p.recipient, p.source_id
            ON CONFLICT (recipient, source_id, kind, workspace_id)
            DO UPDATE SET generation = excluded.generation, moves = 0, retry_count = 0,
                current_trigger = excluded.current_trigger, next_trigger_time = excluded.next_trigger_time,
                assigned_device_id = excluded.assigned_device_id, status = excluded.status,
                lane_source = excluded.lane_source, time_zone = excluded.time_zone, lane_id = excluded.lane_id,
                hold_reason = excluded.hold_reason, last_error = excluded.last_error,
                completed_at = excluded.completed_at, contact_name = excluded.contact_name,
                home_device_id = excluded.home_device_id, expires_at = excluded.expires_at, last_reply = NULL,
                updated_at = now()
            -- Only what was locked above: a row that somebody inserted meanwhile is let be.
            WHERE c.generation = excluded.generation - 1 AND c.claim_state = 0
            RETURNING c.id, c.lane_id, c.next_trigger_time, c.status, c.workspace_id, c.kind, c.source_id,
                c.generation, c.current_trigger
        ), undecided AS (
            INSERT INTO branch_intake (contact_id, generation, moves, step_trigger, settled_at, try_at)
            SELECT id, generation, 0, current_trigger, next_trigger_time, next_trigger_time FROM entered
            WHERE status NOT IN ('cancelled', 'failed')
              AND (id IN (SELECT id FROM placed WHERE decides)) IS TRUE
        )
        """

    private static let counted = """
        tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, status, sum(n) FROM (
                SELECT workspace_id, kind, source_id, status, 1 AS n FROM entered
                UNION ALL
                SELECT workspace_id, kind, source_id, known_status, -1 FROM placed
                WHERE known_status IS NOT NULL AND \(isEntered("id"))) t
            GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        )
        """

    /// Two steps of thousands of rows, whose size the planner does not know, are not joined: hashed, one is looked up
    /// in the other.
    static func isEntered(_ id: String) -> String { "(\(id) IN (SELECT id FROM entered)) IS TRUE" }

    // MARK: Entries as values

    /// One chunk given as arrays. Up to three rows for each: `ordinal` alone when its source was not cancelled, with
    /// `id` unless another of the same identity replaces it, and `id` with `is_entered` when it was entered.
    static let sql = """
        WITH given AS MATERIALIZED (
            SELECT *, NULL::bigint AS page_id, false AS decides
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
                $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::text[],
                $15::text[], $16::text[], $17::text[])
                WITH ORDINALITY AS g(workspace_id, kind, source_id, lane_source, address, name, device_id, step, due,
                    expires_at, time_zone, message_type, body, media_url, caption, channel, metadata, ordinal)
        ),
        \(ctes),
        owned AS (
            INSERT INTO own_messages AS o (contact_id, message_type, body, media_url, caption, channel, metadata)
            SELECT p.id, p.message_type, p.body, p.media_url, p.caption, p.channel, p.metadata::jsonb FROM placed p
            WHERE p.message_type IS NOT NULL AND \(isEntered("p.id"))
            ON CONFLICT (contact_id) DO UPDATE SET message_type = excluded.message_type, body = excluded.body,
                media_url = excluded.media_url, caption = excluded.caption, channel = excluded.channel,
                metadata = excluded.metadata
        )
        SELECT ordinal, NULL::uuid AS id, NULL AS known_status, false AS is_entered, NULL::bigint AS lane_id,
            NULL::timestamptz AS due FROM reached
        UNION ALL
        SELECT ordinal, id, known_status, false, NULL, NULL FROM placed
        UNION ALL
        SELECT NULL, id, NULL, true, lane_id, CASE WHEN status = 'active' THEN next_trigger_time END FROM entered
        """

    static func parameters(_ entries: [Entry]) -> [PostgresValue] {
        [
            .stringArray(entries.map(\.workspace)), .stringArray(entries.map(\.kind)),
            .stringArray(entries.map(\.source)), .stringArray(entries.map(\.laneSource)),
            .stringArray(entries.map(\.recipient)), .stringArray(entries.map(\.name)),
            .uuidArray(entries.map(\.device?.rawValue)), .stringArray(entries.map(\.step)),
            .timestampArray(entries.map(\.due?.parameter)), .timestampArray(entries.map(\.expiresAt?.parameter)),
            .stringArray(entries.map(\.timeZone)), .stringArray(entries.map(\.message?.type)),
            .stringArray(entries.map(\.message?.body)), .stringArray(entries.map(\.message?.mediaURL)),
            .stringArray(entries.map(\.message?.caption)), .stringArray(entries.map(\.message?.channel)),
            .stringArray(entries.map(\.message?.metadata)),
        ]
    }
}
