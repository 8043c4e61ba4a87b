internal import SluiceOperations

extension FuzzSubject {
    /// What stands in an address or as a word on the command line.
    static let parameters = [cursor, pattern, quietHours, span]

    /// Cursors are handed back by whoever likes: one that is taken says the same when it is handed out again.
    private static let cursor = FuzzSubject(
        "cursor", .text,
        examples: ["1700000000000000.job_17", "never.17", "-1.a.b"].map { Array($0.utf8) }
    ) { bytes in
        guard let cursor = try? TimeCursor(String(decoding: bytes, as: UTF8.self)) else { return false }
        guard try TimeCursor(cursor.description) == cursor else { throw FuzzFinding("\(cursor) is not read again") }
        return true
    }

    /// A pattern's stars are the only ones of its characters that stand for others.
    private static let pattern = FuzzSubject(
        "message-pattern", .text,
        examples: ["trigger_1_*", "run_7_page_100_user_%_msg_1", #"event-message-a\b*"#].map { Array($0.utf8) }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let pattern = try? MessagePattern(text) else { return false }
        var unescaped = ""
        var rest = pattern.like[...]
        while let character = rest.popFirst() {
            switch character {
            case "\\": unescaped.append(rest.popFirst() ?? "?")
            case "%": unescaped += "*"
            default: unescaped.append(character)
            }
        }
        guard unescaped == text else { throw FuzzFinding("\(text) looks for \(pattern.like)") }
        return true
    }

    private static let quietHours = FuzzSubject(
        "quiet-hours", .text, examples: ["20:00-08:00", "00:00-23:59"].map { Array($0.utf8) }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let hours = try? QuietHours(parsing: text) else { return false }
        guard "\(hours.from)-\(hours.to)" == text else { throw FuzzFinding("\(text) is read as \(hours)") }
        return true
    }

    private static let span = FuzzSubject(
        "span", .text, examples: ["90s", "45m", "2h", "3d"].map { Array($0.utf8) }
    ) { bytes in
        guard let span = try? Span(parsing: String(decoding: bytes, as: UTF8.self), field: "expiresAfter") else {
            return false
        }
        guard 1...315_360_000 ~= span.seconds else { throw FuzzFinding("\(span.seconds) s") }
        return true
    }
}
