import PostgresDriver

/// What was written to the database between two instants, counted in its write-ahead log. Nothing there is sampled or
/// comes late, and images of whole pages, of which a checkpoint makes more or fewer, are left out.
struct DatabaseWork: Sendable {
    private var rows = 0.0
    private var indexEntries = 0.0
    private var transactions = 0.0
    private var bytes = 0.0
    private var updates = 0.0
    private var updatesWithIndex = 0.0
    private var inserts = 0.0

    /// What one of `count` equal things took of it.
    func shared(by count: Int) -> Cost {
        Cost(
            rows: (rows - 3 * transactions) / Double(count), indexEntries: indexEntries / Double(count),
            transactions: transactions / Double(count), bytes: bytes / Double(count),
            indexedUpdates: updatesWithIndex / max(updates, 1),
            entriesPerVersion: indexEntries / max(inserts + updatesWithIndex, 1))
    }

    /// Counts records of one type, named as `pg_waldump` names them. A row that begins a page has `+INIT` behind it.
    fileprivate mutating func add(_ record: String, count: Double, bytes: Double) {
        self.bytes += bytes
        switch record.split(separator: "+").first {
        case "Heap/INSERT":
            rows += count
            inserts += count
        case "Heap/DELETE": rows += count
        case "Heap/HOT_UPDATE":
            rows += count
            updates += count
        case "Heap/UPDATE":
            rows += count
            updates += count
            updatesWithIndex += count
        case "Btree/INSERT_LEAF", "Btree/INSERT_POST": indexEntries += count
        case "Transaction/COMMIT": transactions += count
        default: break
        }
    }

    struct Cost: Sendable, CustomStringConvertible {
        /// Rows inserted, updated or deleted, in all tables, less three for each transaction: that many a claim, a
        /// reserve or a settle writes for itself, however few messages it is for.
        var rows: Double
        /// Entries put into indexes.
        var indexEntries: Double
        /// Transactions that wrote something; each waits for the disk.
        var transactions: Double
        /// Of write-ahead log.
        var bytes: Double
        /// The share of updates that touched an index, 0 to 1.
        var indexedUpdates: Double
        /// Index entries of a row's version that needs any. How many versions do depends on what fits into a page; this
        /// is the schema's alone.
        var entriesPerVersion: Double

        private var parts: KeyValuePairs<String, Double> {
            [
                "rows": rows, "index entries": indexEntries, "transactions": transactions, "bytes": bytes,
                "of all updates touch an index": indexedUpdates, "index entries per version": entriesPerVersion,
            ]
        }

        /// So many times what rows, entries and bytes cost; what depends on the machine is as `other` has it.
        func times(_ factor: Double, elsewhere other: Self) -> Self {
            Self(
                rows: rows * factor, indexEntries: indexEntries * factor, transactions: other.transactions,
                bytes: bytes * factor, indexedUpdates: other.indexedUpdates,
                entriesPerVersion: other.entriesPerVersion)
        }

        /// What is above its bound, in words.
        func above(_ bound: Self) -> [String] {
            zip(parts, bound.parts).filter { $0.value > $1.value }
                .map { "\($0.value) \($0.key), at most \($1.value)" }
        }

        var description: String { parts.map { "\($0.value) \($0.key)" }.joined(separator: ", ") }
    }
}

extension TestCluster {
    /// The end of what is on disk of the write-ahead log.
    func endOfLog() async throws -> String {
        try await query("SELECT pg_current_wal_flush_lsn()::text").scalar(String.self)
    }

    /// What was written since `start`; needs the extension `pg_walinspect`, which comes with PostgreSQL.
    func databaseWork(since start: String) async throws -> DatabaseWork {
        let rows = try await query(
            """
            SELECT "resource_manager/record_type" AS record, count::float8 AS count, record_size::float8 AS bytes
            FROM pg_get_wal_stats($1::text::pg_lsn, pg_current_wal_flush_lsn(), per_record => true)
            """, [.string(start)])
        var work = DatabaseWork()
        for row in rows {
            work.add(
                try row.decode(String.self, "record"), count: try row.decode(Double.self, "count"),
                bytes: try row.decode(Double.self, "bytes"))
        }
        return work
    }
}
