public import Foundation

/// What came of a suite so far: what its file holds and its page shows.
public struct SuiteResult: Sendable, Codable {
    /// Raised when a reader of older files could misunderstand a newer one.
    public static let currentFormat = 1

    public var format = Self.currentFormat
    public var started: Date
    /// Every scenario as it stands, not in its short form.
    public var isFull: Bool
    public var targets: [TargetRow] = []
    /// Scenarios that have not come to their end, by their files' names.
    public var unfinished: [String]

    /// - Parameter suite: none of whose scenarios was run yet.
    public init(_ suite: Suite, isFull: Bool, started: Date = Date()) {
        (self.started, self.isFull) = (started, isFull)
        unfinished = suite.files.map(\.fileName)
    }

    public var isGood: Bool { unfinished.isEmpty && targets.allSatisfy(\.isMet) }

    /// - Parameter page: the path of the result's page, in the folder that the suite's goes to.
    public mutating func add(_ result: RunResult, page: String) {
        let name = URL(fileURLWithPath: page).lastPathComponent
        targets += result.targetRows.map { row in
            var row = row
            row.page = name
            return row
        }
    }

    /// What only a series as a whole has.
    public mutating func add(_ series: SeriesRun.Summary) { targets += series.targetRows }

    /// A scenario without a result meets none of its targets.
    public mutating func add(_ file: ScenarioFile, failed reason: String) {
        targets.append(TargetRow(run: file.points[0].name, figure: "ending", missed: "it has no result: \(reason)"))
    }

    /// It need not be run again to complete the list, whatever came of it.
    public mutating func finish(_ file: ScenarioFile) { unfinished.removeAll { $0 == file.fileName } }

    /// One line per target in columns; the last one says how to go on where not all was run.
    public var lines: [String] {
        var lines = Columns.lines(targets.map(\.cells), left: [0, 1, 3, 4])
        if !unfinished.isEmpty {
            lines.append(
                "not run to the end; go on with: sluice-loadtest suite \(isFull ? "--full " : "")\(unfinished.joined(separator: " "))"
            )
        }
        return lines
    }
}
