/// Unconfirmed steps of the database's clock as a table.
public enum ClockText {
    public static func render(_ steps: [ClockStep], width: Int) -> String {
        guard !steps.isEmpty else { return "no step of the database's clock waits to be confirmed\n" }
        var table = TextTable([
            .init(title: "NODE", shrinks: true), .init(title: "SEEN"), .init(title: "WENT"), .init(title: "TIMES"),
        ])
        for step in steps {
            let way = step.seconds < 0 ? "back" : "ahead"
            table.add([
                step.node, Words.time(step.noticedAt), "\(way) \(Words.span(step.seconds.magnitude))", "\(step.times)",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
