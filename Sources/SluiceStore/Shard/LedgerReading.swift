internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// Reads from the ledger what the limiters of some slots have to count, and which attempts may be orphans.
///
/// Rows lie in the order in which they were reserved, so a few dozen slots have rows on every page. Of many slots the
/// pages of the last days are therefore read once, from end to end, and each row's slot is looked up in a mask; an index
/// would visit every page again and again. Two sessions share the pages, and so that no statement is longer for a larger
/// ledger, one reads so many of each day. All of them see one snapshot: between two, a row may have moved to a page that
/// was read before. Few slots are read by the index.
struct LedgerReading {
    struct Found {
        var charges = LedgerCharges()
        /// Contacts of attempts that were reserved and not settled.
        var reserved: [UUID] = []
    }

    /// Pages of one statement: 32 MB of each day, less than 0.1 s of reading and counting when they are in memory.
    private static let pages: Int64 = 4_096

    let pool: PostgresPool
    /// Where the second session is from: another pool, so that readings that hold the first never wait for each other.
    let second: PostgresPool
    let slots: [HashSlot]
    let lookback: Duration

    func run() async throws -> Found {
        var found = Found()
        if slots.count > ShardLimits.fewSlots {
            found = try await scan()
        } else {
            let window = try await window(on: pool)
            try take(
                try await pool.query(
                    Self.byIndex, [.slots(slots)] + window.parameters, deadline: .seconds(10)), into: &found)
        }
        let window = try await window(on: pool)
        let brought = try await pool.query(Self.brought, [.slots(slots)] + window.parameters, deadline: .seconds(10))
        try take(brought, into: &found)
        return found
    }

    private func scan() async throws -> Found {
        try await pool.withTransaction(.readOnlySnapshot, deadline: .seconds(120)) { transaction in
            try await transaction.query(Self.scanSettings)
            let snapshot = try await transaction.query("SELECT pg_export_snapshot()").scalar(String.self)
            let window = try await window(on: transaction)
            let end = try await transaction.query(Self.pageCount).scalar(Int64.self)
            async let others = second.withTransaction(.readOnlySnapshot, deadline: .seconds(120)) { other in
                // Takes no parameter; the name is the server's own.
                try await other.execute(script: "SET TRANSACTION SNAPSHOT '\(snapshot)'")
                try await other.query(Self.scanSettings)
                return try await parts(from: Self.pages, to: end, window, on: other)
            }
            var found = try await parts(from: 0, to: end, window, on: transaction)
            let rest = try await others
            for charges in rest.charges.keys { found.charges.add(charges) }
            found.reserved += rest.reserved
            return found
        }
    }

    /// Every second part of the pages, from the one that begins at `first` on.
    private func parts(
        from first: Int64, to end: Int64, _ window: Window, on transaction: PostgresTransaction
    ) async throws -> Found {
        var found = Found()
        var mask = [UInt8](repeating: 0, count: HashSlot.count)
        for slot in slots { mask[Int(slot.rawValue)] = 1 }
        for page in stride(from: first, to: end, by: 2 * Int(Self.pages)) {
            let ends = [page, page + Self.pages].map { PostgresValue.string("(\($0),0)") }
            let parameters = [.bytes(mask)] + window.parameters + ends
            try take(
                try await transaction.query(Self.byPages, parameters, deadline: .seconds(12)), into: &found)
        }
        return found
    }

    private func take(_ rows: PostgresResult, into found: inout Found) throws {
        for row in rows {
            found.charges.add(
                LedgerCharges.OfKey(
                    capKey: try row.decode(String.self, "cap_key"),
                    broughtBy: try row.decode(UUID?.self, "brought_by").map(DeviceID.init(rawValue:)),
                    settled: (try row.decode(PackedTimestamps?.self, "settled")?.times ?? []).map(\.databaseTime),
                    open: (try row.decode([PostgresTimestamp]?.self, "open") ?? []).map(\.databaseTime)))
            found.reserved += try row.decode([UUID]?.self, "reserved") ?? []
        }
    }

    // MARK: Since when

    private struct Window {
        var now: PostgresTimestamp
        var since: PostgresTimestamp
        var parameters: [PostgresValue] { [.timestamp(now), .timestamp(since)] }
    }

