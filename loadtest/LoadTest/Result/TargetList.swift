internal import Synchronization

/// The targets of many runs, for one list when all are over.
public final class TargetList: Sendable {
    private let rows = Mutex<[[String]]>([])

    public init() {}

    public func add(_ result: RunResult) { add(result.targetRows) }

    /// What only a series as a whole has.
    public func add(_ series: SeriesRun.Summary) { add(series.targetRows) }

    /// A scenario whose cluster did not start meets none of its targets.
    public func add(_ file: ScenarioFile, didNotStart reason: String) {
        add([[file.points[0].name, "ending", "NO: it did not start: \(reason)"]])
    }

    private func add(_ more: [[String]]) { rows.withLock { $0 += more } }

    /// One line per target in columns: run, figure, value, target, pass or NO and what is in the way.
    public var lines: [String] { Columns.lines(rows.withLock(\.self), left: [0, 1, 3, 4]) }
}
