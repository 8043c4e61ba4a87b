/// Which value of a result could not be read, and why.
public struct PostgresDecodingFailure: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// The result has no such column, or the index is out of range.
        case noSuchColumn
        /// The row's index is not in the result; `rows` is how many there are.
        case noSuchRow(rows: Int)
        /// NULL where the expected type is not optional.
        case unexpectedNull
        /// The column's type is not one the expected type can be read from.
        case typeMismatch(actual: PostgresType)
        /// The bytes do not form a value of the column's type, or the value does not fit the expected type.
        case malformedValue(actual: PostgresType)
    }

    public var column: String
    public var row: Int
    public var expected: String
    public var reason: Reason

    public init(column: String, row: Int, expected: String, reason: Reason) {
        self.column = column
        self.row = row
        self.expected = expected
        self.reason = reason
    }
}

extension PostgresDecodingFailure: CustomStringConvertible {
    public var description: String {
        let place = "column \"\(column)\", row \(row)"
        return switch reason {
        case .noSuchColumn: "there is no column \"\(column)\""
        case .noSuchRow(let rows): "there is no row \(row); the result has \(rows)"
        case .unexpectedNull: "\(place): expected \(expected), found NULL"
        case .typeMismatch(let actual): "\(place): expected \(expected), found a value of type \(actual)"
        case .malformedValue(let actual): "\(place): the \(actual) value cannot be read as \(expected)"
        }
    }
}
