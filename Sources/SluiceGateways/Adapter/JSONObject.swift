/// Writes a JSON object (RFC 8259), its members in the order in which they are added.
///
/// The same bytes as the library's encoder gives for the same members, without the values, keys and containers that it
/// allocates for each.
struct JSONObject {
    private var written: [UInt8] = []

    /// - Parameter capacity: bytes that are likely needed.
    init(reserving capacity: Int) {
        written.reserveCapacity(capacity)
        written.append(UInt8(ascii: "{"))
    }

    /// The object, as UTF-8.
    consuming func bytes() -> [UInt8] {
        written.append(UInt8(ascii: "}"))
        return written
    }

    /// A string, or null.
    mutating func add(_ name: String, _ text: String?) {
        begin(name)
        guard let text else { return written.append(contentsOf: "null".utf8) }
        quote(text)
    }

    mutating func add(_ name: String, _ number: Int32) {
        begin(name)
        written.append(contentsOf: String(number).utf8)
    }

    /// A value that is JSON already.
    mutating func add(_ name: String, encoded value: [UInt8]) {
        begin(name)
        written.append(contentsOf: value)
    }

    private mutating func begin(_ name: String) {
        if written.count > 1 { written.append(UInt8(ascii: ",")) }
        quote(name)
        written.append(UInt8(ascii: ":"))
    }

    private mutating func quote(_ text: String) {
        written.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.isEscaped) {
            for byte in text.utf8 { escape(byte) }
        } else {
            written.append(contentsOf: text.utf8)
        }
        written.append(UInt8(ascii: "\""))
    }

    /// RFC 8259, 7. What is longer than a byte in UTF-8 has no byte below 0x80.
    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        guard Self.isEscaped(byte) else { return written.append(byte) }
        written.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: written.append(UInt8(ascii: "b"))
        case 0x09: written.append(UInt8(ascii: "t"))
        case 0x0A: written.append(UInt8(ascii: "n"))
        case 0x0C: written.append(UInt8(ascii: "f"))
        case 0x0D: written.append(UInt8(ascii: "r"))
        case 0..<0x20:
            written.append(contentsOf: "u00".utf8)
            written.append(UInt8(ascii: "0") + byte >> 4)
            written.append(contentsOf: String(byte & 0xF, radix: 16).utf8)
        default: written.append(byte)
        }
    }
}
