internal import FoundationEssentials

/// Unknown contacts as a table, and what was done with them in words.
public enum UnknownText {
    public static func render(_ unknown: [UnknownLine], width: Int) -> String {
        guard !unknown.isEmpty else { return "nothing is unknown\n" }
        var table = TextTable([
            .init(title: "SINCE"), .init(title: "PHONE"), .init(title: "DEVICE", shrinks: true),
            .init(title: "SEQUENCE", shrinks: true), .init(title: "STEP", shrinks: true),
            .init(title: "CODE", shrinks: true),
            .init(title: "CONTACT"),
        ])
        for line in unknown {
            table.add([
                line.at.map { Words.time($0) } ?? "", line.phone ?? "", line.device ?? "", line.sequence,
                line.step ?? "",
                line.code ?? "", line.contactID.text,
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    /// - Parameter verb: what was done with each: `marked as sent`.
    public static func render(_ report: UnknownReport, verb: String) -> String {
        var lines = ["\(Words.counted(report.resolved, "contact")) \(verb)"]
        if report.tooEarly > 0 {
            let until = report.retryAt.map { ": ask again after \(Words.time($0))" } ?? ""
            lines.append(
                "\(Words.counted(report.tooEarly, "contact")) left alone, because the gateway may still accept the first message"
                    + until)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
