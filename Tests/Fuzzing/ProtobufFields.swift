internal import SluiceCore

/// Bytes as protobuf sees them without a schema: numbered fields, of which some hold fields themselves.
///
/// Source of the format: protobuf's "Encoding" page; a tag is the field's number times 8 plus the kind.
struct ProtobufFields {
    private enum Value {
        case varint(UInt64)
        case fixed([UInt8])
        case bytes([UInt8])
    }

    private struct Field {
        var number: UInt64
        var value: Value
    }

    private var fields: [Field] = []
    /// What is not protobuf any more.
    private var rest: [UInt8] = []

    init(_ bytes: [UInt8]) {
        var reader = bytes[...]
        while !reader.isEmpty {
            let before = reader
            guard let field = Self.readField(&reader) else {
                rest = Array(before)
                return
            }
            fields.append(field)
        }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            switch field.value {
            case .varint(let value): bytes += Self.varint(field.number << 3) + Self.varint(value)
            case .fixed(let value): bytes += Self.varint(field.number << 3 | (value.count == 4 ? 5 : 1)) + value
            case .bytes(let value):
                bytes += Self.varint(field.number << 3 | 2) + Self.varint(UInt64(value.count)) + value
            }
        }
        return bytes + rest
    }

    /// The fields that hold bytes, in their order.
    var messages: [(kind: UInt64, bytes: [UInt8])] {
        fields.compactMap { field in
            if case .bytes(let bytes) = field.value { (field.number, bytes) } else { nil }
        }
    }

    // MARK: Changes

    /// One change: of the fields' order and number, of one field, or within one.
    mutating func mutate(using random: inout SeededGenerator, depth: Int = 0) {
        guard !fields.isEmpty else {
            fields.append(Self.invented(using: &random))
            return
        }
        let index = Int.random(in: 0..<fields.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: fields.remove(at: index)
        case 1: fields.append(fields[index])
        case 2: fields.swapAt(index, Int.random(in: 0..<fields.count, using: &random))
        case 3: fields.insert(Self.invented(using: &random), at: index)
        case 4: repeatField(index, using: &random)
        case 5: fields[index].number = Self.numbers.randomElement(using: &random)!
        default: change(&fields[index], using: &random, depth: depth)
        }
    }

    /// Often a few times, seldom more often than any list may have elements; not to more than an input may have.
    private mutating func repeatField(_ index: Int, using random: inout SeededGenerator) {
        let count = Int.random(in: 0..<64, using: &random) == 0 ? 20_001 : Int.random(in: 2...40, using: &random)
        var size = 2
        if case .bytes(let value) = fields[index].value { size += value.count }
        let most = max(1, FuzzSubject.Form.protobuf.mostBytes / size)
        fields.insert(contentsOf: repeatElement(fields[index], count: min(count, most)), at: index)
    }

    private func change(_ field: inout Field, using random: inout SeededGenerator, depth: Int) {
        switch field.value {
        case .varint:
            field.value = .varint(Self.integers.randomElement(using: &random)!)
        case .fixed(let bytes):
            field.value = .fixed(bytes.map { _ in .random(in: 0...255, using: &random) })
        case .bytes(let bytes):
            // Whether bytes are a message, a text or an id is not to be seen; trying costs nothing.
            if depth < 6, Int.random(in: 0..<3, using: &random) > 0 {
                var inner = ProtobufFields(bytes)
                inner.mutate(using: &random, depth: depth + 1)
                field.value = .bytes(inner.bytes)
            } else {
                field.value = .bytes(Self.replacement(of: bytes, using: &random))
            }
        }
    }

    private static func replacement(of bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: []
        case 1: Array(bytes.dropLast())
        case 2: bytes + [0]
        case 3: [0] + bytes
        case 4: [0xFF, 0xFE, 0xC0, 0x80] + bytes
        case 5: Array(repeating: UInt8(ascii: "a"), count: Int.random(in: 1...70_000, using: &random))
        default: bytes.map { _ in .random(in: 0...255, using: &random) }
        }
    }

    private static func invented(using random: inout SeededGenerator) -> Field {
        let value: Value =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .fixed(Array(repeating: 7, count: 4))
            case 1: .fixed(Array(repeating: 0xFF, count: 8))
            case 2: .bytes([1, 2, 3])
            default: .varint(integers.randomElement(using: &random)!)
            }
        return Field(number: numbers.randomElement(using: &random)!, value: value)
    }

    /// The edges of what fields hold.
    private static let integers: [UInt64] =
        [0, 1, 2, 7, 8, 127, 128, 255, 256, 4_095, 4_096, 65_535, 65_536, 0xFFFF_FFFF_FFFF_FFFF]
        + [31, 32, 53, 61, 62, 63].flatMap { [(1 << $0) - 1, 1 << $0, (1 << $0) + 1] as [UInt64] }

    private static let numbers: [UInt64] = Array(1...16) + [0, 100, 1_000, (1 << 29) - 1]

    // MARK: Reading and writing

    private static func readField(_ reader: inout ArraySlice<UInt8>) -> Field? {
        guard let tag = readVarint(&reader) else { return nil }
        let number = tag >> 3
        switch tag & 7 {
        case 0: return readVarint(&reader).map { Field(number: number, value: .varint($0)) }
        case 1: return take(8, &reader).map { Field(number: number, value: .fixed($0)) }
        case 5: return take(4, &reader).map { Field(number: number, value: .fixed($0)) }
        case 2:
            guard let length = readVarint(&reader), length <= reader.count else { return nil }
            return take(Int(length), &reader).map { Field(number: number, value: .bytes($0)) }
        default: return nil
        }
    }

    private static func readVarint(_ reader: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = reader.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private static func take(_ count: Int, _ reader: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard reader.count >= count else { return nil }
        defer { reader.removeFirst(count) }
        return Array(reader.prefix(count))
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// One field that holds bytes.
    static func field(_ number: UInt64, _ value: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(value.count)) + value
    }
}
