/// The suppression list as a table.
public enum SuppressionText {
    public static func render(_ suppressions: [SuppressionLine], width: Int) -> String {
        guard !suppressions.isEmpty else { return "no number is suppressed\n" }
        var table = TextTable([
            .init(title: "PHONE"), .init(title: "WHERE", shrinks: true), .init(title: "REASON", shrinks: true),
            .init(title: "SINCE"),
        ])
        for line in suppressions {
            table.add([
                line.phone, line.workspace == "*" ? "everywhere" : line.workspace, line.reason, Words.time(line.since),
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
