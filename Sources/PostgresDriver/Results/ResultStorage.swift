internal import CPostgres

/// The one owner of a `PGresult`.
///
/// `@unchecked Sendable`: libpq documents a PGresult as read-only once built and free to be read by several threads
/// ("PostgreSQL 15, libpq, Behavior in Threaded Programs"); nothing here modifies it, and only `deinit`, which runs
/// once when no reader is left, frees it.
final class ResultStorage: @unchecked Sendable {
    private let result: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    init(owning result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit {
        PQclear(result)
    }

    func columnName(_ column: Int) -> String {
        PQfname(result, Int32(column)).map { String(cString: $0) } ?? "?column?"
    }

    func columnType(_ column: Int) -> PostgresType {
        PostgresType(oid: PQftype(result, Int32(column)))
    }

    var commandTag: String {
        PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    /// How many rows INSERT, UPDATE, DELETE, SELECT and their like touched; 0 for other commands.
    var affectedRows: Int {
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// Calls `body` with the value's bytes, or nil for NULL. Both indexes must be in range.
    func withBytes<Value>(row: Int, column: Int, _ body: (UnsafeRawBufferPointer?) -> Value) -> Value {
        if PQgetisnull(result, Int32(row), Int32(column)) == 1 { return body(nil) }
        let length = Int(PQgetlength(result, Int32(row), Int32(column)))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(result, Int32(row), Int32(column)), count: length))
    }
}
