import FoundationEssentials
import SluiceCore

/// Finds the field whose number its type cannot hold. Foundation says of such a number that the whole body is corrupted, and
/// not where it stands.
enum UnfittingNumber {
    /// The body is read once for each field, so one with more than any request has is not looked into.
    private static let mostFields = 64

    /// The last of the body's fields, by name, without whose numbers the body could be read. Each field is tried once.
    /// - Returns: nil when numbers are not what is wrong.
    static func field<Value: Decodable>(of body: Data, as type: Value.Type) -> String? {
        guard isCorrupted(body, as: type),
            // What is no JSON, or no object, has no field that could be named: its error says all there is.
            case .object(var fields) = try? JSONDecoder().decode(JSONValue.self, from: body),
            fields.count <= mostFields
        else { return nil }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let harmless = withoutNumbers(value)
            guard harmless != value else { continue }
            fields[name] = harmless
            // Only a number that JSON cannot say is not encoded: one of another field, which then goes unnamed.
            guard let rest = try? JSONEncoder().encode(JSONValue.object(fields)) else { return nil }
            if !isCorrupted(rest, as: type) { return name }
        }
        return nil
    }

    private static func isCorrupted<Value: Decodable>(_ body: Data, as type: Value.Type) -> Bool {
        do {
            _ = try JSONDecoder().decode(type, from: body)
            return false
        } catch DecodingError.dataCorrupted(let context) {
            return context.codingPath.isEmpty
        } catch {
            return false
        }
    }

    private static func withoutNumbers(_ value: JSONValue) -> JSONValue {
        switch value {
        case .whole, .number: .whole(0)
        case .list(let values): .list(values.map(withoutNumbers))
        case .object(let fields): .object(fields.mapValues(withoutNumbers))
        case .null, .bool, .text: value
        }
    }
}
