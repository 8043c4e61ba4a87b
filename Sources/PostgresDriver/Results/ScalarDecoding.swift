public import FoundationEssentials

extension Bool: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<Bool, PostgresDecodingFailure.Reason> {
        guard cell.type == .bool else { return .failure(.typeMismatch(actual: cell.type)) }
        return cell.integer(UInt8.self).map { $0 != 0 }
    }
}

extension Int64: PostgresDecodable {
    /// From any integer type, and from `numeric` when it holds a whole number that fits (as `sum(bigint)` does).
    public static func decode(_ cell: PostgresCell) -> Result<Int64, PostgresDecodingFailure.Reason> {
        switch cell.type {
        case .int8: return cell.integer(Int64.self)
        case .int4: return cell.integer(Int32.self).map { Int64($0) }
        case .int2: return cell.integer(Int16.self).map { Int64($0) }
        case .oidType: return cell.integer(UInt32.self).map { Int64($0) }
        case .numeric:
            return PostgresNumeric.decode(cell).flatMap { numeric in
                Int64(numeric.text).map { .success($0) } ?? .failure(cell.malformed)
            }
        default: return .failure(.typeMismatch(actual: cell.type))
        }
    }
}

extension Int: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<Int, PostgresDecodingFailure.Reason> {
        Int64.decode(cell).map { Int($0) }
    }
}

extension Int32: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<Int32, PostgresDecodingFailure.Reason> {
        switch cell.type {
        case .int4: cell.integer(Int32.self)
        case .int2: cell.integer(Int16.self).map { Int32($0) }
        default: .failure(.typeMismatch(actual: cell.type))
        }
    }
}

extension Int16: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<Int16, PostgresDecodingFailure.Reason> {
        guard cell.type == .int2 else { return .failure(.typeMismatch(actual: cell.type)) }
        return cell.integer(Int16.self)
    }
}

extension Double: PostgresDecodable {
    /// From floating-point types, and from `numeric` rounded to the nearest double.
    public static func decode(_ cell: PostgresCell) -> Result<Double, PostgresDecodingFailure.Reason> {
        switch cell.type {
        case .float8: return cell.integer(UInt64.self).map { Double(bitPattern: $0) }
        case .float4: return cell.integer(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case .numeric:
            return PostgresNumeric.decode(cell).flatMap { numeric in
                Double(numeric.text).map { .success($0) } ?? .failure(cell.malformed)
            }
        default: return .failure(.typeMismatch(actual: cell.type))
        }
    }
}

extension String: PostgresDecodable {
    /// From textual types, JSON, `numeric` and enums. Any user-defined type is taken for an enum if its bytes are
    /// UTF-8.
    public static func decode(_ cell: PostgresCell) -> Result<String, PostgresDecodingFailure.Reason> {
        let text: UnsafeRawBufferPointer
        switch cell.type {
        case .text, .varchar, .bpchar, .name, .json, .xml, .unknown, .char:
            guard let bytes = cell.bytes else { return .failure(.unexpectedNull) }
            text = bytes
        case .jsonb:
            guard let bytes = cell.bytes else { return .failure(.unexpectedNull) }
            // A version number of one byte, 1 to this day, goes before the text.
            guard bytes.first == 1 else { return .failure(cell.malformed) }
            text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        case .numeric:
            return PostgresNumeric.decode(cell).map(\.text)
        default:
            guard cell.type.isUserDefined else { return .failure(.typeMismatch(actual: cell.type)) }
            guard let bytes = cell.bytes else { return .failure(.unexpectedNull) }
            text = bytes
        }
        return String(validating: text, as: UTF8.self).map { .success($0) } ?? .failure(cell.malformed)
    }
}

extension UUID: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<UUID, PostgresDecodingFailure.Reason> {
        cell.bytes(.uuid).flatMap { bytes in
            guard bytes.count == 16 else { return .failure(cell.malformed) }
            return .success(UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)))
        }
    }
}

extension PostgresTimestamp: PostgresDecodable {
    /// From `timestamptz`, and from `timestamp` taken as UTC.
    public static func decode(_ cell: PostgresCell) -> Result<PostgresTimestamp, PostgresDecodingFailure.Reason> {
        guard cell.type == .timestamptz || cell.type == .timestamp else {
            return .failure(.typeMismatch(actual: cell.type))
        }
        return cell.integer(Int64.self).map(PostgresTimestamp.init(serverValue:))
    }
}

extension PostgresDate: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Result<PostgresDate, PostgresDecodingFailure.Reason> {
        guard cell.type == .date else { return .failure(.typeMismatch(actual: cell.type)) }
        return cell.integer(Int32.self).flatMap { value in
            PostgresDate(serverValue: value).map { .success($0) } ?? .failure(cell.malformed)
        }
    }
}
