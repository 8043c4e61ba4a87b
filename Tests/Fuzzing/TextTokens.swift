internal import SluiceCore

/// Text as JSON, HTTP heads, URLs and settings have it: runs of ordinary characters between signs that mean something.
struct TextTokens {
    private var tokens: [[UInt8]] = []

    init(_ bytes: [UInt8]) {
        var run: [UInt8] = []
        for byte in bytes {
            if Self.signs.contains(byte) {
                if !run.isEmpty { tokens.append(run) }
                tokens.append([byte])
                run = []
            } else {
                run.append(byte)
            }
        }
        if !run.isEmpty { tokens.append(run) }
    }

    var bytes: [UInt8] { Array(tokens.joined()) }

    mutating func mutate(using random: inout SeededGenerator) {
        guard !tokens.isEmpty else {
            tokens = [Self.words.randomElement(using: &random)!]
            return
        }
        let index = Int.random(in: 0..<tokens.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: tokens.remove(at: index)
        case 1: tokens.insert(tokens[index], at: index)
        case 2: tokens.swapAt(index, Int.random(in: 0..<tokens.count, using: &random))
        case 3: tokens.insert(Self.words.randomElement(using: &random)!, at: index)
        case 4:
            let end = Int.random(in: index..<tokens.count, using: &random)
            let times = Int.random(in: 0..<32, using: &random) == 0 ? 5_000 : Int.random(in: 1...20, using: &random)
            let part = Array(tokens[index...min(end, index + 8)].joined())
            // What is made beyond the longest input is cut off again.
            let most = max(1, FuzzSubject.Form.text.mostBytes / max(1, part.count))
            tokens.insert(Array(repeatElement(part, count: min(times, most)).joined()), at: index)
        default: tokens[index] = Self.words.randomElement(using: &random)!
        }
    }

    private static let signs = Set("{}[]\":, \r\n\t=/?&#@%.-+'\\".utf8)

    private static let words: [[UInt8]] =
        [
            "", "null", "true", "false", "0", "-0", "-1", "1e999", "1E-999", "0.1", "9223372036854775807",
            "9223372036854775808", "-9223372036854775809", "18446744073709551616", "NaN", "SUCCESS",
            "VALIDATION_ERROR", "AUTHENTICATION_ERROR", "not connect", "message_id", "provider_message_id",
            "Retry-After",
            "Mon, 31 Feb 2026 25:61:61 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", "200", "201", "408", "429", "500",
            "99999",
            "http", "https://", "://", "user:password@", "[::1]", "65536", "%00", "%zz", "\u{0}", "\u{FEFF}",
            "\u{202E}",
            "ü", "👩‍👩‍👧", "e\u{301}\u{301}\u{301}", "\"", "\\u0000", "\\ud800", "\\", "{", "}", "[", "]", "\r\n\r\n", "=",
            "''", "#",
        ].map { Array($0.utf8) }
        + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            Array(repeating: UInt8(ascii: "["), count: 3_000), Array(repeating: UInt8(ascii: "9"), count: 400),
            Array(repeating: UInt8(ascii: "a"), count: 70_000),
        ]
}
