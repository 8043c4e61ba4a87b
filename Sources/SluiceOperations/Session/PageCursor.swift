internal import PostgresDriver

/// Where a page of a list by id begins: at the `nextCursor` of the one before.
enum PageCursor {
    static let advice = "must be a nextCursor as it was given"

    /// - Throws: ``OperationsError/invalid(field:message:)`` for a text that is none.
    static func id(_ text: String?) throws(OperationsError) -> Int64? {
        guard let text else { return nil }
        guard let id = Int64(text) else { throw .invalid(field: "cursor", message: advice) }
        return id
    }
}

/// Where in a list by time a page ended: the time and the id of its last row. To its callers a word without meaning, which
/// they may have made up.
package struct TimeCursor: Hashable, Sendable, CustomStringConvertible {
    let time: PostgresTimestamp
    let id: String

    /// PostgreSQL's begin in 4714 BC, and go on beyond what can be counted from 1970.
    private static let times: Range<Int64> = -210_000_000_000_000_000..<Int64.max
    /// What has no time, or one that never comes.
    private static let never = "never"

    /// - Throws: ``OperationsError/invalid(field:message:)`` for a text that is none.
    package init(_ text: String) throws(OperationsError) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let time = Self.time(parts[0]), !parts[1].utf8.contains(0) else {
            throw .invalid(field: "cursor", message: PageCursor.advice)
        }
        (self.time, id) = (time, parts[1])
    }

    /// Of a row with its time as `place` and its `id`, as text.
    init(after row: PostgresRow) throws {
        time = try row.decode(PostgresTimestamp.self, "place")
        id = try row.decode(String.self, "id")
    }

    private static func time(_ text: String) -> PostgresTimestamp? {
        if text == never { return .infinity }
        return Int64(text).flatMap { times.contains($0) ? PostgresTimestamp(microsecondsSinceEpoch: $0) : nil }
    }

    package var description: String {
        time == .infinity ? "\(Self.never).\(id)" : "\(time.microsecondsSinceEpoch).\(id)"
    }
}
