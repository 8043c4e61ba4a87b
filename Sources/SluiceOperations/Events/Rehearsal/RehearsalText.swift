internal import FoundationEssentials
public import SluiceCore

/// A rehearsal as a table, and one line of it while it is played.
public enum RehearsalText {
    public static func render(_ rehearsal: EventRehearsal, width: Int) -> String {
        guard !rehearsal.messages.isEmpty else { return "there is no message\n" }
        var table = TextTable([
            .init(title: "DUE"), .init(title: "GOES"), .init(title: "LATE", isRight: true),
            .init(title: "TYPE", shrinks: true), .init(title: "TO"), .init(title: "DEVICE", shrinks: true),
            .init(title: "PROBLEM", shrinks: true),
        ])
        for message in rehearsal.messages {
            table.add([
                message.due.map(Words.time) ?? "-", message.start.map(Words.time) ?? "-", lateness(of: message),
                message.messageType ?? "", message.to ?? "-", message.device ?? "-", message.problem ?? "",
            ])
        }
        let conflicts = rehearsal.conflicts.map { conflict in
            """
            \(conflict.device): \(conflict.due) messages are due within \(conflict.windowSeconds) s of \
            \(Words.time(conflict.from)), and its cap is \(conflict.limit)\n
            """
        }
        let sum = """
            \(Words.counted(rehearsal.messages.count, "message")), \(rehearsal.late) late, \(rehearsal.unsent) not sent\n
            """
        return table.lines(width: width).joined(separator: "\n") + "\n" + conflicts.joined() + sum
    }

    public static func line(_ message: RehearsedMessage, _ outcome: Outcome) -> String {
        let time = message.start.map(Words.time) ?? "-"
        let late = lateness(of: message)
        let answer =
            switch outcome {
            case .sent: "accepted"
            case .refused(let refusal): "refused: \(refusal.code)"
            case .unknown(let code, _): "unknown: \(code)"
            case .aborted(let code): "not sent: \(code)"
            }
        return "\(time)  \(message.messageType ?? "-")  \(message.to ?? "-")  \(message.device ?? "-")  \(answer)"
            + (late.isEmpty ? "\n" : "  \(late) late\n")
    }

    private static func lateness(of message: RehearsedMessage) -> String {
        message.lateness > 1 ? "\(Int(message.lateness.rounded())) s" : ""
    }
}
