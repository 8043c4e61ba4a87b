/// Looks at the URLs of servers without understanding more of them than is needed to refuse nonsense and hide
/// passwords. libpq and libnats, which connect, have the last word.
enum ServerURL {
    static func isPostgres(_ text: String) -> Bool {
        let isURL = ["postgresql://", "postgres://"].contains { text.hasPrefix($0) && text.count > $0.count }
        return isURL || (text.contains("host=") || text.contains("dbname="))
    }

    /// The servers of a comma list, nil when one is not a NATS URL.
    static func natsList(_ text: String) -> [String]? {
        let urls = text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
        let areValid = urls.allSatisfy { url in
            ["nats://", "tls://"].contains { url.hasPrefix($0) && url.count > $0.count }
        }
        return urls.isEmpty || !areValid ? nil : urls
    }

    /// The URL of a web server without slashes at its end, nil when paths cannot be put behind it.
    static func publicBase(_ text: String) -> String? {
        let base = text.reversed().drop { $0 == "/" }.reversed()
        guard let scheme = ["https://", "http://"].first(where: { base.starts(with: $0) }) else { return nil }
        let rest = base.dropFirst(scheme.count)
        guard let first = rest.first, first != "/" else { return nil }
        return rest.contains { $0.isWhitespace || "@?#".contains($0) } ? nil : String(base)
    }

    /// `text` with the password of its user part, and of a `password=` parameter, as `***`. A user part without a
    /// password is a token for NATS, so it is hidden as a whole unless the scheme is PostgreSQL's.
    static func hidingSecrets(_ text: String) -> String {
        hidingParameter(hidingUserPart(text))
    }

    private static func hidingUserPart(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        // The last "@" ends the user part: a password may hold one that nobody encoded.
        let authorityEnd = rest.firstIndex { $0 == "?" } ?? rest.endIndex
        guard let at = rest[..<authorityEnd].lastIndex(of: "@") else { return text }
        let user = rest[..<at]
        let shown: String
        if let colon = user.firstIndex(of: ":") {
            shown = user[..<colon] + ":***"
        } else {
            shown = text.hasPrefix("postgres") ? String(user) : "***"
        }
        return text[..<scheme.upperBound] + shown + rest[at...]
    }

    private static func hidingParameter(_ text: String) -> String {
        guard let key = text.firstRange(of: "password=") else { return text }
        let value = text[key.upperBound...]
        let end: String.Index
        if value.first == "'" {
            end = value.dropFirst().firstIndex(of: "'").map { value.index(after: $0) } ?? value.endIndex
        } else {
            end = value.firstIndex { $0 == "&" || $0.isWhitespace } ?? value.endIndex
        }
        return text[..<key.upperBound] + "***" + hidingParameter(String(value[end...]))
    }
}
