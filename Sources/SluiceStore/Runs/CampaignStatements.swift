/// Runs of campaigns: every active subscriber of their pages is entered, chunk by chunk.
///
/// How far a run was entered stands on the run and is written in the transaction that enters, so that a leader who dies
/// at any point is followed by one that goes on; the run's lock keeps two from entering the same chunk, and identities
/// would not let them enter anybody twice.
enum CampaignStatements {
    /// The run of a row of the intake, locked; none when it is not to be entered any more, or later. `$1`: the row.
    static let run = """
        SELECT r.id, r.page_ids[r.fan_out_page] AS page, r.fan_out_page > coalesce(cardinality(r.page_ids), 0) AS is_done,
            coalesce(r.fan_out_after, '') AS after, CASE WHEN r.user_id IS NULL THEN coalesce(f.workspace_id, r.workspace_id)
                ELSE r.workspace_id END AS workspace_id,
            f.id IS NOT NULL AS has_flow, coalesce(f.is_compiled, true) AS is_compiled, f.id AS flow_id, f.problem,
            f.entry_step, f.entry_seconds, f.entry_decides, r.fan_out_page > 1 AS may_overlap,
            r.fan_out_page > 1 OR r.fan_out_after IS NOT NULL AS is_under_way,
            sluice_page_sends(p.is_active, p.blocked_until) AS page_sends, p.device_id
        FROM work_intake w JOIN message_runs r ON r.id = w.item::bigint
        LEFT JOIN flows f ON f.id = r.flow_id
        LEFT JOIN meta_pages p ON p.page_id = r.page_ids[r.fan_out_page]
        WHERE w.id = $1 AND r.status IN ('queued', 'running') AND r.fanned_out_at IS NULL
          AND coalesce(r.start_at <= clock_timestamp(), true)
        FOR NO KEY UPDATE OF r
        """

    /// The devices that a chunk goes to, the least loaded first, with their lanes, made where they are missing; none
    /// when the workspace has none. `$1` run, `$2` workspace, `$3` the page's device, `$4` how many people at most.
    static let seats = """
        WITH entering AS MATERIALIZED (
            SELECT $2::text AS workspace_id, $3::uuid AS own, $3::uuid AS chosen
        ), \(DevicePool.ctes), seat AS MATERIALIZED (
            SELECT d.device, d.place, least($4::bigint, cardinality(p.devices)) AS n
            FROM (SELECT devices FROM pool UNION ALL SELECT ARRAY[id] FROM user_devices
                WHERE id = $3 AND workspace_id = $2) p
            CROSS JOIN LATERAL unnest(p.devices) WITH ORDINALITY AS d(device, place) WHERE d.place <= $4
        ), lane AS (
            INSERT INTO lanes (device_id, workspace_id, kind, source_id, priority_class, enrolled)
            SELECT device, $2, 'campaign', $1::bigint::text, sluice_priority_class(100), $4 / n
            FROM seat ORDER BY device
            ON CONFLICT (device_id, kind, source_id) DO UPDATE SET enrolled = lanes.enrolled + excluded.enrolled
            RETURNING id, device_id
        )
        SELECT coalesce(array_agg(l.device_id ORDER BY s.place), '{}') AS devices,
            coalesce(array_agg(l.id ORDER BY s.place), '{}') AS lanes,
            coalesce(bool_or(sluice_addresses_by_id($3)), false) AS is_by_id
        FROM lane l JOIN seat s ON s.device = l.device_id
        """

    /// The same for a run's later chunks, of the lanes that its first one made: which devices those are is decided once,
    /// and a third of a chunk's time is not spent on it again. Devices that cannot send any more get nobody. `$1` run,
    /// `$2` workspace.
    static let laterSeats = """
        SELECT coalesce(array_agg(l.device_id ORDER BY l.id), '{}') AS devices,
            coalesce(array_agg(l.id ORDER BY l.id), '{}') AS lanes, false AS is_by_id
        FROM lanes l JOIN user_devices d ON d.id = l.device_id AND d.workspace_id = $2
        JOIN device_caps p ON p.device_id = d.id LEFT JOIN device_states s ON s.device_id = d.id
        WHERE l.kind = 'campaign' AND l.source_id = $1::bigint::text AND \(DeviceOutage.canSend)
        """

