internal import Crypto
internal import FoundationEssentials

/// What a client of the API shows: 256 random bits behind a prefix that tells a leaked one from other secrets.
///
/// Only its SHA-256 is kept. A password needs a slow hash because it can be guessed; this cannot.
public struct APIKeySecret: Hashable, Sendable {
    static let prefix = "sluice_"

    public let text: String

    /// A new one, of the system's randomness.
    static func random() -> APIKeySecret {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<4).map { _ in
            let word = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }
        return APIKeySecret(unchecked: prefix + digits.joined())
    }

    /// Nil for what no key can be, so that rubbish costs no question to the database.
    public init?(_ text: some StringProtocol) {
        let digits = text.dropFirst(Self.prefix.count)
        guard text.hasPrefix(Self.prefix), digits.utf8.count == 64, digits.allSatisfy(\.isHexDigit) else { return nil }
        self.init(unchecked: String(text))
    }

    private init(unchecked text: String) { self.text = text }

    var hash: [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }
}
