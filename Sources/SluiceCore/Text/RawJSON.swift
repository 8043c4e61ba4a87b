internal import FoundationEssentials

/// A JSON value as text, the keys of objects in order, for what is passed on unread.
public struct RawJSON: Decodable, Hashable, Sendable {
    public var text: String
    public var isObject: Bool

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        isObject = if case .object = value { true } else { false }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

private enum JSONValue: Codable {
    case null
    case bool(Bool)
    /// Apart, because the ids that people give their orders are longer than a fraction is exact.
    case whole(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Each kind is tried in turn: that one does not fit says only that another does.
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let whole = try? value.decode(Int64.self) {
            self = .whole(whole)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .whole(let whole): try value.encode(whole)
        case .number(let number): try value.encode(number)
        case .string(let string): try value.encode(string)
        case .array(let array): try value.encode(array)
        case .object(let object): try value.encode(object)
        }
    }
}
