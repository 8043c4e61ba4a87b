internal import Glibc

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): the same seed gives
/// the same draws on every machine.
struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A source of its own for one message. It depends on the message and the seed only, not on the order in which
    /// concurrent requests happen to arrive, so a repeated run meets the same faults on the same messages.
    init(seed: UInt64, message: String, attempt: Int64) {
        // FNV-1a, 64 bits, by its published constants.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in message.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var mixer = RandomSource(seed: seed &+ hash)
        state = mixer.next() ^ UInt64(bitPattern: attempt)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in [0, 1), 53 bits.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Standard normal deviate by the Box–Muller transform.
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }
}
