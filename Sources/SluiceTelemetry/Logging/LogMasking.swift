/// Keeps phone numbers out of logs (I25).
///
/// Two rules. A value under a key that names a person's address (``addressKeys``) is always masked, whatever it looks
/// like. Any other text is scanned for free-standing runs of 7 to 15 digits, the shape of a phone number, and those are
/// masked, unless its key can only hold an id or a quantity (``isNumeric(key:)``). Digits that touch a letter, a dot or
/// an underscore, and those of a UUID, are no phone number. When in doubt a number is masked: a count that is hard to
/// read costs less than a number that leaks.
public enum LogMasking {
    /// Metadata keys whose values are people's addresses.
    public static let addressKeys: Set<String> = [
        "phone", "recipient", "contact_phone", "to", "from", "to_phone", "sender", "jid", "cap_key",
    ]

    /// Keys that hold an id or a quantity of ours and so never a phone number.
    private static let numericKeys: Set<String> = [
        "message_id", "contact_id", "device_id", "lane_id", "sequence_id", "step_id", "workspace_id", "gateway_id",
        "batch_id", "batch", "term", "epoch", "incarnation", "generation", "attempt", "moves", "slot", "slots", "seed",
        "pid", "port", "count", "rows", "line",
    ]

    /// Units at the end of a key.
    private static let numericSuffixes = [
        "_ms", "_us", "_ns", "_seconds", "_bytes", "_count", "_rows", "_total", "_version",
    ]

    /// What `value` may look like in a log under `key`.
    public static func mask(_ value: String, key: String) -> String {
        if addressKeys.contains(key) { return maskAddress(value) }
        if isNumeric(key: key) { return value }
        return mask(value)
    }

    /// `text` with every free-standing phone number masked.
    public static func mask(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count >= PhoneScan.shortest else { return text }
        let numbers = PhoneScan.numbers(in: bytes)
        guard !numbers.isEmpty else { return text }
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        var position = 0
        for number in numbers {
            masked += bytes[position..<number.lowerBound]
            masked += maskDigits(bytes[number].filter(PhoneScan.isDigit))
            position = number.upperBound
        }
        masked += bytes[position...]
        return String(decoding: masked, as: UTF8.self)
    }

    /// An address keeps its first two and last two characters; what follows an `@` (the domain of a JID or mailbox)
    /// stays.
    static func maskAddress(_ address: String) -> String {
        let domainStart = address.firstIndex(of: "@") ?? address.endIndex
        let significant = address[..<domainStart].filter { $0.isLetter || $0.isNumber }
        return String(decoding: maskDigits(Array(significant.utf8)), as: UTF8.self) + address[domainStart...]
    }

    private static func isNumeric(key: String) -> Bool {
        numericKeys.contains(key) || numericSuffixes.contains { key.hasSuffix($0) }
    }

    /// `4915112345623` → `49…23`. Shorter than a phone number: nothing of it is shown.
    private static func maskDigits(_ digits: [UInt8]) -> [UInt8] {
        let ellipsis = Array("…".utf8)
        guard digits.count >= PhoneScan.shortest else { return ellipsis }
        return digits.prefix(2) + ellipsis + digits.suffix(2)
    }
}
