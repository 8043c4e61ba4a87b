internal import FoundationEssentials

/// The bytes are not a JSON object.
package struct JSONSyntaxError: Error, Equatable {
    /// Position of the first byte that does not fit.
    package var offset: Int
}

/// Walks the top-level fields of one JSON object without building a tree: a log line and a gateway's request body have
/// few fields, and their reader wants only some of them.
///
/// Nested values are skipped: their brackets must balance and their strings must end, and nothing else is checked.
/// The buffer must stay valid for the life of the scanner.
package struct JSONFieldScanner {
    package enum Value: Equatable {
        /// Between the quotes; `escaped` when it holds a backslash.
        case text(Range<Int>, escaped: Bool)
        case number(Range<Int>)
        case bool(Bool)
        case null
        /// An object or an array, brackets included.
        case nested(Range<Int>)
    }

    package struct Field: Equatable {
        package var name: Range<Int>
        package var value: Value
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var started = false

    package init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The next field, or nil after the closing brace, which only white space may follow.
    package mutating func next() throws(JSONSyntaxError) -> Field? {
        if started {
            skipSpace()
            if try finished() { return nil }
            try expect(UInt8(ascii: ","))
            skipSpace()
        } else {
            started = true
            skipSpace()
            try expect(UInt8(ascii: "{"))
            skipSpace()
            if try finished() { return nil }
        }
        let name = try string().range
        skipSpace()
        try expect(UInt8(ascii: ":"))
        skipSpace()
        return Field(name: name, value: try value())
    }

    /// Whether the bytes in `range` are those of `name`.
    package func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where bytes[range.lowerBound + index] != name.utf8Start[index] { return false }
        return true
    }

    /// The text of a string value; nil when `value` is not a string or not valid UTF-8 or a wrong escape.
    package func text(_ value: Value) -> String? {
        guard case .text(let range, let escaped) = value else { return nil }
        guard escaped else { return String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) }
        // Escapes are rare here, so the general decoder does them: the quotes around the range are part of the buffer.
        let quoted = Data(bytes[(range.lowerBound - 1)..<(range.upperBound + 1)])
        // A decoding error means a wrong escape, which the caller treats like any other value that is not a text.
        return try? JSONDecoder().decode(String.self, from: quoted)
    }

    /// The value of a whole number that fits 64 bits; nil for anything else.
    package func integer(_ value: Value) -> Int64? {
        guard case .number(let range) = value else { return nil }
        var digits = range
        let negative = bytes[range.lowerBound] == UInt8(ascii: "-")
        if negative { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var magnitude: Int64 = 0
        for index in digits {
            guard case 0x30...0x39 = bytes[index] else { return nil }
            let (product, tooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(Int64(bytes[index] - 0x30))
            if tooLarge || overflow { return nil }
            magnitude = sum
        }
        return negative ? -magnitude : magnitude
    }
}

// MARK: Reading values

extension JSONFieldScanner {
    private var error: JSONSyntaxError { JSONSyntaxError(offset: position) }

    private mutating func finished() throws(JSONSyntaxError) -> Bool {
        guard position < bytes.count else { throw error }
        guard bytes[position] == UInt8(ascii: "}") else { return false }
        position += 1
        skipSpace()
        guard position == bytes.count else { throw error }
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONSyntaxError) {
        guard position < bytes.count, bytes[position] == byte else { throw error }
        position += 1
    }

    private mutating func string() throws(JSONSyntaxError) -> (range: Range<Int>, escaped: Bool) {
        try expect(UInt8(ascii: "\""))
        let start = position
        var escaped = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<(position - 1), escaped)
            case UInt8(ascii: "\\"):
                escaped = true
                position += 2
            case 0..<0x20:
                throw error
            default:
                position += 1
            }
        }
        throw error
    }

    private mutating func value() throws(JSONSyntaxError) -> Value {
        guard position < bytes.count else { throw error }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            let (range, escaped) = try string()
            return .text(range, escaped: escaped)
        case UInt8(ascii: "-"), 0x30...0x39: return .number(number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .nested(try nested())
        default: throw error
        }
    }

    private mutating func number() -> Range<Int> {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                position += 1
            default: return start..<position
            }
        }
        return start..<position
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSONSyntaxError) -> Value {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, matches(position..<end, word) else { throw error }
        position = end
        return value
    }

    private mutating func nested() throws(JSONSyntaxError) -> Range<Int> {
        let start = position
        var closers: [UInt8] = []
        repeat {
            guard position < bytes.count else { throw error }
            switch bytes[position] {
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: "{"):
                closers.append(UInt8(ascii: "}"))
                position += 1
            case UInt8(ascii: "["):
                closers.append(UInt8(ascii: "]"))
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard closers.popLast() == bytes[position] else { throw error }
                position += 1
            default: position += 1
            }
        } while !closers.isEmpty
        return start..<position
    }
}
