/// A running fingerprint of a run: FNV-1a (Fowler, Noll, Vo) over 64-bit words, one word at a time. Unlike `Hasher` it
/// is the same in every process.
struct TraceHash: Hashable, Sendable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func mix(_ word: UInt64) {
        var rest = word
        for _ in 0..<8 {
            value = (value ^ (rest & 0xFF)) &* 0x0000_0100_0000_01B3
            rest >>= 8
        }
    }

    mutating func mix(_ word: Int64) { mix(UInt64(bitPattern: word)) }
    mutating func mix(_ word: Int) { mix(Int64(word)) }
}
