internal import Foundation

extension RunResult {
    /// What a person reads on the terminal when it is over: one line each for the end, the verdict, what was noted and
    /// every target.
    public var lines: [String] {
        var lines = [headLine, "\(title): \(verdict.line)"]
        lines += notes.map { "\(title): note: \($0)" }
        for figure in FigureName.all where !targets.contains(where: { $0.target.figure == figure.name }) {
            guard let value = figures[figure.name] else { continue }
            lines.append("\(title): \(figure.name) \(FigureText.words(value)) \(figure.unit)")
        }
        return lines + targetLines
    }

    /// What a figure means nothing without.
    public var headLine: String {
        let kind =
            regime.rawValue + (isCompressed ? ", compressed" : "") + (machine.build == "debug" ? ", debug build" : "")
        return "\(title): \(kind); \(machine.words); \(ending.words)"
    }

    /// One line per target, and one for whatever makes the run no good one.
    public var targetLines: [String] {
        targetRows.map { $0.cells.joined(separator: " ") }
    }

    var targetRows: [TargetRow] {
        var rows = targets.map { TargetRow(run: title, $0) }
        if !ending.isWhole { rows.append(TargetRow(run: title, figure: "ending", missed: ending.words)) }
        if !verdict.isClean { rows.append(TargetRow(run: title, figure: "verdict", missed: verdict.line)) }
        return rows
    }

    private var title: String { point.map { "\(name)[\($0)]" } ?? name }
}

/// Numbers as a person reads them.
enum FigureText {
    static func words(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 4
        return String(format: "%.\(digits)f", value)
    }
}
