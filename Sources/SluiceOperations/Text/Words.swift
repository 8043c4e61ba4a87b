internal import FoundationEssentials

/// Times, spans and counts as people read them.
enum Words {
    /// `12,345`
    static func count(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return value < 0 ? "-" + grouped : grouped
    }

    /// `1 contact`, `2 contacts`
    static func counted(_ value: some BinaryInteger, _ noun: String) -> String {
        count(value) + " " + noun + (value == 1 ? "" : "s")
    }

    /// `1 contact waits`, `2 contacts wait`
    static func counted(_ value: some BinaryInteger, _ noun: String, _ one: String, _ several: String) -> String {
        counted(value, noun) + " " + (value == 1 ? one : several)
    }

    /// The two largest units: `3 d 4 h`, `5 min 10 s`, `1.5 s`.
    static func span(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e12 else { return "for ever" }
        if seconds < 10 { return "\((max(0, seconds) * 10).rounded() / 10) s".replacing(".0 s", with: " s") }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3_600: return pair(whole / 60, "min", whole % 60, "s")
        case ..<86_400: return pair(whole / 3_600, "h", whole % 3_600 / 60, "min")
        default: return pair(whole / 86_400, "d", whole % 86_400 / 3_600, "h")
        }
    }

    /// `2026-03-01 14:05:09 UTC`
    static func time(_ date: Date) -> String {
        let text = date.formatted(Date.ISO8601FormatStyle(dateTimeSeparator: .space))
        return text.replacing("Z", with: " UTC")
    }

    /// `2026-03-01 14:05:09 UTC (in 3 min 2 s)`
    static func time(_ date: Date, from now: Date) -> String {
        let distance = date.timeIntervalSince(now)
        return time(date) + (distance >= 0 ? " (in \(span(distance)))" : " (\(span(-distance)) ago)")
    }

    /// A value as its user wrote it, cut where it would fill the page: nothing bounds what is in a text column.
    static func cut(_ value: String, most: Int = 80) -> String {
        value.utf8.count <= most || value.count <= most ? value : value.prefix(most - 1) + "…"
    }

    /// `a, b and 3 more`
    static func list(_ names: [String], most: Int = 3, total: Int? = nil) -> String {
        let total = total ?? names.count
        let shown = names.prefix(most)
        let rest = total - shown.count
        return shown.map { cut($0, most: 160) }.joined(separator: ", ") + (rest > 0 ? " and \(count(rest)) more" : "")
    }

    private static func pair(_ large: Int, _ unit: String, _ small: Int, _ smaller: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smaller)"
    }
}
