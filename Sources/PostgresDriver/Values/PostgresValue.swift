public import FoundationEssentials

/// One statement parameter, encoded already, so that nothing is left to do on the connection's thread.
///
/// Typed values travel in binary with their type. A plain ``string(_:)`` travels as text of a type that the server
/// infers, so it fits text, enum, `inet` or `numeric` columns alike; `nil` is NULL everywhere.
public struct PostgresValue: Sendable {
    enum Format: Int32 {
        case text = 0
        case binary = 1
    }

    let type: PostgresType
    let format: Format

    /// Nil is NULL. Text ends with a zero byte, which libpq needs and which is not part of the value.
    let bytes: [UInt8]?

    /// False for text that holds a NUL byte: the statement is refused before it is sent.
    let isEncodable: Bool

    private init(type: PostgresType, format: Format, bytes: [UInt8]?, isEncodable: Bool = true) {
        self.type = type
        self.format = format
        self.bytes = bytes
        self.isEncodable = isEncodable
    }

    public static let null = PostgresValue(type: .inferred, format: .text, bytes: nil)

    public static func bool(_ value: Bool?) -> Self { scalar(value) }
    public static func int16(_ value: Int16?) -> Self { scalar(value) }
    public static func int32(_ value: Int32?) -> Self { scalar(value) }
    public static func int64(_ value: Int64?) -> Self { scalar(value) }
    public static func double(_ value: Double?) -> Self { scalar(value) }
    public static func uuid(_ value: UUID?) -> Self { scalar(value) }
    public static func bytes(_ value: [UInt8]?) -> Self { scalar(value) }
    public static func timestamp(_ value: PostgresTimestamp?) -> Self { scalar(value) }
    public static func date(_ value: PostgresDate?) -> Self { scalar(value) }

    /// Text whose type the server infers from the statement.
    public static func string(_ value: String?) -> Self { text(value, as: .inferred) }

    /// A JSON document as text, sent as `jsonb`.
    public static func jsonb(_ document: String?) -> Self { text(document, as: .jsonb) }

    /// Any encodable value, in binary.
    public static func scalar<Value: PostgresEncodable>(_ value: Value?) -> Self {
        guard let value else { return PostgresValue(type: Value.postgresType, format: .binary, bytes: nil) }
        let bytes = ArrayEncoding.build(size: value.encodedByteCount) { value.encode(into: &$0) }
        return PostgresValue(
            type: Value.postgresType, format: .binary, bytes: bytes, isEncodable: value.isEncodable)
    }

    private static func text(_ value: String?, as type: PostgresType) -> Self {
        guard var value else { return PostgresValue(type: type, format: .text, bytes: nil) }
        let isEncodable = value.isEncodable
        let bytes = value.withUTF8 { utf8 in
            ArrayEncoding.build(size: utf8.count + 1) { writer in
                writer.write(bytes: UnsafeRawBufferPointer(utf8))
                writer.write(UInt8(0))
            }
        }
        return PostgresValue(type: type, format: .text, bytes: bytes, isEncodable: isEncodable)
    }
}

// MARK: Arrays

extension PostgresValue {
    public static func boolArray(_ values: [Bool]) -> Self { array(values) }
    public static func boolArray(_ values: [Bool?]) -> Self { array(values) }
    public static func int16Array(_ values: [Int16]) -> Self { array(values) }
    public static func int16Array(_ values: [Int16?]) -> Self { array(values) }
    public static func int32Array(_ values: [Int32]) -> Self { array(values) }
    public static func int32Array(_ values: [Int32?]) -> Self { array(values) }
    public static func int64Array(_ values: [Int64]) -> Self { array(values) }
    public static func int64Array(_ values: [Int64?]) -> Self { array(values) }
    public static func doubleArray(_ values: [Double]) -> Self { array(values) }
    public static func doubleArray(_ values: [Double?]) -> Self { array(values) }
    public static func stringArray(_ values: [String]) -> Self { array(values) }
    public static func stringArray(_ values: [String?]) -> Self { array(values) }
    public static func uuidArray(_ values: [UUID]) -> Self { array(values) }
    public static func uuidArray(_ values: [UUID?]) -> Self { array(values) }
    public static func bytesArray(_ values: [[UInt8]]) -> Self { array(values) }
    public static func bytesArray(_ values: [[UInt8]?]) -> Self { array(values) }
    public static func timestampArray(_ values: [PostgresTimestamp]) -> Self { array(values) }
    public static func timestampArray(_ values: [PostgresTimestamp?]) -> Self { array(values) }
    public static func dateArray(_ values: [PostgresDate]) -> Self { array(values) }
    public static func dateArray(_ values: [PostgresDate?]) -> Self { array(values) }

    /// A one-dimensional array in binary, for `unnest($1)` and `= ANY ($1)`.
    public static func array<Element: PostgresEncodable>(_ values: [Element]) -> Self {
        PostgresValue(
            type: Element.postgresArrayType, format: .binary, bytes: ArrayEncoding.encode(values),
            isEncodable: values.allSatisfy(\.isEncodable))
    }

    /// A one-dimensional array in which nil is NULL.
    public static func array<Element: PostgresEncodable>(_ values: [Element?]) -> Self {
        PostgresValue(
            type: Element.postgresArrayType, format: .binary, bytes: ArrayEncoding.encode(values),
            isEncodable: values.allSatisfy { $0?.isEncodable ?? true })
    }
}
