import FoundationEssentials

/// Writes times for logs, in UTC with milliseconds.
enum Timestamp {
    /// `2026-01-31T12:00:01.234Z` (RFC 3339).
    static func utc(_ sinceEpoch: Duration) -> String {
        // The fraction is written from the integer: a binary fraction of a second would round 7 ms down to 6.
        let (seconds, attoseconds) = sinceEpoch.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        return whole.dropLast() + "." + String(1_000 + milliseconds).dropFirst() + "Z"
    }

    /// `12:00:01.234`.
    static func timeOfDay(_ sinceEpoch: Duration) -> String {
        String(utc(sinceEpoch).dropFirst("2026-01-31T".count).dropLast())
    }
}
