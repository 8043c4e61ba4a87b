/// What an event, a contractor or a message is known by: a number or a text, as its table has it.
public struct EventKey: Codable, Hashable, Sendable {
    public var text: String

    public init(_ text: String) { self.text = text }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // A number in either form; the database compares keys as text.
        if let number = try? container.decode(Int64.self) {
            text = String(number)
        } else {
            text = try container.decode(String.self)
        }
    }

    /// The largest number that every reader of JSON takes for what it is.
    private static let largest: Int64 = 1 << 53 - 1

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let number = Int64(text), String(number) == text, abs(number) <= Self.largest {
            try container.encode(number)
        } else {
            try container.encode(text)
        }
    }
}

/// A value that is filled into a text.
public enum FilledValue: Codable, Hashable, Sendable {
    case text(String)
    case whole(Int64)
    case number(Double)

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Each type in turn: the decoder has no question for what is there.
        if let value = try? container.decode(Int64.self) {
            self = .whole(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        }
    }
}
