/// What `scheduled_sms_jobs.status` may say.
public enum JobStatus: String, CaseIterable, Sendable {
    case scheduled, processing, completed, failed, cancelled
}

/// So many jobs of a list.
public struct JobPage: Codable, Hashable, Sendable {
    public var jobs: [JobAnswer]
    /// Where the next page begins; nil on the last.
    public var nextCursor: String?
}

/// Where in a list of jobs a page ended. To its callers a word without meaning.
public struct JobCursor: Hashable, Sendable, LosslessStringConvertible {
    var microseconds: Int64
    var id: String

    /// Ten thousand years either way, which PostgreSQL has too.
    private static let times: ClosedRange<Int64> = -315_000_000_000_000_000...315_000_000_000_000_000

    init(microseconds: Int64, id: String) {
        self.microseconds = microseconds
        self.id = id
    }

    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let microseconds = Int64(parts[0]), Self.times.contains(microseconds),
            !parts[1].utf8.contains(0)
        else { return nil }
        self.init(microseconds: microseconds, id: String(parts[1]))
    }

    public var description: String { "\(microseconds).\(id)" }
}
