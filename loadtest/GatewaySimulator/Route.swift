internal import NIOHTTP1

/// Where a request goes, decided on its first line.
enum Route: Sendable, Equatable {
    case message(Dialect, MessageKind)
    case deviceStatus(String)
    case control(String)
    case wrongMethod
    case notFound

    /// - Parameter basePath: prefix of GOWA's paths; the webhook's paths are configured in full.
    init(method: HTTPMethod, target: String, basePath: String, webhookPaths: [String]) {
        let path = target.prefix { $0 != "?" }
        if path.hasPrefix("/_sim/") {
            self = .control(String(path.dropFirst("/_sim/".count)))
            return
        }
        if webhookPaths.contains(where: { $0 == path }) {
            self = method == .POST ? .message(.webhook, .text) : .wrongMethod
            return
        }
        if path.hasPrefix(TwilioDialect.prefix), path.hasSuffix(TwilioDialect.suffix) {
            self = method == .POST ? .message(.twilio, .text) : .wrongMethod
            return
        }
        guard path.hasPrefix(basePath) else {
            self = .notFound
            return
        }
        let rest = path.dropFirst(basePath.count)
        switch rest {
        case "/send/message": self = method == .POST ? .message(.gowa, .text) : .wrongMethod
        case "/send/image": self = method == .POST ? .message(.gowa, .image) : .wrongMethod
        default:
            guard rest.hasPrefix("/devices/"), rest.hasSuffix("/status"),
                let device = Self.percentDecoded(rest.dropFirst("/devices/".count).dropLast("/status".count)),
                !device.isEmpty
            else {
                self = .notFound
                return
            }
            self = method == .GET ? .deviceStatus(device) : .wrongMethod
        }
    }

    /// A path segment with its `%XX` replaced; nil when it is not valid or not UTF-8.
    static func percentDecoded(_ segment: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = segment.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
