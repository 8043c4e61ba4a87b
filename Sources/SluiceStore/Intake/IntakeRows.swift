internal import PostgresDriver
internal import SluiceCore

/// A table of what producers wrote and the leader works off. Its rows have `id`, `not_before`, `times_blocked` and
/// `problem`.
enum IntakeTable: String {
    case enrollments = "enrollment_intake"
    case work = "work_intake"

    /// The ids that a query gives, if they are at most `$1`; none else.
    static func few(_ ids: String) -> String {
        """
        (SELECT CASE WHEN cardinality(few) <= $1 THEN few ELSE '{}' END
            FROM (SELECT ARRAY(\(ids) LIMIT $1 + 1) AS few) w)
        """
    }

    /// The lanes in which `entered` has work that is due, and since when; then a row of these columns with what else the
    /// statement has to say.
    static func lanes(lastRow: KeyValuePairs<String, String>) -> String {
        """
        SELECT lane_id, min(next_trigger_time) AS due\(lastRow.map { ", NULL AS \($0.key)" }.joined())
        FROM entered WHERE status = 'active' GROUP BY lane_id
        UNION ALL
        SELECT NULL, NULL\(lastRow.map { ", " + $0.value }.joined())
        """
    }

    /// A row that the database refuses waits for an operator. `$1`: the row, `$2`: why.
    var setAside: String { "UPDATE \(rawValue) SET not_before = 'infinity', problem = $2 WHERE id = $1" }

    /// A row that somebody's transaction holds up: after 1 s, 2 s, 4 s and so on up to 32 s. `$1`: the row.
    var putOff: String {
        """
        UPDATE \(rawValue) SET times_blocked = least(times_blocked + 1, 5),
            not_before = clock_timestamp() + make_interval(secs => 2 ^ times_blocked) WHERE id = $1
        """
    }
}

extension PostgresCoordinatorStore {
    /// Works off rows of an intake, `chunk` doing so for some of them in one transaction.
    ///
    /// One row that cannot be written must not hold up the rest: a chunk that has one is halved until the row is alone.
    /// Of n rows one in the way costs log2 n attempts.
    func eachRow(
        _ rows: ArraySlice<Int64>, of table: IntakeTable, _ chunk: (ArraySlice<Int64>) async throws -> [LaneDue]
    ) async throws -> [LaneDue] {
        guard let first = rows.first else { return [] }
        do {
            return try await chunk(rows)
        } catch StoreError.database(let error) where error.isBlocked || RowFault(error) != nil {
            guard rows.count > 1 else {
                try await leave(first, of: table, because: error)
                return []
            }
            let middle = rows.startIndex + rows.count / 2
            let front = try await eachRow(rows[..<middle], of: table, chunk)
            return try await front + eachRow(rows[middle...], of: table, chunk)
        }
    }

    /// What somebody's open transaction holds up comes again later and later. What the database refuses waits for an
    /// operator, with the reason beside it.
    private func leave(_ row: Int64, of table: IntakeTable, because error: PostgresError) async throws {
        try await storing {
            if let fault = RowFault(error) {
                try await pools.durable.query(table.setAside, [.int64(row), .string(fault.text)])
            } else {
                try await pools.durable.query(table.putOff, [.int64(row)])
            }
        }
    }
}

extension PostgresError {
    /// Somebody's transaction was in the way, by a lock or by a deadlock.
    var isBlocked: Bool { ["55P03", "40P01"].contains(sqlState) }
}
