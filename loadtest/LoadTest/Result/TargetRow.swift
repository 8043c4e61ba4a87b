/// One line of a list of targets: what a run had to show, what it showed, and whether that is enough.
public struct TargetRow: Sendable, Codable, Hashable {
    /// The scenario, with the point of its series.
    public var run: String
    /// Of a target; `ending` or `verdict` where something else makes the run no good one.
    public var figure: String
    /// With its unit; nil where there is no target.
    public var measured: String?
    public var target: String?
    public var isMet: Bool
    /// What is in the way where it is missed, if somebody said it.
    public var reason: String?
    /// The run's page, beside the list; nil where it is of no single run.
    public var page: String?

    init(run: String, _ result: TargetResult) {
        let name = FigureName.find(result.target.figure)
        let unit = name?.unit ?? ""
        self.run = run
        figure = result.target.figure
        measured =
            result.measured.map { FigureText.words($0) + (unit.isEmpty ? "" : " " + unit) }
            ?? "not measured" + (name?.absence.map { ": " + $0 } ?? "")
        target = "\(result.target.bound.rawValue) \(FigureText.words(result.target.value))"
        isMet = result.isMet
        reason = isMet ? nil : result.target.explanation
    }

    init(run: String, figure: String, missed reason: String) {
        (self.run, self.figure, self.reason, isMet) = (run, figure, reason, false)
    }

    var outcome: String { isMet ? "pass" : "NO" + (reason.map { ": " + $0 } ?? "") }

    /// As it is printed: the run, the figure, its value, the target, pass or NO and what is in the way.
    var cells: [String] { [run, figure] + [measured, target].compactMap(\.self) + [outcome] }
}
