/// One-dimensional arrays, and `bytea` as `[UInt8]`. Read an array that may hold NULL as an array of optionals.
extension Array: PostgresDecodable where Element: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<[Element], PostgresDecodingFailure.Reason> {
        guard let bytes = cell.bytes else { return .failure(.unexpectedNull) }
        if cell.type == .bytea, let whole = [UInt8](bytes) as? [Element] { return .success(whole) }
        guard !cell.type.isScalar else { return .failure(.typeMismatch(actual: cell.type)) }
        var reader = ArrayReader(bytes: bytes)
        guard let dimensions = reader.next(Int32.self), reader.next(Int32.self) != nil,
            let elementType = reader.next(UInt32.self)
        else { return .failure(.typeMismatch(actual: cell.type)) }
        if dimensions == 0, reader.isAtEnd { return .success([]) }
        guard dimensions == 1, let count = reader.next(Int32.self), count >= 0, reader.next(Int32.self) != nil else {
            return .failure(.typeMismatch(actual: cell.type))
        }
        // Each element takes at least the four bytes of its size, so a wrong count cannot reserve more than was
        // received.
        guard Int(count) <= bytes.count / 4 else { return .failure(cell.malformed) }
        var elements: [Element] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let element = reader.nextElement() else { return .failure(cell.malformed) }
            switch Element.decode(PostgresCell(type: PostgresType(oid: elementType), bytes: element)) {
            case .success(let value): elements.append(value)
            case .failure(let reason): return .failure(reason)
            }
        }
        return reader.isAtEnd ? .success(elements) : .failure(cell.malformed)
    }
}

/// The internal type `"char"`, and what makes `[UInt8]` readable from `bytea`.
extension UInt8: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<UInt8, PostgresDecodingFailure.Reason> {
        guard cell.type == .char else { return .failure(.typeMismatch(actual: cell.type)) }
        return cell.integer(UInt8.self)
    }
}

/// Walks the binary form of an array without ever reading past its end.
private struct ArrayReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    var isAtEnd: Bool { offset == bytes.count }

    mutating func next<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard bytes.count - offset >= size else { return nil }
        defer { offset += size }
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// The element's bytes, nil inside for NULL; nil when the array ends too early.
    mutating func nextElement() -> UnsafeRawBufferPointer?? {
        guard let size = next(Int32.self), size >= -1 else { return nil }
        if size == -1 { return .some(nil) }
        guard bytes.count - offset >= Int(size) else { return nil }
        defer { offset += Int(size) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(size)])
    }
}
