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
