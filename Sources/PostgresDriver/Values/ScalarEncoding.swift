public import FoundationEssentials

extension Bool: PostgresEncodable {
    public static var postgresType: PostgresType { .bool }
    public static var postgresArrayType: PostgresType { .boolArray }
    public var encodedByteCount: Int { 1 }
    public func encode(into writer: inout PostgresWriter) { writer.write(UInt8(self ? 1 : 0)) }
}

extension Int16: PostgresEncodable {
    public static var postgresType: PostgresType { .int2 }
    public static var postgresArrayType: PostgresType { .int2Array }
    public var encodedByteCount: Int { 2 }
    public func encode(into writer: inout PostgresWriter) { writer.write(self) }
}

extension Int32: PostgresEncodable {
    public static var postgresType: PostgresType { .int4 }
    public static var postgresArrayType: PostgresType { .int4Array }
    public var encodedByteCount: Int { 4 }
    public func encode(into writer: inout PostgresWriter) { writer.write(self) }
}

extension Int64: PostgresEncodable {
    public static var postgresType: PostgresType { .int8 }
    public static var postgresArrayType: PostgresType { .int8Array }
    public var encodedByteCount: Int { 8 }
    public func encode(into writer: inout PostgresWriter) { writer.write(self) }
}

extension Double: PostgresEncodable {
    public static var postgresType: PostgresType { .float8 }
    public static var postgresArrayType: PostgresType { .float8Array }
    public var encodedByteCount: Int { 8 }
    public func encode(into writer: inout PostgresWriter) { writer.write(bitPattern) }
}

extension String: PostgresEncodable {
    public static var postgresType: PostgresType { .text }
    public static var postgresArrayType: PostgresType { .textArray }
    public var encodedByteCount: Int { utf8.count }
    public var isEncodable: Bool { !utf8.contains(0) }

    public func encode(into writer: inout PostgresWriter) {
        var copy = self
        copy.withUTF8 { writer.write(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension UUID: PostgresEncodable {
    public static var postgresType: PostgresType { .uuid }
    public static var postgresArrayType: PostgresType { .uuidArray }
    public var encodedByteCount: Int { 16 }

    public func encode(into writer: inout PostgresWriter) {
        withUnsafeBytes(of: uuid) { writer.write(bytes: $0) }
    }
}

extension PostgresTimestamp: PostgresEncodable {
    public static var postgresType: PostgresType { .timestamptz }
    public static var postgresArrayType: PostgresType { .timestamptzArray }
    public var encodedByteCount: Int { 8 }
    public func encode(into writer: inout PostgresWriter) { writer.write(serverValue) }
}

extension PostgresDate: PostgresEncodable {
    public static var postgresType: PostgresType { .date }
    public static var postgresArrayType: PostgresType { .dateArray }
    public var encodedByteCount: Int { 4 }
    public func encode(into writer: inout PostgresWriter) { writer.write(serverValue) }
}

/// `bytea`.
extension [UInt8]: PostgresEncodable {
    public static var postgresType: PostgresType { .bytea }
    public static var postgresArrayType: PostgresType { .byteaArray }
    public var encodedByteCount: Int { count }

    public func encode(into writer: inout PostgresWriter) {
        withUnsafeBytes { writer.write(bytes: $0) }
    }
}