    /// One chunk of one page, in turns on the seats: a scan, an insert, and nothing in between, because of a million
    /// people every microsecond is a second. Whom nobody can be reached by fails at once: a subscriber's number is corrected
    /// for the next campaign. `$1` run, `$2` page, `$3` after which subscriber, `$4` how many to look at,
    /// `$5` workspace, `$6` devices, `$7` their lanes, `$8` whether those know people by ids of their own, `$9` the step
    /// it begins at, `$10` seconds before that, `$11` whether it is a decision, `$12` what holds everybody, `$13` and
    /// `$14` what the contacts' ids are made of (``ChunkIdentifiers``).
    ///
    /// Nobody is looked up before the insert, which is a third of what it costs: somebody who is in the run already,
    /// by another page or another way to write the number, breaks the unique identity, and the chunk is entered by
    /// ``carefulChunk`` instead.
    static let chunk = chunk(onConflict: "")

    /// The same, passing by who is in the run already.
    static let carefulChunk = chunk(onConflict: "ON CONFLICT (recipient, source_id, kind, workspace_id) DO NOTHING")

    private static func chunk(onConflict: String) -> String {
        """
        WITH chunk AS MATERIALIZED (
            SELECT user_id, user_name, coalesce(is_active, true) AS is_active,
                CASE WHEN $8::bool THEN nullif(left(btrim(user_id), 200), '')
                    -- As it is kept: cheaper to see than by a pattern.
                    WHEN length(user_id) BETWEEN 7 AND 15 AND ltrim(user_id, '0123456789') = '' THEN user_id
                    ELSE sluice_digits(user_id) END AS reach
            FROM meta_subscribers WHERE page_id = $2 AND user_id > $3 ORDER BY user_id LIMIT $4
        ), entered AS (
            INSERT INTO sequence_contacts AS c (id, contact_phone, contact_name, current_trigger, entry_trigger,
                next_trigger_time, assigned_device_id, current_step, status, workspace_id, kind, source_id, recipient,
                lane_id, hold_reason, last_error, completed_at, page_id)
            SELECT p.id, CASE WHEN NOT $8 THEN p.reach END, p.user_name, $9, $9,
                now() + $10::int * interval '1 second', ($6::uuid[])[p.turn], 1,
                CASE WHEN p.reach IS NULL THEN 'failed' WHEN p.is_suppressed THEN 'cancelled'
                    WHEN $12::text IS NOT NULL THEN 'paused' WHEN $11::bool THEN 'advance' ELSE 'active' END,
                $5, 'campaign', $1::bigint::text, coalesce(p.reach, 'invalid:' || p.id), ($7::bigint[])[p.turn],
                CASE WHEN p.reach IS NOT NULL AND NOT p.is_suppressed THEN $12 END,
                CASE WHEN p.reach IS NULL THEN 'invalid_phone' WHEN p.is_suppressed THEN 'suppressed'
                    ELSE 'held: ' || $12 END,
                CASE WHEN p.reach IS NULL OR p.is_suppressed THEN now() END, $2
            FROM (
                SELECT ($13::text || to_hex($14::bigint + n))::uuid AS id, user_name, reach,
                    -- Where the turns begin differs from chunk to chunk.
                    (n + hashtext($3)::bigint + 2147483648) % greatest(cardinality($6::uuid[]), 1) + 1 AS turn,
                    EXISTS (SELECT FROM suppressions x
                        WHERE x.phone = reach AND x.workspace_id IN ('*', $5)) AS is_suppressed
                FROM (SELECT *, row_number() OVER () AS n FROM chunk WHERE is_active) people) p
            \(onConflict)
            RETURNING c.id, c.status
        ), undecided AS (
            INSERT INTO branch_intake (contact_id, generation, moves, step_trigger, settled_at, try_at)
            SELECT id, 1, 0, $9, now() + $10 * interval '1 second', now() + $10 * interval '1 second' FROM entered
            WHERE $11 AND status NOT IN ('cancelled', 'failed')
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT $5, 'campaign', $1::bigint::text, status, count(*) FROM entered GROUP BY status
            RETURNING status
        ), began AS (
            UPDATE message_runs SET status = 'running', fan_out_after = (SELECT max(user_id) FROM chunk),
                updated_at = now()
            WHERE id = $1 AND EXISTS (SELECT FROM chunk)
        )
        SELECT (SELECT count(*) FROM chunk)::int AS seen, NULL::bigint AS lane_id, NULL::timestamptz AS due
        UNION ALL
        -- In turns, all of them got somebody; a probe of one that did not costs less than to sort everybody by lane.
        SELECT NULL, lane_id, now() + $10 * interval '1 second' FROM unnest($7::bigint[]) lane_id
        WHERE EXISTS (SELECT FROM tallied WHERE status = 'active')
        """
    }

