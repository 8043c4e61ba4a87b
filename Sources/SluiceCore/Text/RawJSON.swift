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
