import FoundationEssentials
import SluiceCore
import SluiceOperations

/// The JSON Schema (draft 2020-12, as OpenAPI 3.1 has it) of a type, from the type itself, so that the API's document
/// cannot say anything else than what is decoded.
enum JSONSchema {
    static func of(_ type: (some Decodable).Type) throws -> JSONValue { try described(type).schema }

    /// The type's schema, and some value of it, which a type that contains it is made with.
    static func described<Value: Decodable>(_ type: Value.Type) throws -> (schema: JSONValue, value: Value) {
        if let known = type as? any SelfDescribing.Type, let found = try known.described() as? (JSONValue, Value) {
            return found
        }
        if let cases = type as? any (RawRepresentable & CaseIterable).Type, let found = choice(cases, of: type) {
            return found
        }
        let probe = SchemaProbe()
        let value = try Value(from: probe)
        guard let request = type as? any ClosedRequest.Type else { return (probe.schema, value) }
        return (bounded(probe.schema, by: request), value)
    }

    private static func choice<Value>(
        _ cases: any (RawRepresentable & CaseIterable).Type, of type: Value.Type
    ) -> (schema: JSONValue, value: Value)? {
        func all<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) -> [any RawRepresentable] {
            Array(Choice.allCases)
        }
        let values = all(cases)
        guard let first = values.first as? Value else { return nil }
        return (["type": "string", "enum": .list(values.map { .text("\($0.rawValue)") })], first)
    }

    // MARK: Requests

    /// With what the request says of its fields, and no others.
    private static func bounded(_ schema: JSONValue, by request: any ClosedRequest.Type) -> JSONValue {
        var schema = schema
        func bound<Request: ClosedRequest>(_: Request.Type) {
            for bound in Request.bounds {
                schema["properties"][bound.field].add(words(for: bound.range))
            }
        }
        bound(request)
        schema["additionalProperties"] = false
        return schema
    }

    private static func words(for range: FieldRange) -> JSONValue {
        switch range {
        // The length is in bytes, and no text has fewer of them than characters.
        case .text(let most) where most < .max:
            ["maxLength": .whole(Int64(most)), "description": .text("at most \(most) bytes")]
        case .text: [:]
        case .object(let most): ["description": .text("at most \(most) bytes")]
        case .phone: ["pattern": #"^[ -]*\+?[ -]*[0-9](?:[ -]*[0-9]){6,14}[ -]*$"#, "maxLength": 500]
        case .oneOf(let values): ["enum": .list(values.map { .text($0) })]
        case .number(let range): ["minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .instant: ["format": "date-time"]
        case .count(let range):
            ["minItems": .whole(Int64(range.lowerBound)), "maxItems": .whole(Int64(range.upperBound))]
        }
    }
}

extension JSONValue {
    /// A schema of the same, or null.
    var orNull: JSONValue {
        var schema = self
        switch self["type"] {
        case .text(let type): schema["type"] = .list([.text(type), "null"])
        case .list(let types): schema["type"] = .list(types + ["null"])
        default: return schema
        }
        if case .list(let values) = self["enum"] { schema["enum"] = .list(values + [.null]) }
        return schema
    }

    /// Narrows a schema; whether it may be null stays as it is.
    fileprivate mutating func add(_ words: JSONValue) {
        merge(words)
        if case .list(let values) = words["enum"], case .list(let types) = self["type"], types.contains("null") {
            self["enum"] = .list(values + [.null])
        }
    }

    /// A member of an object; setting one makes an object of what was none.
    subscript(key: String) -> JSONValue {
        get { if case .object(let members) = self { members[key] ?? .object([:]) } else { .object([:]) } }
        set {
            var members = if case .object(let members) = self { members } else { [String: JSONValue]() }
            members[key] = newValue
            self = .object(members)
        }
    }

    /// Adds the members of another object; the other's count where both have one.
    mutating func merge(_ other: JSONValue) {
        guard case .object(let new) = other else { return }
        for (key, value) in new { self[key] = value }
    }
}