    /// The next page. `$1`: run.
    static let nextPage = """
        UPDATE message_runs SET fan_out_page = fan_out_page + 1, fan_out_after = NULL, updated_at = now() WHERE id = $1
        """

    /// Everybody was entered, in equal parts on the run's lanes: those say so once. `$1`: run.
    static let entered = """
        WITH people AS (
            SELECT sum(n) AS n FROM contact_counts
            WHERE kind = 'campaign' AND source_id = $1::bigint::text AND status <> 'in_flight'
        ), seats AS (
            UPDATE lanes SET enrolled = greatest(enrolled, (SELECT n FROM people)
                / (SELECT count(*) FROM lanes WHERE kind = 'campaign' AND source_id = $1::bigint::text))
            WHERE kind = 'campaign' AND source_id = $1::bigint::text AND (SELECT n FROM people) > 0
        )
        UPDATE message_runs SET fanned_out_at = now(), status = 'running', updated_at = now() WHERE id = $1
        """

    /// It cannot be entered. `$1` run, `$2` a code, `$3` in words.
    static let failed = """
        WITH ended AS (
            UPDATE message_runs SET status = 'failed', completed_at = now(), updated_at = now(),
                error_summary = jsonb_strip_nulls(jsonb_build_object('code', $2::text, 'message', $3::text))
            WHERE id = $1)
        UPDATE sources SET state = 'paused' WHERE kind = 'campaign' AND source_id = $1::bigint::text
        """

    static let forget = "DELETE FROM work_intake WHERE id = $1"

    /// Says on open runs how many are done, and ends those of which nobody is left: the counts are sums, so this reads a
    /// few rows for each run, however many people it has. A cancelled one is open until everybody is cancelled.
    static let project = """
        WITH open AS MATERIALIZED (
            SELECT id, fanned_out_at IS NOT NULL OR status = 'cancelled' AS is_entered FROM message_runs
            WHERE completed_at IS NULL AND status NOT IN ('finished', 'failed')
              AND (fan_out_after IS NOT NULL OR fanned_out_at IS NOT NULL)
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        ), counted AS MATERIALIZED (
            SELECT o.id, coalesce(sum(t.n), 0)::int AS total,
                coalesce(sum(t.n) FILTER (WHERE t.status = 'completed'), 0)::int AS completed,
                coalesce(sum(t.n) FILTER (WHERE t.status = 'failed'), 0)::int AS failed,
                o.is_entered AND coalesce(sum(t.n)
                    FILTER (WHERE t.status IN ('active', 'paused', 'advance', 'unknown')), 0) = 0 AS is_done
            FROM open o LEFT JOIN contact_counts t ON t.kind = 'campaign' AND t.source_id = o.id::text
            GROUP BY o.id, o.is_entered
        )
        UPDATE message_runs r SET total_messages = c.total, success_count = c.completed, failure_count = c.failed,
            status = CASE WHEN c.is_done AND r.status <> 'cancelled' THEN 'finished' ELSE r.status END,
            completed_at = CASE WHEN c.is_done THEN now() END, updated_at = now()
        FROM counted c WHERE r.id = c.id AND (c.is_done
            OR (r.total_messages, r.success_count, r.failure_count) IS DISTINCT FROM (c.total, c.completed, c.failed))
        """
}
