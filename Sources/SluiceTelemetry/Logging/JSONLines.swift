import Logging

/// Writes a ``LogLine`` as one JSON object on one line: `time`, `level`, `logger` and `message` first, then the
/// metadata.
enum JSONLines {
    private static let ownKeys: Set<String> = ["time", "level", "logger", "message"]

    static func render(_ line: LogLine) -> String {
        var text = "{\"time\":\"\(Timestamp.utc(line.time))\",\"level\":\"\(line.level)\",\"logger\":"
        appendQuoted(line.logger, to: &text)
        text += ",\"message\":"
        appendQuoted(line.message, to: &text)
        for (key, value) in line.fields {
            let start = text.endIndex
            text += ","
            // A metadata key must not make the line's own key appear twice.
            appendQuoted(ownKeys.contains(key) ? "metadata." + key : key, to: &text)
            text += ":"
            append(value, to: &text)
            guard text.utf8.count < LogLine.byteLimit else {
                // Whole fields are dropped, so that what is left is still JSON.
                text.removeSubrange(start...)
                text += ",\"truncated\":true"
                break
            }
        }
        return text + "}\n"
    }

    private static func append(_ field: LogLine.Field, to text: inout String) {
        switch field {
        case .text(let value): appendQuoted(value, to: &text)
        case .number(let value): text += value
        case .list(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                append(value, to: &text)
            }
            text += "]"
        case .object(let pairs):
            text += "{"
            for (index, pair) in pairs.enumerated() {
                if index > 0 { text += "," }
                appendQuoted(pair.key, to: &text)
                text += ":"
                append(pair.value, to: &text)
            }
            text += "}"
        }
    }

    /// Appends `value` as a JSON string. Control characters are escaped, so that nobody can forge a second line.
    static func appendQuoted(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
