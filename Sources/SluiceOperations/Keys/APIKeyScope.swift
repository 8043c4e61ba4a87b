/// What the holder of an API key may do.
public enum APIKeyScope: String, Codable, Hashable, Sendable, CaseIterable {
    /// Look: contacts, statistics, progress.
    case read
    /// Make messages go out: enroll, trigger, schedule, and cancel what was so made.
    case send
    /// Change what goes out: flows, campaigns, pauses, suppressions.
    case manage
    /// All of these.
    case admin
}

extension Set<APIKeyScope> {
    public func allows(_ scope: APIKeyScope) -> Bool { contains(scope) || contains(.admin) }
}
