/// The rows that one statement returned, with random access. Values stay in libpq's memory and are decoded when asked
/// for.
public struct PostgresResult: Sendable {
    public struct Column: Sendable, Equatable {
        public let name: String
        public let type: PostgresType
    }

    let storage: ResultStorage
    public let columns: [Column]

    init(storage: ResultStorage) {
        self.storage = storage
        columns = (0..<storage.columnCount).map { index in
            Column(name: storage.columnName(index), type: storage.columnType(index))
        }
    }

    /// How many rows INSERT, UPDATE, DELETE, MERGE and SELECT touched; 0 for other commands.
    public var affectedRows: Int { storage.affectedRows }

    /// What the server says it did, for example `UPDATE 3`.
    public var commandTag: String { storage.commandTag }

    /// The first row of the result, or nil.
    public var first: PostgresRow? { isEmpty ? nil : self[0] }

    /// The only value of the first row: for `select count(*) …` and the like.
    /// - Throws: ``PostgresError`` of kind `decoding` when there is no row or the type differs.
    public func scalar<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws(PostgresError) -> Value {
        try PostgresRow(result: self, index: 0).decode(type, at: 0)
    }

    /// Decodes one column of all rows.
    public func column<Value: PostgresDecodable>(
        _ type: Value.Type = Value.self, at column: Int = 0
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in self { values.append(try row.decode(type, at: column)) }
        return values
    }
}

extension PostgresResult: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { storage.rowCount }

    /// The row at `position`. An index that is out of range does not trap: decoding from that row throws.
    public subscript(position: Int) -> PostgresRow {
        PostgresRow(result: self, index: position)
    }
}
