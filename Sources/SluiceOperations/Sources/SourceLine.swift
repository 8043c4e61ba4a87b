public import FoundationEssentials
internal import PostgresDriver

/// What sends and has settings of its own.
public enum SettableSource: String, CaseIterable, Codable, Sendable {
    /// By its id or its name.
    case sequence
    /// By the id of its run in `message_runs`.
    case campaign
    /// By its trigger_id; all its runs together.
    case trigger
}

/// A source and the settings that hold it back; nil: not set.
public struct SourceLine: Codable, Hashable, Sendable {
    public var kind: SettableSource
    /// The sequence's id, the run's, or the trigger's.
    public var id: String
    public var name: String
    public var workspace: String
    public var state: String
    public var ratePerMinute: Int?
    /// `20:00-08:00`.
    public var quietHours: String?
    public var expiresAfterSeconds: Int?
    /// Claimed in the last minute; nil without a rate.
    public var claimedLastMinute: Int?
    /// Until when its rate is used up.
    public var pacedUntil: Date?
    /// Until when it is quiet where its workspace is.
    public var quietUntil: Date?
}

public struct SourcePage: Codable, Hashable, Sendable {
    public var sources: [SourceLine]
    /// Give it as `after` to go on; nil when that was all.
    public var nextCursor: String?
}

extension SourceLine {
    /// Of rows `s` of `sources`. The trigger's own id stands between the name and the workspace of its source.
    static let sql = """
        SELECT s.kind, s.source_id, \(ownID) AS id, coalesce(s.name, \(ownID)) AS name, s.workspace_id, s.state,
            s.rate_per_minute, to_char(s.quiet_from, 'HH24:MI') || '-' || to_char(s.quiet_to, 'HH24:MI') AS quiet,
            extract(epoch FROM s.expires_after)::bigint AS expires_after,
            (SELECT sum(e.n) FROM unnest(p.claimed_at, p.claimed) e(at, n)
                WHERE e.at > now() - interval '1 minute')::bigint AS claimed,
            sluice_pace_until(p.claimed_at, p.claimed, s.rate_per_minute, now()) AS paced_until,
            sluice_quiet_until(now(), s.quiet_from, s.quiet_to, NULL, s.workspace_id) AS quiet_until
        FROM sources s LEFT JOIN source_paces p
            ON p.kind = s.kind AND p.source_id = s.source_id AND s.rate_per_minute IS NOT NULL
        """

    private static let ownID = """
        CASE s.kind WHEN 'trigger' THEN substring(s.source_id FROM '^trigger-(-?[0-9]+)@') ELSE s.source_id END
        """

    init(_ row: PostgresRow) throws {
        self.init(
            kind: SettableSource(rawValue: try row.decode(String.self, "kind")) ?? .trigger,
            id: try row.decode(String.self, "id"), name: Words.cut(try row.decode(String.self, "name")),
            workspace: try row.decode(String.self, "workspace_id"), state: try row.decode(String.self, "state"),
            ratePerMinute: try row.decode(Int32?.self, "rate_per_minute").map(Int.init),
            quietHours: try row.decode(String?.self, "quiet"),
            expiresAfterSeconds: try row.decode(Int64?.self, "expires_after").map { Int($0) },
            claimedLastMinute: try row.decode(Int32?.self, "rate_per_minute") == nil
                ? nil : Int(try row.decode(Int64?.self, "claimed") ?? 0),
            pacedUntil: try row.date("paced_until"), quietUntil: try row.date("quiet_until"))
    }
}
