/// The rules for subjects. libnats does not check what it publishes on: a blank or a line end in a subject would be
/// read by the server as another command, and a NUL would end the C string early.
enum Subject {
    /// Where a subject is used decides whether it may hold wildcards.
    enum Use {
        case publishing, subscribing
    }

    static func isValid(_ subject: String, for use: Use) -> Bool {
        let dot = UInt8(ascii: ".")
        var tokenLength = 0
        var hasWildcard = false
        for byte in subject.utf8 {
            guard byte > 0x20, byte != 0x7f else { return false }
            if byte == dot {
                guard tokenLength > 0 else { return false }
                tokenLength = 0
            } else {
                hasWildcard = hasWildcard || byte == UInt8(ascii: "*") || byte == UInt8(ascii: ">")
                tokenLength += 1
            }
        }
        guard tokenLength > 0 else { return false }
        return !hasWildcard || (use == .subscribing && hasWellPlacedWildcards(subject))
    }

    /// `*` stands for one whole token, `>` for the rest and only at the end.
    private static func hasWellPlacedWildcards(_ subject: String) -> Bool {
        let tokens = subject.split(separator: ".")
        for (index, token) in tokens.enumerated() {
            if token.contains("*") && token != "*" { return false }
            if token.contains(">") && (token != ">" || index != tokens.count - 1) { return false }
        }
        return true
    }
}
