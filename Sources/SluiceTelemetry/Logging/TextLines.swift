import Logging

/// Writes a ``LogLine`` for people: `12:00:01.234 INFO  message  key=value`, in color on a terminal.
struct TextLines: Sendable {
    var colors: Bool

    func render(_ line: LogLine) -> String {
        var text = painted(Timestamp.timeOfDay(line.time), "2") + " "
        text += painted(Self.name(of: line.level), Self.color(of: line.level)) + " "
        text += Self.printable(line.message)
        for (key, value) in line.fields {
            text += "  " + painted(key + "=", "2") + Self.value(value)
            guard text.utf8.count < LogLine.byteLimit else {
                text += " …"
                break
            }
        }
        return text + "\n"
    }

    private func painted(_ text: String, _ code: String) -> String {
        colors ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func value(_ field: LogLine.Field) -> String {
        switch field {
        case .number(let value): return value
        case .text(let value):
            let shown = printable(value)
            return shown.isEmpty || shown.contains(" ") ? "\"\(shown)\"" : shown
        case .list(let values): return "[" + values.map(value).joined(separator: ",") + "]"
        case .object(let pairs):
            return "{" + pairs.map { $0.key + "=" + value($0.value) }.joined(separator: ",") + "}"
        }
    }

    /// Control characters are shown escaped: a value must not move the cursor or start a line of its own.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace: "TRACE "
        case .debug: "DEBUG "
        case .info: "INFO  "
        case .notice: "NOTICE"
        case .warning: "WARN  "
        case .error: "ERROR "
        case .critical: "CRIT  "
        }
    }

    private static func color(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "2"
        case .info: "32"
        case .notice: "36"
        case .warning: "33"
        case .error, .critical: "1;31"
        }
    }
}
