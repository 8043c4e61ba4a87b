/// One value as the server sent it. Valid only during the call that receives it.
public struct PostgresCell {
    public let type: PostgresType
    /// The value in the server's binary format; nil is NULL.
    public let bytes: UnsafeRawBufferPointer?
}

/// A value that can be read from a column in PostgreSQL's binary format.
public protocol PostgresDecodable: Sendable {
    static func decode(_ cell: PostgresCell) -> Result<Self, PostgresDecodingFailure.Reason>
}

extension PostgresDecodingFailure.Reason: Error {}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<Self, PostgresDecodingFailure.Reason> {
        if cell.bytes == nil { return .success(nil) }
        return Wrapped.decode(cell).map { .some($0) }
    }
}

extension PostgresCell {
    /// The bytes of a value that must be present and of one of `types`.
    func bytes(_ types: PostgresType...) -> Result<UnsafeRawBufferPointer, PostgresDecodingFailure.Reason> {
        guard types.contains(type) else { return .failure(.typeMismatch(actual: type)) }
        guard let bytes else { return .failure(.unexpectedNull) }
        return .success(bytes)
    }

    /// The bytes as one big-endian integer, if they are exactly as long.
    func integer<Value: FixedWidthInteger>(_: Value.Type) -> Result<Value, PostgresDecodingFailure.Reason> {
        guard let bytes else { return .failure(.unexpectedNull) }
        guard bytes.count == MemoryLayout<Value>.size else { return .failure(.malformedValue(actual: type)) }
        return .success(Value(bigEndian: bytes.loadUnaligned(as: Value.self)))
    }

    var malformed: PostgresDecodingFailure.Reason { .malformedValue(actual: type) }
}
