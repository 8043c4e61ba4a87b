/// One server URL, split into what may be shown and what may not.
struct ServerAddress {
    /// `scheme://host:port`.
    var shown: String

    /// Password or token, as written.
    var secrets: [String]

    var isTLS: Bool { shown.hasPrefix("tls://") }

    /// - Returns: nil unless the text is `[nats|tls://][user[:password]@]host[:port]`.
    init?(_ text: String) {
        var rest = text[...]
        var scheme = "nats"
        if let separator = text.firstRange(of: "://") {
            scheme = text[..<separator.lowerBound].lowercased()
            rest = text[separator.upperBound...]
        }
        guard scheme == "nats" || scheme == "tls" else { return nil }

        secrets = []
        if let at = rest.lastIndex(of: "@") {
            let user = rest[..<at]
            // "user:password@" hides the password; "token@" is secret as a whole.
            secrets = [String(user.firstIndex(of: ":").map { user[user.index(after: $0)...] } ?? user)]
            rest = rest[rest.index(after: at)...]
        }
        if rest.last == "/" { rest.removeLast() }

        var host = rest
        // The last colon begins the port, unless it belongs to an IPv6 address in brackets.
        if let colon = rest.lastIndex(of: ":"), rest.last != "]" {
            host = rest[..<colon]
            guard let port = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(port) else { return nil }
        }
        let isBracketed = host.first == "[" && host.last == "]"
        guard !host.isEmpty, isBracketed || !host.contains(":") else { return nil }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x2f && $0 != 0x7f }) else { return nil }
        shown = "\(scheme)://\(rest)"
    }
}
