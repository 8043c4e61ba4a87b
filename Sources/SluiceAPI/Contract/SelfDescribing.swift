import FoundationEssentials
import SluiceCore
import SluiceOperations

/// A type that says what its JSON is: those that JSON has, and those that decode themselves in more than one way, which
/// a ``SchemaProbe`` cannot find out.
protocol SelfDescribing: Decodable {
    /// Its JSON Schema, and some value of it.
    static func described() throws -> (schema: JSONValue, value: Self)
}

extension Bool: SelfDescribing {
    static func described() -> (schema: JSONValue, value: Bool) { (["type": "boolean"], false) }
}

extension String: SelfDescribing {
    static func described() -> (schema: JSONValue, value: String) { (["type": "string"], "") }
}

extension Double: SelfDescribing {
    static func described() -> (schema: JSONValue, value: Double) { (["type": "number"], 0) }
}

extension Float: SelfDescribing {
    static func described() -> (schema: JSONValue, value: Float) { (["type": "number"], 0) }
}

extension SelfDescribing where Self: FixedWidthInteger {
    static func described() -> (schema: JSONValue, value: Self) {
        let (least, most) = (Int64(clamping: Self.min), Int64(clamping: Self.max))
        return (["type": "integer", "minimum": .whole(least), "maximum": .whole(most)], 0)
    }
}

extension Int: SelfDescribing {}
extension Int8: SelfDescribing {}
extension Int16: SelfDescribing {}
extension Int32: SelfDescribing {}
extension Int64: SelfDescribing {}
extension UInt: SelfDescribing {}
extension UInt8: SelfDescribing {}
extension UInt16: SelfDescribing {}
extension UInt32: SelfDescribing {}
extension UInt64: SelfDescribing {}

extension Date: SelfDescribing {
    static func described() -> (schema: JSONValue, value: Date) {
        (["type": "string", "format": "date-time"], Date(timeIntervalSince1970: 0))
    }
}

extension UUID: SelfDescribing {
    static func described() -> (schema: JSONValue, value: UUID) {
        (["type": "string", "format": "uuid"], UUID())
    }
}

extension EventKey: SelfDescribing {
    static func described() -> (schema: JSONValue, value: EventKey) {
        (
            [
                "type": ["integer", "string"], "minimum": .whole(.min), "maximum": .whole(.max),
                "maxLength": .whole(Int64(FieldBound<EventMessageRequest>.mostBytes)),
            ], EventKey("1")
        )
    }
}

extension FilledValue: SelfDescribing {
    static func described() -> (schema: JSONValue, value: FilledValue) {
        (["type": ["number", "string"]], .text(""))
    }
}

extension JSONValue: SelfDescribing {
    static func described() -> (schema: JSONValue, value: JSONValue) { ([:], .null) }
}

extension RawJSON: SelfDescribing {
    static func described() throws -> (schema: JSONValue, value: RawJSON) {
        (["type": "object"], try JSONDecoder().decode(RawJSON.self, from: Data("{}".utf8)))
    }
}
