internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

/// A schedule as its caller is told of it.
public struct ScheduleAnswer: Codable, Hashable, Sendable {
    public var scheduleId: String
    public var to: String
    public var body: String?
    public var cron: String
    /// By whose clock it runs.
    public var timeZone: String
    public var missed: String
    /// Whether it makes messages: false while it is paused.
    public var isActive: Bool
    /// In the zone's offset of that time. Nil while it is paused, and when it never runs.
    public var nextTime: String?
    public var lastTime: String?
    /// Why it makes no messages though it is active.
    public var problem: String?
}

/// So many schedules of a list.
public struct SchedulePage: Codable, Hashable, Sendable {
    public var schedules: [ScheduleAnswer]
    /// The last one's id; nil on the last page.
    public var nextCursor: String?
}

extension ScheduleAnswer {
    static let sql = """
        SELECT s.id, s.to_phone, s.body, s.cron, coalesce(s.time_zone, w.time_zone, 'UTC') AS zone, s.missed,
            s.is_active, s.next_time, s.last_time, s.problem, clock_timestamp() AS now
        FROM message_schedules s LEFT JOIN workspaces w ON w.id = s.workspace_id
        """

    /// A row of ``sql``. The next run of one that the leader has not seen yet is what the leader will find.
    init(_ row: PostgresRow) throws {
        let cron = try row.decode(String.self, "cron")
        let zoneName = try row.decode(String.self, "zone")
        let zone = SystemZone(zoneName)
        var problem = try row.decode(String?.self, "problem")
        let isActive = try row.decode(Bool.self, "is_active")
        var next = try row.decode(PostgresTimestamp?.self, "next_time").map(Self.instant)
        if next == nil, problem == nil, isActive {
            (next, problem) = Self.next(cron, zone, after: Self.instant(try row.decode(PostgresTimestamp.self, "now")))
        }
        func told(_ time: DatabaseTime) -> String {
            "\(OffsetTime(time: time, offset: Int(zone?.offset(at: time.microseconds / 1_000_000) ?? 0)))"
        }
        self.init(
            scheduleId: try row.decode(String.self, "id"), to: try row.decode(String.self, "to_phone"),
            body: try row.decode(String?.self, "body"), cron: cron, timeZone: zoneName,
            missed: try row.decode(String.self, "missed"), isActive: isActive, nextTime: next.map(told),
            lastTime: try row.decode(PostgresTimestamp?.self, "last_time").map { told(Self.instant($0)) },
            problem: problem)
    }

    private static func next(
        _ cron: String, _ zone: SystemZone?, after now: DatabaseTime
    ) -> (DatabaseTime?, problem: String?) {
        do {
            let pattern = try CronPattern(cron)
            return (zone.flatMap { CronSchedule(pattern: pattern, zone: $0).next(after: now) }, nil)
        } catch {
            return (nil, "\(error)")
        }
    }

    private static func instant(_ time: PostgresTimestamp) -> DatabaseTime {
        DatabaseTime(microseconds: time.microsecondsSinceEpoch)
    }
}
