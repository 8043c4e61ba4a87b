/// One row of a result. Cheap to copy; keeps the whole result alive.
public struct PostgresRow: Sendable {
    let result: PostgresResult
    public let index: Int

    /// Decodes the value in the column at `column`, counted from 0.
    /// - Throws: ``PostgresError`` of kind `decoding`, which names the column and both types.
    public func decode<Value: PostgresDecodable>(
        _ type: Value.Type = Value.self, at column: Int
    ) throws(PostgresError) -> Value {
        guard result.columns.indices.contains(column) else {
            throw failure("\(column)", expected: type, .noSuchColumn)
        }
        guard result.indices.contains(index) else {
            throw failure(result.columns[column].name, expected: type, .noSuchRow(rows: result.count))
        }
        let columnType = result.columns[column].type
        let outcome = result.storage.withBytes(row: index, column: column) { bytes in
            Value.decode(PostgresCell(type: columnType, bytes: bytes))
        }
        switch outcome {
        case .success(let value): return value
        case .failure(let reason): throw failure(result.columns[column].name, expected: type, reason)
        }
    }

    /// Decodes the value in the column called `name`; the leftmost one if several are.
    /// - Throws: ``PostgresError`` of kind `decoding`, which names the column and both types.
    public func decode<Value: PostgresDecodable>(
        _ type: Value.Type = Value.self, _ name: String
    ) throws(PostgresError) -> Value {
        guard let column = result.columns.firstIndex(where: { $0.name == name }) else {
            throw failure(name, expected: type, .noSuchColumn)
        }
        return try decode(type, at: column)
    }

    private func failure<Value>(
        _ column: String, expected: Value.Type, _ reason: PostgresDecodingFailure.Reason
    ) -> PostgresError {
        let failure = PostgresDecodingFailure(column: column, row: index, expected: "\(expected)", reason: reason)
        return PostgresError(.decoding(failure), "\(failure)")
    }
}
