internal import CPostgres

/// Connection strings by libpq's own rules.
enum ConnectionString {
    /// The keywords that the string sets, with their values.
    static func parse(_ text: String) throws(PostgresError) -> [String: String] {
        guard !text.utf8.contains(0) else { throw unusable }
        // libpq's message quotes pieces of the string, perhaps of a password, so it is dropped.
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            PQfreemem(message)
            throw unusable
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    private static var unusable: PostgresError {
        PostgresError(
            .invalidConfiguration,
            """
            the connection string cannot be read; expected postgresql://user:password@host:port/database?option=value, \
            with special characters percent-encoded, or host=… port=… dbname=… user=… password=…
            """)
    }
}

extension PostgresConfiguration {
    /// What libpq is told: the parameters, with the settings folded into `options`.
    var connectionKeywords: [(keyword: String, value: String)] {
        var keywords = parameters
        // The connection's thread keeps this deadline itself; libpq looks at it in blocking calls only.
        keywords["connect_timeout"] = nil
        keywords["client_encoding"] = "UTF8"
        let options = settings.sorted { $0.key < $1.key }.map { "-c \($0.key)=\(Self.escaped($0.value))" }
        keywords["options"] = ([keywords["options"] ?? ""] + options).filter { !$0.isEmpty }.joined(separator: " ")
        return keywords.sorted { $0.key < $1.key }.map { (keyword: $0.key, value: $0.value) }
    }

    /// In `options`, a backslash protects a space or a backslash.
    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if character == " " || character == "\\" { text.append("\\") }
            text.append(character)
        }
    }
}
