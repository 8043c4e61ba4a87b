internal import SluiceCore

/// The bytes of one try: a function of seed, number and subject, and of nothing else.
public enum FuzzInput {
    public static func make(for subject: FuzzSubject, seed: UInt64, number: UInt64) -> [UInt8] {
        var mixer = SeededGenerator(seed: seed)
        var random = SeededGenerator(seed: mixer.next() ^ (number &* 0xD6E8_FEB8_6659_FD93))
        var bytes = subject.examples.randomElement(using: &random) ?? []
        switch Int.random(in: 0..<16, using: &random) {
        case 0:
            bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        case 1:
            flip(&bytes, using: &random)
        case 2:
            let other = subject.examples.randomElement(using: &random) ?? []
            bytes = Array(bytes.prefix(cut(bytes, using: &random))) + other.dropFirst(cut(other, using: &random))
        case 3:
            bytes = Array(bytes.prefix(cut(bytes, using: &random)))
        default:
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, as: subject.form, using: &random) }
            if Int.random(in: 0..<8, using: &random) == 0 { flip(&bytes, using: &random) }
        }
        return Array(bytes.prefix(subject.form.mostBytes))
    }

    private static func mutate(_ bytes: inout [UInt8], as form: FuzzSubject.Form, using random: inout SeededGenerator) {
        switch form {
        case .protobuf:
            var fields = ProtobufFields(bytes)
            fields.mutate(using: &random)
            bytes = fields.bytes
        case .text:
            var tokens = TextTokens(bytes)
            tokens.mutate(using: &random)
            bytes = tokens.bytes
        }
    }

    private static func flip(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
        }
    }

    private static func cut(_ bytes: [UInt8], using random: inout SeededGenerator) -> Int {
        Int.random(in: 0...bytes.count, using: &random)
    }
}
