internal import FoundationEssentials

/// Ids for the contacts of one chunk, ascending in the order in which they are entered (RFC 9562, version 7): of the
/// index of a table of millions a chunk then writes the pages at one end instead of one page for each contact, and what
/// was entered together, and is claimed together, lies together.
///
/// A UUID is `prefix` and the hexadecimal digits of `base + n`: 48 bits of milliseconds, the version and 12 random bits;
/// the variant, 30 random bits, and the contact's number in the chunk.
struct ChunkIdentifiers {
    let prefix: String
    let base: Int64

    init(at time: Date = Date()) {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1_000)) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let digits = String(high, radix: 16)
        prefix = String(repeating: "0", count: 16 - digits.count) + digits
        base = Int64(bitPattern: 1 << 63 | UInt64.random(in: 0..<(1 << 30)) << 32)
    }
}
