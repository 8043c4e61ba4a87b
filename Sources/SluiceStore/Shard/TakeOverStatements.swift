/// TAKE-OVER, second half: run by the new owner once the slots are its own, each a statement of its own, because a load
/// in the same statement as the fencing did not see the reserves that the fencing waited for.
enum TakeOverStatements {
    /// What the ledger says of these slots, in one pass: what charges the limiters (settled attempts at their
    /// settlement, unsettled ones at their deadline), oldest first; and which attempts nobody alive will settle,
    /// because they were reserved under an earlier epoch by a closed incarnation. A device that had another cap key
    /// brings along what it sent under that one. `$1` slots, `$2` their epochs, `$3` microseconds to look back.
    ///
    /// What is dated later than now was dated by a clock that has been put right since: it counts from now, and what is
    /// open is open for as long as it may be from now.
    static let history = """
        WITH closed AS MATERIALIZED (
            SELECT incarnation FROM node_fences WHERE closed_at IS NOT NULL
        ), since AS MATERIALIZED (
            SELECT now, now - $3::bigint * interval '1 microsecond' AS at FROM (SELECT clock_timestamp() AS now) n
        ), day AS MATERIALIZED (
            SELECT least((at AT TIME ZONE 'UTC')::date - 1, (now AT TIME ZONE 'UTC')::date - 2) AS first
            FROM since
        ), entry AS MATERIALIZED (
            SELECT l.*, l.state IN ('reserved', 'unknown') AS is_open,
                l.state = 'reserved' AND l.epoch < o.epoch AND l.incarnation IN (SELECT incarnation FROM closed)
                    -- Of these the outcome is known.
                    AND NOT EXISTS (SELECT FROM settles_left t
                        WHERE t.contact_id = l.contact_id AND t.attempt = l.attempt AND t.day = l.day) AS is_orphan
            FROM unnest($1::smallint[], $2::bigint[]) AS o(slot, epoch)
            JOIN send_ledger l ON l.slot = o.slot
            WHERE l.day >= (SELECT first FROM day)
        ), moved AS MATERIALIZED (
            SELECT device_id, cap_key, earlier_slots FROM device_caps
            WHERE hash_slot = ANY ($1::smallint[]) AND earlier_slots <> '{}'
        ), brought AS MATERIALIZED (
            SELECT l.*, m.cap_key AS key_now, l.state IN ('reserved', 'unknown') AS is_open
            FROM moved m CROSS JOIN LATERAL unnest(m.earlier_slots) AS s(slot)
            JOIN send_ledger l ON l.slot = s.slot AND l.device_id = m.device_id AND l.cap_key <> m.cap_key
            WHERE l.day >= (SELECT first FROM day)
        )
        SELECT cap_key, NULL::uuid AS brought_by, is_open, is_orphan, contact_id, attempt,
            day - date '1970-01-01' AS day, batch, generation, moves,
            least(CASE WHEN is_open THEN deadline ELSE settled_at END,
                (SELECT now FROM since) + CASE WHEN is_open THEN deadline - reserved_at ELSE interval '0' END) AS at
        FROM entry
        WHERE is_orphan OR is_charged AND state <> 'aborted'
          AND CASE WHEN is_open THEN deadline ELSE settled_at END > (SELECT at FROM since)
        UNION ALL
        SELECT key_now, device_id, is_open, false, contact_id, attempt, day - date '1970-01-01', batch, generation,
            moves, least(CASE WHEN is_open THEN deadline ELSE settled_at END,
                (SELECT now FROM since) + CASE WHEN is_open THEN deadline - reserved_at ELSE interval '0' END)
        FROM brought
        WHERE is_charged AND state <> 'aborted'
          AND CASE WHEN is_open THEN deadline ELSE settled_at END > (SELECT at FROM since)
        ORDER BY at
        """

    /// What the dates in the history are worth.
    static let clock = """
        SELECT clock_timestamp() AS now, EXISTS (SELECT FROM clock_steps WHERE confirmed_at IS NULL) AS is_in_doubt
        """

    /// Before the history of slots with a device whose cap key was changed: waits for every reserve under way, because
    /// one that began before the change was committed still counts under the old key, and forbids those that began and
    /// have not come to their fence. What begins later sees the new key, so each change needs this once: it costs
    /// every node the reserves it has under way. `$1` slots.
    static let keyBarrier = """
        WITH moved AS MATERIALIZED (
            SELECT device_id, key_changed_at FROM device_caps
            WHERE hash_slot = ANY ($1::smallint[]) AND NOT is_key_fenced
        ), fence AS MATERIALIZED (
            SELECT incarnation FROM node_fences WHERE closed_at IS NULL AND EXISTS (SELECT FROM moved)
            ORDER BY incarnation FOR UPDATE
        ), forbidden AS (
            UPDATE node_fences f SET reserves_from = clock_timestamp() FROM fence
            WHERE f.incarnation = fence.incarnation
        ), free AS MATERIALIZED (
            -- Whoever edits the device holds up nothing: the next take-over repeats this.
            SELECT c.device_id FROM moved m JOIN device_caps c USING (device_id, key_changed_at)
            FOR UPDATE OF c SKIP LOCKED
        )
        UPDATE device_caps c SET is_key_fenced = true FROM free WHERE c.device_id = free.device_id
        """

    /// Reserved by a statement whose answer was lost, and never sent.
    static let lostReserves = """
        SELECT c.id AS contact_id, c.attempts AS attempt, c.reserved_day - date '1970-01-01' AS day,
            c.claim_batch AS batch, c.generation, c.moves
        FROM unnest($1::uuid[], $2::bigint[]) AS r(contact, batch)
        JOIN sequence_contacts c ON c.id = r.contact AND c.claim_batch = r.batch
        WHERE c.claim_state = 2
        """
}
