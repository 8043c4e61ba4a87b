import Hummingbird
import SluiceCore
import SluiceOperations

/// A body, or an element of a list in one, that has no other fields than its type has.
struct Closed<Value: ClosedRequest>: SelfDescribing {
    var value: Value

    private struct Field: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let given = try decoder.container(keyedBy: Field.self)
        let known = Set(Value.CodingKeys.allCases.map(\.stringValue))
        // The first by name, so that the same body gets the same answer.
        let stranger = given.allKeys.filter { !known.contains($0.stringValue) }.min { $0.stringValue < $1.stringValue }
        if let stranger { throw APIError.unknownField(decoder.codingPath + [stranger], known: known.sorted()) }
        value = try Value(from: decoder)
    }

    private init(value: Value) { self.value = value }

    static func described() throws -> (schema: JSONValue, value: Self) {
        let (schema, value) = try JSONSchema.described(Value.self)
        return (schema, Closed(value: value))
    }
}

extension APIError {
    fileprivate static func unknownField(_ path: [any CodingKey], known: [String]) -> APIError {
        let field = Self.field(path)
        return APIError(
            .badRequest, "unknown_field",
            "there is no field \"\(field ?? "")\"; there are \(known.joined(separator: ", "))", field: field)
    }

    /// As in JavaScript: `messages[3].to`.
    static func field(_ path: [any CodingKey]) -> String? {
        guard !path.isEmpty else { return nil }
        var field = ""
        for key in path {
            if let index = key.intValue {
                field += "[\(index)]"
            } else {
                field += (field.isEmpty ? "" : ".") + key.stringValue.prefix(100)
            }
        }
        return field
    }
}
