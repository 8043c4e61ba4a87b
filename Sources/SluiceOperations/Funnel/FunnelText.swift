/// A funnel as a table.
public enum FunnelText {
    private static let columns: [(title: String, value: @Sendable (Funnel.Step) -> Int)] = [
        ("ENTERED", \.entered), ("WAITING", \.waiting), ("IN FLIGHT", \.inFlight), ("SENT", \.sent),
        ("FAILED", \.failed), ("HELD", \.held), ("UNKNOWN", \.unknown), ("CANCELLED", \.cancelled),
        ("COMPLETED", \.completed),
    ]

    public static func render(_ funnel: Funnel, width: Int) -> String {
        guard !funnel.steps.isEmpty else { return "\(Words.cut(funnel.name)) has no steps\n" }
        var table = TextTable(
            [.init(title: "STEP", shrinks: true), .init(title: "TEXT", shrinks: true)]
                + columns.map { .init(title: $0.title, isRight: true) })
        for step in funnel.steps {
            let text = step.isDecision ? "(a decision)" : (step.text ?? "").replacing("\n", with: " ")
            table.add([step.step, text] + columns.map { Words.count($0.value(step)) })
        }
        var lines = table.lines(width: width)
        if funnel.elsewhere > 0 {
            lines.append("\(Words.counted(funnel.elsewhere, "contact")) at steps that are not there any more")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
