public import FoundationEssentials
public import PostgresDriver

/// An operator confirms a restore from a backup: what may have been sent since becomes unknown, and nodes may work.
///
/// The backup does not know what was sent after it. What was due by the time sending stopped may have been, so each such
/// contact gets an attempt in the ledger whose outcome is unknown, and is resolved like any other unknown
/// (`sluice unknown`): never sent again by itself (I2, I15), and lost from no list (I1). What the backup caught in flight
/// is unknown in any case.
///
/// The contacts are gone through in the order of their ids, in chunks of a transaction each. A confirmation that is
/// interrupted is begun again; what is unknown already stays so. Nothing else moves contacts meanwhile: no shard owns a
/// slot.
public struct RestoreConfirmation: Sendable {
    /// What one chunk found.
    public struct Chunk: Sendable {
        /// Contacts that became unknown.
        public var unknown: Int
        /// Where the next chunk starts; nil after the last.
        public var last: UUID?
    }

    private static let size: Int32 = 5_000

    /// One chunk after `last`.
    ///
    /// - Parameters:
    ///   - sentUntil: what was due by then may have been sent. Nil: nothing was.
    ///   - transaction: an operator's.
    public static func sweep(
        after last: UUID?, sentUntil: PostgresTimestamp?, in transaction: PostgresTransaction
    ) async throws -> Chunk {
        // The tallies are kept here; the triggers that count for users' SQL must not count again.
        try await transaction.query("SELECT set_config('sluice.internal', 'on', true)")
        let rows = try await transaction.query(
            sweepSQL, [.uuid(last), .timestamp(sentUntil), .int32(size)], deadline: .seconds(60))
        try await transaction.query("SELECT set_config('sluice.internal', '', true)")
        return Chunk(
            unknown: Int(try rows[0].decode(Int64.self, "unknown")), last: try rows[0].decode(UUID?.self, "last"))
    }

    /// What waits to be worked off by the leader and may yet become due in the past: to be 0 before the sweep.
    public static func undecided(in transaction: PostgresTransaction) async throws -> Int {
        Int(try await transaction.query(undecidedSQL).scalar(Int64.self))
    }

    /// Lets nodes work. False: no restore is unconfirmed.
    public static func finish(
        sentUntil: PostgresTimestamp?, by actor: String, in transaction: PostgresTransaction
    ) async throws -> Bool {
        try await !transaction.query(finishSQL, [.timestamp(sentUntil), .string(actor)]).isEmpty
    }

    /// Everything of a contact's claim ends. `$1` the last id, `$2` sent until, `$3` how many.
    private static let sweepSQL = """
        WITH page AS MATERIALIZED (
            SELECT id, claim_state, attempts, reserved_day, status, workspace_id, kind, source_id,
                claim_state = 2 AS was_in_flight,
                CASE WHEN claim_state = 2 THEN status IN ('active', 'paused')
                    ELSE status = 'active' AND coalesce(next_trigger_time <= $2, false) END AS is_unknown
            FROM sequence_contacts WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $3 FOR UPDATE
        ), in_flight AS (
            UPDATE send_ledger l SET state = 'unknown', code = 'restored', settled_at = clock_timestamp(),
                detail = 'in flight when the backup was made'
            FROM page p
            WHERE p.was_in_flight AND l.contact_id = p.id AND l.attempt = p.attempts AND l.day = p.reserved_day
              AND l.state = 'reserved'
        ), changed AS (
            UPDATE sequence_contacts c SET claim_state = 0, claim_batch = NULL, reserved_day = NULL,
                processing_device_id = NULL, processing_started_at = NULL,
                attempts = c.attempts + CASE WHEN p.is_unknown AND NOT p.was_in_flight THEN 1 ELSE 0 END,
                status = CASE WHEN p.is_unknown THEN 'unknown' ELSE c.status END,
                hold_reason = CASE WHEN p.is_unknown THEN NULL ELSE c.hold_reason END,
                last_error = CASE WHEN p.is_unknown THEN 'restored' ELSE c.last_error END, updated_at = clock_timestamp()
            FROM page p WHERE c.id = p.id AND (p.is_unknown OR p.claim_state <> 0)
            RETURNING c.id, c.attempts, c.workspace_id, c.generation, c.moves, c.assigned_device_id, c.recipient,
                c.source_id, c.kind, c.current_trigger, p.status AS old_status, p.is_unknown, p.was_in_flight
        ), recorded AS (
            INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id,
                cap_key, slot, epoch, incarnation, recipient, source_id, step_trigger, reserved_at, deadline, state,
                is_charged, settled_at, code, detail)
            SELECT (now() AT TIME ZONE 'UTC')::date, id, attempts, workspace_id, generation, moves, 0,
                coalesce(assigned_device_id, '00000000-0000-0000-0000-000000000000'), '', 0, 0, 0, recipient, source_id,
                current_trigger, now(), now(), 'unknown', false, clock_timestamp(), 'restored',
                'may have been sent after the backup was made'
            FROM changed WHERE is_unknown AND NOT was_in_flight
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, v.status, sum(v.n)
            FROM changed CROSS JOIN LATERAL (VALUES (old_status, -1), ('unknown', 1)) v(status, n)
            WHERE is_unknown GROUP BY 1, 2, 3, 4
        )
        SELECT (SELECT count(*) FROM changed WHERE is_unknown) AS unknown,
            (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last
        """

    private static let undecidedSQL = """
        SELECT (SELECT count(*) FROM (SELECT FROM enrollment_intake WHERE problem IS NULL LIMIT 1000) e)
            + (SELECT count(*) FROM (SELECT FROM branch_intake WHERE NOT is_stepless LIMIT 1000) b)
        """

    private static let finishSQL = """
        WITH done AS (
            UPDATE restores SET confirmed_at = clock_timestamp(), sent_until = $1, confirmed_by = $2
            WHERE confirmed_at IS NULL RETURNING id
        ), batches AS (
            DELETE FROM claim_batches WHERE EXISTS (SELECT FROM done)
        ), histories AS (
            UPDATE device_caps c SET history_from = r.history_from
            FROM done d JOIN restored_devices r ON r.restore_id = d.id
            WHERE $1::timestamptz IS NULL AND c.device_id = r.device_id
        ), version AS (
            -- The leader looks for shards at once.
            UPDATE cluster_versions SET assignment = assignment + 1 WHERE EXISTS (SELECT FROM done)
        )
        SELECT id FROM done
        """
}
