/// Messages of events as tables.
public enum EventText {
    public static func render(_ page: EventMessagePage, width: Int) -> String {
        guard !page.messages.isEmpty else { return "there is no message\n" }
        var table = TextTable([
            .init(title: "MESSAGE", isRight: true), .init(title: "EVENT", isRight: true),
            .init(title: "CONTRACTOR", isRight: true), .init(title: "TYPE", shrinks: true), .init(title: "STATE"),
            .init(title: "TIME"), .init(title: "REASON", shrinks: true),
        ])
        for message in page.messages {
            table.add([
                message.id.text, message.eventId?.text ?? "", message.contractorId?.text ?? "",
                message.messageType ?? "", message.status, message.actualSendTime ?? message.scheduledTime ?? "",
                message.errorMessage ?? "",
            ])
        }
        let rest = page.nextCursor.map { "more: --after \($0)\n" } ?? ""
        return table.lines(width: width).joined(separator: "\n") + "\n" + rest
    }

    public static func render(_ stats: EventStats, width: Int) -> String {
        var table = TextTable(
            ["WAITING", "ACTIVE", "DELAYED", "TOTAL", "COMPLETED", "FAILED", "CANCELLED"].map {
                .init(title: $0, isRight: true)
            })
        table.add(
            [
                stats.waiting, stats.active, stats.delayed, stats.total, stats.completed, stats.failed, stats.cancelled,
            ].map { Words.count($0) })
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ plan: EventPlan) -> String {
        let people = Words.counted(plan.contractors, "contractor")
        return "\(Words.counted(plan.planned, "message")) planned for \(people)\n"
            + plan.byType.sorted { $0.key < $1.key }.map { "  \($0.key) \(Words.count($0.value))\n" }.joined()
    }

    public static func render(_ clearing: EventClearing) -> String {
        "\(Words.counted(clearing.cancelled, "message")) cancelled"
            + (clearing.inFlight > 0 ? ", \(Words.count(clearing.inFlight)) on their way" : "") + "\n"
    }

    public static func render(_ preview: EventMessagePreview) -> String {
        var lines = [preview.text ?? "no text is known"]
        if !preview.missing.isEmpty { lines.append("nothing is known for: \(preview.missing.joined(separator: ", "))") }
        lines.append("to \(preview.recipient ?? "nobody"), \(preview.scheduledTime ?? "at a time not known yet")")
        return lines.joined(separator: "\n") + "\n"
    }
}
