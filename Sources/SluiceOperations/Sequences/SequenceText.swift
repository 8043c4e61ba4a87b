/// Sequences as a table.
public enum SequenceText {
    private static let statuses = ["active", "completed", "paused", "unknown", "failed", "cancelled"]

    public static func render(_ sequences: [SequenceLine], width: Int) -> String {
        guard !sequences.isEmpty else { return "there is no sequence\n" }
        var table = TextTable(
            [
                .init(title: "SEQUENCE", shrinks: true), .init(title: "WORKSPACE", shrinks: true),
                .init(title: "STATE"),
                .init(title: "STEPS", isRight: true),
            ] + statuses.map { .init(title: $0.uppercased(), isRight: true) })
        for sequence in sequences {
            let counts = statuses.map { Words.count(sequence.contacts[$0] ?? 0) }
            table.add(
                [sequence.name, sequence.workspace, sequence.isActive ? "active" : "paused", "\(sequence.steps)"]
                    + counts)
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
