internal import PostgresDriver
internal import SluiceCore

// Scheduled messages and what recurs, in the leader's loops.
extension PostgresCoordinatorStore {
    /// Enters jobs.
    func schedule(limit: Int) async throws -> IntakeResult {
        try await intake(of: .scheduled, limit: limit) { transaction, rows in
            try await transaction.query(JobStatements.start, [.int64Array(rows)], deadline: .seconds(30))
                .compactMap(Self.laneDue)
        }
    }

    /// Makes jobs of the runs that are due, and plans the next ones.
    func recur(limit: Int) async throws -> IntakeResult {
        try await intake(of: .recurring, limit: min(limit, Self.schedulesAtOnce)) { transaction, rows in
            let schedules = try await transaction.query(ScheduleStatements.take, [.int64Array(rows)])
            let turns = try schedules.map(ScheduleTurn.init)
            let runs = turns.filter { $0.run != nil }
            try await transaction.query(
                ScheduleStatements.runs,
                [.stringArray(runs.map(\.id)), .timestampArray(runs.map(\.run?.parameter))])
            try await transaction.query(
                ScheduleStatements.next,
                [
                    .stringArray(turns.map(\.id)), .timestampArray(turns.map(\.next?.parameter)),
                    .stringArray(turns.map(\.problem)),
                ])
            return []
        }
    }

    /// Schedules of one transaction: a pattern that comes round once in decades takes some milliseconds to look ahead.
    private static let schedulesAtOnce = 500
}

/// What a schedule has to do now.
private struct ScheduleTurn {
    /// How late a run may be and still count as on time: a change of leaders takes less.
    private static let grace: Int64 = 60_000_000

    var id: String
    /// The run that becomes a job.
    var run: DatabaseTime?
    var next: DatabaseTime?
    var problem: String?

    init(_ row: PostgresRow) throws {
        id = try row.decode(String.self, "id")
        let now = try row.time("now")
        do {
            let name = try row.decode(String.self, "zone")
            guard let zone = SystemZone(name) else {
                problem = "there is no time zone \"\(name)\""
                return
            }
            let schedule = CronSchedule(pattern: try CronPattern(try row.decode(String.self, "cron")), zone: zone)
            let due = try row.optionalTime("next_time")
            if let due, due <= now {
                let isLate = now.microseconds - due.microseconds > Self.grace
                if try !isLate || row.decode(String.self, "missed") == "once" { run = due }
            }
            // Planned anew a little early, a run stays ahead; otherwise those that passed are no more.
            next = due.flatMap { $0 > now ? $0 : nil } ?? schedule.next(after: now)
            if next == nil { problem = "it comes round no more" }
        } catch let error as CronError {
            problem = "\(error)"
        }
    }
}
