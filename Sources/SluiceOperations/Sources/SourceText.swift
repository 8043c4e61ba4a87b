internal import FoundationEssentials

/// Sources and their settings as a table.
public enum SourceText {
    public static func render(_ sources: [SourceLine], width: Int) -> String {
        guard !sources.isEmpty else { return "there is no such sequence, campaign or trigger\n" }
        var table = TextTable([
            .init(title: "KIND"), .init(title: "ID", shrinks: true), .init(title: "NAME", shrinks: true),
            .init(title: "WORKSPACE", shrinks: true), .init(title: "STATE"), .init(title: "A MINUTE", isRight: true),
            .init(title: "QUIET"), .init(title: "EXPIRES AFTER"), .init(title: "HELD NOW"),
        ])
        for source in sources {
            table.add([
                source.kind.rawValue, source.id, source.name, source.workspace, source.state,
                source.ratePerMinute.map { Words.count($0) } ?? "", source.quietHours ?? "",
                source.expiresAfterSeconds.map { Words.span(Double($0)) } ?? "", held(source),
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    private static func held(_ source: SourceLine) -> String {
        if let until = source.quietUntil { return "quiet until \(Words.time(until))" }
        return source.pacedUntil.map { "rate used up until \(Words.time($0))" } ?? ""
    }
}
