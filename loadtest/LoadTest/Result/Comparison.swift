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
        differ("forms", { $0.isShortForm ? "short" : "long" }, "the short one does less of the same")
        differ("builds", { $0.machine.build }, "no speed compares")
        for result in [before, after] where !result.ending.isWhole {
            warnings.append("one is part of a run: \(result.ending.words)")
        }
        return warnings
    }

    /// One line per figure, in columns: name, unit, before, after, how many times as much, what that means. The last
    /// line counts what got better or worse.
    public var lines: [String] {
        let head = ["figure", "unit", "before", "after", "after/before", "meaning"]
        let table =
            [head]
            + rows.map { row in
                let unit = FigureName.find(row.figure)?.unit ?? ""
                // Tables have hundreds of millions of bytes, a message some thousands.
                let isLarge = unit == "B" && max(row.before, row.after) >= 1e6
                let scale = isLarge ? 1e6 : 1
                return [
                    row.figure, isLarge ? "MB" : unit, FigureText.words(row.before / scale),
                    FigureText.words(row.after / scale),
                    row.before == 0 ? "" : String(format: "%.3f", row.after / row.before), row.change.rawValue,
                ]
            }
        let counts = [Change.better, .worse, .same].map { change in
            "\(rows.count { $0.change == change }) \(change.rawValue)"
        }
        return warnings.map { "warning: " + $0 } + Columns.lines(table, left: [0, 1, 5])
            + [counts.joined(separator: ", ")]
    }
}
