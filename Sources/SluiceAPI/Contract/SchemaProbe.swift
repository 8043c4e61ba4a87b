import SluiceCore

/// A decoder that has nothing to decode: it notes what a type asks it for, and answers with some value of each type.
///
/// What is asked for with `decodeIfPresent` may be missing or null. A dictionary asks for the keys that there are and is
/// told of one; a list is told of one element.
final class SchemaProbe: Decoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private(set) var schema: JSONValue = [:]

    /// The member that is about to be asked for, when it may be missing.
    fileprivate var optionalMember: String?

    /// What every key of a dictionary stands for.
    fileprivate static let anyKey = "*"

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        schema = ["type": "object"]
        return KeyedDecodingContainer(Members<Key>(probe: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        schema = ["type": "array"]
        return Elements(probe: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(probe: self) }

    fileprivate func note(_ member: String, _ schema: JSONValue) {
        let isOptional = optionalMember == member
        optionalMember = nil
        guard member != Self.anyKey else { return self.schema["additionalProperties"] = schema }
        self.schema["properties"][member] = isOptional ? schema.orNull : schema
        guard !isOptional else { return }
        let required = if case .list(let names) = self.schema["required"] { names } else { [JSONValue]() }
        self.schema["required"] = .list(required + [.text(member)])
    }

    fileprivate func noteElement(_ schema: JSONValue) { self.schema["items"] = schema }

    fileprivate func noteWhole(_ schema: JSONValue) { self.schema = schema }

    fileprivate static func unsupported(_ path: [any CodingKey]) -> DecodingError {
        .dataCorrupted(.init(codingPath: path, debugDescription: "a container within a type's own has no schema"))
    }
}

// MARK: Containers

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: SchemaProbe

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [Key(stringValue: SchemaProbe.anyKey)].compactMap(\.self) }

    init(probe: SchemaProbe) { self.probe = probe }

    /// What `decodeIfPresent` asks first, and `decode` never.
    func contains(_ key: Key) -> Bool {
        probe.optionalMember = key.stringValue
        return true
    }

    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        noted(key, try JSONSchema.described(type))
    }

    private func noted<Value>(_ key: Key, _ found: (schema: JSONValue, value: Value)) -> Value {
        probe.note(key.stringValue, found.schema)
        return found.value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw SchemaProbe.unsupported([key]) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw SchemaProbe.unsupported([key])
    }

    func superDecoder() throws -> any Decoder { throw SchemaProbe.unsupported([]) }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw SchemaProbe.unsupported([key]) }
}

private struct Elements: UnkeyedDecodingContainer {
    let probe: SchemaProbe
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    private(set) var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    init(probe: SchemaProbe) { self.probe = probe }

    mutating func decodeNil() -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { noted(try JSONSchema.described(type)) }

    private mutating func noted<Value>(_ found: (schema: JSONValue, value: Value)) -> Value {
        currentIndex += 1
        probe.noteElement(found.schema)
        return found.value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { throw SchemaProbe.unsupported([]) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw SchemaProbe.unsupported([])
    }

    mutating func superDecoder() throws -> any Decoder { throw SchemaProbe.unsupported([]) }
}

private struct Single: SingleValueDecodingContainer {
    let probe: SchemaProbe
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { noted(try JSONSchema.described(type)) }

    private func noted<Value>(_ found: (schema: JSONValue, value: Value)) -> Value {
        probe.noteWhole(found.schema)
        return found.value
    }
}
