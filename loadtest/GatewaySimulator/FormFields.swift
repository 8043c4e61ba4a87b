internal import NIOCore

/// The fields of an `application/x-www-form-urlencoded` body. Of a name that comes twice the last counts.
enum FormFields {
    /// nil when an escape is none, or stands for what is not UTF-8.
    static func read(_ body: ByteBuffer) -> [String: String]? {
        var fields: [String: String] = [:]
        for part in body.readableBytesView.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0]), let value = sides.count == 2 ? decoded(sides[1]) : "" else {
                return nil
            }
            fields[name] = value
        }
        return fields
    }

    private static func decoded(_ encoded: some Collection<UInt8>) -> String? {
        let blanks = encoded.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        guard let text = String(validating: blanks, as: UTF8.self) else { return nil }
        return Route.percentDecoded(text[...])
    }
}
