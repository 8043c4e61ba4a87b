public import FoundationEssentials

/// Sequences as a table, and what was done to them.
public enum SequenceText {
    private static let statuses = ["active", "completed", "paused", "unknown", "failed", "cancelled"]

    public static func render(_ sequences: [SequenceLine], width: Int) -> String {
        guard !sequences.isEmpty else { return "there is no sequence\n" }
        var table = TextTable(
            [
                .init(title: "SEQUENCE", shrinks: true), .init(title: "WORKSPACE", shrinks: true),
                .init(title: "STATE"),
                .init(title: "STEPS", isRight: true), .init(title: "LIMIT", isRight: true),
                .init(title: "WAIT FOR ROOM", isRight: true),
            ] + statuses.map { .init(title: $0.uppercased(), isRight: true) })
        for sequence in sequences {
            let counts = statuses.map { Words.count(sequence.contacts[$0] ?? 0) }
            table.add(
                [sequence.name, sequence.workspace, sequence.isActive ? "active" : "paused", "\(sequence.steps)"]
                    + [sequence.enrollmentLimit, sequence.waitingForRoom].map { $0.map { Words.count($0) } ?? "" }
                    + counts)
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ report: RetimeReport, of sequence: String, now: Date = Date()) -> String {
        let verb = report.isDryRun ? "would change" : "changed"
        var lines = ["\(verb) the time of \(Words.counted(report.changed, "waiting contact")) of \(sequence)"]
        if let earliest = report.earliestDue { lines.append("the earliest is due \(Words.time(earliest, from: now))") }
        if report.unchanged > 0 { lines.append("\(Words.count(report.unchanged)) had the right time already") }
        if report.unrecorded > 0 {
            lines.append(
                "\(Words.count(report.unrecorded)) keep their time: their last message is not in the ledger any more")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
