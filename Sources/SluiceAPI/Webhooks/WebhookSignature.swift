import Crypto
import Foundation

/// Whether a webhook was sent by who has the secret. Both compare in constant time.
enum WebhookSignature {
    private static let hubPrefix = "sha256="

    /// As GOWA and Meta sign: `sha256=` and the HMAC-SHA256 of the raw body in hexadecimal.
    static func isHub(_ header: String, of body: some DataProtocol, secret: String) -> Bool {
        guard header.hasPrefix(hubPrefix), let code = bytes(hexadecimal: header.dropFirst(hubPrefix.count)) else {
            return false
        }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key(secret))
    }

    /// As Twilio signs: HMAC-SHA1, in base 64, of the whole URL and, sorted by name, each parameter's name and value.
    /// A parameter that comes twice with the same value is in it once.
    static func isTwilio(_ header: String, of form: [FormField], url: String, secret: String) -> Bool {
        guard let code = Data(base64Encoded: header) else { return false }
        var signed = Data(url.utf8)
        for field in Set(form).sorted() {
            signed.append(contentsOf: field.name.utf8)
            signed.append(contentsOf: field.value.utf8)
        }
        return HMAC<Insecure.SHA1>.isValidAuthenticationCode(code, authenticating: signed, using: key(secret))
    }

    private static func key(_ secret: String) -> SymmetricKey { SymmetricKey(data: Data(secret.utf8)) }

    private static func bytes(hexadecimal digits: Substring) -> Data? {
        let values = digits.utf8.map { UInt8(exactly: Character(Unicode.Scalar($0)).hexDigitValue ?? 256) }
        guard values.count.isMultiple(of: 2), !values.contains(nil) else { return nil }
        let nibbles = values.compactMap { $0 }
        return Data(stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] })
    }
}
