/// Messages by name, as a table.
public enum NamedMessageText {
    public static func render(_ page: NamedMessages, width: Int) -> String {
        guard !page.messages.isEmpty else { return "no message has such a name\n" }
        var table = TextTable([
            .init(title: "MESSAGE"), .init(title: "STATUS"), .init(title: "TIME"),
            .init(title: "DEVICE", shrinks: true),
            .init(title: "REASON", shrinks: true),
        ])
        for message in page.messages {
            table.add([
                message.name, message.status, message.at.map { Words.time($0) } ?? "-", message.device ?? "-",
                message.code ?? "-",
            ])
        }
        let more = page.nextCursor.map { "there are more: --after \($0)\n" } ?? ""
        return table.lines(width: width).joined(separator: "\n") + "\n" + more
    }
}