    private func window(on executor: some PostgresExecutor) async throws -> Window {
        let row = try await executor.query(
            "SELECT now, now - $1::bigint * interval '1 microsecond' AS since FROM (SELECT clock_timestamp() AS now) n",
            [.int64(lookback.wholeMicroseconds)])[0]
        return Window(
            now: try row.decode(PostgresTimestamp.self, "now"), since: try row.decode(PostgresTimestamp.self, "since"))
    }

    // MARK: SQL

    /// What is charged when, of rows that `wanted` lets in: it is asked before a row is looked at any further. Settled
    /// attempts are charged at their settlement, open ones at their deadline. `$2` now, `$3` since when.
    ///
    /// What is dated later than now was dated by a clock that has been put right since: it counts from now, and what is
    /// open is open for as long as it may be from now. Whatever its age, what is reserved comes along: nobody may have
    /// settled it.
    private static func charges(
        of key: String, brought device: String, from rows: String, where condition: String, wanted: String = "true"
    ) -> String {
        """
        SELECT cap_key, brought_by,
            string_agg(timestamptz_send(least(settled_at, $2::timestamptz)), '') FILTER (WHERE NOT is_open) AS settled,
            array_agg(least(deadline, $2::timestamptz + (deadline - reserved_at))) FILTER (WHERE is_open) AS open,
            array_agg(contact_id) FILTER (WHERE is_open AND state = 'reserved') AS reserved
        FROM (
            SELECT \(key) AS cap_key, \(device) AS brought_by, l.contact_id, l.state, l.settled_at, l.deadline,
                l.reserved_at, l.state IN ('reserved', 'unknown') AS is_open
            FROM \(rows)
            WHERE \(condition)
              AND l.day >= (SELECT least(($3::timestamptz AT TIME ZONE 'UTC')::date - 1,
                  ($2::timestamptz AT TIME ZONE 'UTC')::date - 2))
              AND CASE WHEN \(wanted) THEN l.is_charged AND l.state <> 'aborted' ELSE false END
            -- Computed once a row.
            OFFSET 0) l
        WHERE CASE WHEN is_open THEN deadline ELSE settled_at END > $3::timestamptz OR state = 'reserved'
        GROUP BY cap_key, brought_by
        """
    }

    /// `$1` one byte a slot, 1 for those wanted, `$4` and `$5` the first row and the first one of the next part.
    private static let byPages = charges(
        of: "l.cap_key", brought: "NULL::uuid", from: "send_ledger l",
        where: "l.ctid >= $4::text::tid AND l.ctid < $5::text::tid", wanted: "get_byte($1::bytea, l.slot) = 1")

    /// `$1` slots.
    private static let byIndex = charges(
        of: "l.cap_key", brought: "NULL::uuid", from: "unnest($1::smallint[]) AS o(slot), send_ledger l",
        where: "l.slot = o.slot")

    /// What devices that had another cap key sent under that one. `$1` slots.
    private static let brought = """
        WITH moved AS MATERIALIZED (
            SELECT device_id, cap_key, earlier_slots FROM device_caps
            WHERE hash_slot = ANY ($1::smallint[]) AND earlier_slots <> '{}'
        )
        \(charges(
            of: "m.cap_key", brought: "m.device_id",
            from: "moved m CROSS JOIN LATERAL unnest(m.earlier_slots) AS s(slot), send_ledger l",
            where: "l.slot = s.slot AND l.device_id = m.device_id AND l.cap_key <> m.cap_key"))
        """

    /// Pages one after the other, and the counting in memory: ten bytes a row. A session that has read its parts waits
    /// for the other's last one.
    private static let scanSettings = """
        SELECT set_config('statement_timeout', '10s', true), set_config('work_mem', '64MB', true),
            set_config('idle_in_transaction_session_timeout', '15s', true),
            set_config('enable_sort', 'off', true), set_config('enable_indexscan', 'off', true),
            set_config('enable_bitmapscan', 'off', true)
        """

    /// Of the day with the most pages.
    private static let pageCount = """
        SELECT coalesce(max(pg_relation_size(inhrelid) / current_setting('block_size')::bigint), 0)
        FROM pg_inherits WHERE inhparent = 'send_ledger'::regclass
        """
}

extension PostgresTimestamp {
    fileprivate var databaseTime: DatabaseTime { DatabaseTime(microseconds: microsecondsSinceEpoch) }
}
