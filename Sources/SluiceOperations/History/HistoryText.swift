/// A history as a table.
public enum HistoryText {
    public static func render(_ entries: [HistoryEntry], width: Int) -> String {
        guard !entries.isEmpty else { return "nothing was sent to this number\n" }
        var table = TextTable([
            .init(title: "WHEN"), .init(title: "DEVICE", shrinks: true), .init(title: "SOURCE", shrinks: true),
            .init(title: "STEP", shrinks: true), .init(title: "TRY", isRight: true), .init(title: "OUTCOME"),
            .init(title: "DELIVERY"), .init(title: "CODE", shrinks: true), .init(title: "PROVIDER ID", shrinks: true),
        ])
        for entry in entries {
            table.add([
                Words.time(entry.at), entry.device, entry.sequence, entry.step ?? "", "\(entry.attempt)", entry.outcome,
                entry.delivery ?? "", entry.code ?? entry.deliveryCode ?? "", entry.providerID ?? "",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
