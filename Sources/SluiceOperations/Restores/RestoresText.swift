/// Restores as a table.
public enum RestoresText {
    public static func render(_ restores: [RestoreLine], width: Int) -> String {
        guard !restores.isEmpty else { return "this database never came back from a backup\n" }
        var table = TextTable([
            .init(title: "NOTICED"), .init(title: "BACKUP OF"), .init(title: "CONFIRMED"), .init(title: "SENT UNTIL"),
            .init(title: "EVIDENCE", shrinks: true),
        ])
        for restore in restores {
            table.add([
                Words.time(restore.noticedAt), restore.aliveAt.map(Words.time) ?? "?",
                restore.confirmedAt.map(Words.time) ?? "no: nothing is sent",
                restore.sentUntil.map(Words.time) ?? (restore.confirmedAt == nil ? "" : "nothing sent"),
                restore.evidence,
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ report: RestoreReport) -> String {
        guard let until = report.sentUntil else {
            return "confirmed: nothing was sent since the backup; "
                + "\(Words.counted(report.unknown, "contact")) in flight in it became unknown\n"
        }
        return """
            confirmed: \(Words.counted(report.unknown, "contact")) due by \(Words.time(until)) may have been sent and \
            became unknown, see `sluice unknown list`; caps count as full until their windows have passed

            """
    }
}
