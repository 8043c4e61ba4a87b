/// The text of a `numeric`, computed from its binary form: base-10,000 digits with a weight, a sign and a display
/// scale.
///
/// Source: `numeric_send` of PostgreSQL.
struct PostgresNumeric {
    let text: String

    private static let negative: UInt16 = 0x4000
    private static let headerSize = 8

    static func decode(_ cell: PostgresCell) -> Result<PostgresNumeric, PostgresDecodingFailure.Reason> {
        guard let bytes = cell.bytes else { return .failure(.unexpectedNull) }
        guard bytes.count >= Self.headerSize, bytes.count.isMultiple(of: 2) else { return .failure(cell.malformed) }
        let words = stride(from: 0, to: bytes.count, by: 2).map { offset in
            UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        }
        let digits = words.dropFirst(4)
        guard digits.count == Int(words[0]), digits.allSatisfy({ $0 < 10_000 }) else {
            return .failure(cell.malformed)
        }
        switch words[2] {
        case 0xC000: return .success(PostgresNumeric(text: "NaN"))
        case 0xD000: return .success(PostgresNumeric(text: "Infinity"))
        case 0xF000: return .success(PostgresNumeric(text: "-Infinity"))
        default: break
        }
        let weight = Int(Int16(bitPattern: words[1]))
        let unsigned = render(Array(digits), weight: weight, scale: Int(words[3]))
        return .success(PostgresNumeric(text: words[2] == Self.negative ? "-" + unsigned : unsigned))
    }

    /// - Parameter weight: The power of 10,000 of the first digit.
    private static func render(_ digits: [UInt16], weight: Int, scale: Int) -> String {
        func group(_ power: Int) -> String {
            let index = weight - power
            let digit = digits.indices.contains(index) ? digits[index] : 0
            let text = String(digit)
            return String(repeating: "0", count: 4 - text.count) + text
        }
        let whole = weight < 0 ? "0" : stride(from: weight, through: 0, by: -1).map(group).joined()
        let trimmed = whole.drop { $0 == "0" }
        let integer = trimmed.isEmpty ? "0" : String(trimmed)
        if scale == 0 { return integer }
        let groups = (scale + 3) / 4
        let fraction = (1...groups).map { group(-$0) }.joined()
        return integer + "." + fraction.prefix(scale)
    }
}
