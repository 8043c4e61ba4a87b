internal import PostgresDriver

/// The open-loop generator: trigger i is meant for start + i / rate, and comes then whatever became of the others.
///
/// When a commit takes longer than the interval, those that fell due meanwhile go together in the next one. Their
/// latency counts from their intended instants all the same: no coordinated omission (Gil Tene, "How NOT to Measure
/// Latency", 2013).
struct TriggerStream {
    /// Triggers in one statement.
    private static let most = 2_000

    let rate: Double
    let work: TriggerWork
    let record: RunRecord

    /// Returns when all have come, or the task is cancelled.
    func run(on connection: any PostgresExecutor, from start: ContinuousClock.Instant) async throws {
        var next = 0
        while next < work.count {
            try await Task.sleep(until: start + .seconds(Double(next) / rate), clock: .continuous)
            let elapsed = start.duration(to: .now) / .seconds(1)
            let due = min(work.count, Int(elapsed * rate) + 1, next + Self.most)
            guard due > next else { continue }
            let statement = work.statement(next..<due)
            try await connection.query(statement.sql, statement.parameters, deadline: .seconds(30))
            record.change { $0.commits.append(.init(upTo: due, nanoseconds: WallClock.nanoseconds)) }
            next = due
        }
    }
}
