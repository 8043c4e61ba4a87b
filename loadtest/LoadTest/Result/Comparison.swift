internal import Foundation

/// Two results side by side: what got better, what got worse, and whether they compare at all.
public struct Comparison: Sendable {
    public enum Change: String, Sendable, Codable { case better, worse, same, changed }

    public struct Row: Sendable, Hashable {
        public var figure: String
        public var before: Double
        public var after: Double
        public var change: Change
    }

    /// What database work may differ by and count as the same: it does not wobble.
    static let workTolerance = 0.02
    /// What everything else may differ by: two runs of the same build on one machine do.
    static let tolerance = 0.10

    /// Why the two compare badly, for the reader to know first.
    public let warnings: [String]
    public let rows: [Row]

    public init(_ before: RunResult, _ after: RunResult) {
        warnings = Self.warnings(before, after)
        rows = FigureName.all.compactMap { name in
            guard let old = before.figures[name.name], let new = after.figures[name.name] else { return nil }
            return Row(figure: name.name, before: old, after: new, change: Self.change(name, old, new))
        }
    }

    private static let workFigures: Set = [
        "transactions_per_message", "rows_per_message", "wal_bytes_per_message", "lost", "duplicate", "over_cap",
    ]

    private static func change(_ name: FigureName, _ old: Double, _ new: Double) -> Change {
        let allowed = (workFigures.contains(name.name) ? workTolerance : tolerance) * abs(old)
        if abs(new - old) <= allowed { return .same }
        switch name.better {
        case .neither: return .changed
        case .more: return new > old ? .better : .worse
        case .less: return new < old ? .better : .worse
        }
    }

    private static func warnings(_ before: RunResult, _ after: RunResult) -> [String] {
        var warnings: [String] = []
        func differ<Value: Equatable>(_ what: String, _ value: (RunResult) -> Value, _ words: String) {
            let (old, new) = (value(before), value(after))
            if old != new { warnings.append("different \(what) (\(old) and \(new)): \(words)") }
        }
        differ("regimes", { $0.regime.rawValue }, "no figure compares")
        differ("scenarios", { $0.name + ($0.point.map { " " + $0 } ?? "") }, "only what both do compares")
        if before.name == after.name, before.scenario != after.scenario {
            warnings.append("the scenario's file was changed between them: look at it first")
        }
        differ(
            "processors", { "\($0.machine.processor), \($0.machine.cores) cores" },
            "only ratios and work per message compare")
        differ("builds", { $0.machine.build }, "no speed compares")
        for result in [before, after] where !result.ending.isWhole {
            warnings.append("one is part of a run: \(result.ending.words)")
        }
        return warnings
    }

    /// One line per figure, in columns: name, before, after, how many times as much, what that means.
    public var lines: [String] {
        let head = ["figure", "before", "after", "after/before", ""]
        let table =
            [head]
            + rows.map { row in
                [
                    row.figure, FigureText.words(row.before), FigureText.words(row.after),
                    row.before == 0 ? "" : String(format: "%.3f", row.after / row.before), row.change.rawValue,
                ]
            }
        let widths = head.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return warnings.map { "warning: " + $0 }
            + table.map { cells in
                cells.enumerated().map { column, cell in
                    let space = String(repeating: " ", count: widths[column] - cell.count)
                    return column == 0 ? cell + space : column == cells.count - 1 ? cell : space + cell
                }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
            }
    }
}
