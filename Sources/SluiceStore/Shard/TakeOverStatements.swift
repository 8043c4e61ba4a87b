/// TAKE-OVER, second half: run by the new owner once the slots are its own, each a statement of its own, because a load
/// in the same statement as the fencing did not see the reserves that the fencing waited for.
enum TakeOverStatements {
    /// Which of these contacts' attempts nobody alive will settle: reserved under an earlier epoch by a closed
    /// incarnation. `$1` slots, `$2` their epochs, `$3` contacts.
    static let orphans = """
        WITH attempt AS MATERIALIZED (
            SELECT * FROM send_ledger WHERE contact_id = ANY ($3::uuid[]) AND state = 'reserved'
        )
        SELECT l.contact_id, l.attempt, l.day - date '1970-01-01' AS day, l.batch, l.generation, l.moves
        FROM attempt l JOIN unnest($1::smallint[], $2::bigint[]) AS o(slot, epoch) ON o.slot = l.slot
        WHERE l.epoch < o.epoch AND l.incarnation IN (SELECT incarnation FROM node_fences WHERE closed_at IS NOT NULL)
          -- Of these the outcome is known.
          AND NOT EXISTS (SELECT FROM settles_left t
              WHERE t.contact_id = l.contact_id AND t.attempt = l.attempt AND t.day = l.day)
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
