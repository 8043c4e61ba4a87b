/// Names of messages as people list them: `trigger_1_*`, `run_7_page_100_*`, `event-message-23`.
///
/// A star stands for anything. What a name begins with says where to look: without it every message that there ever was
/// would have to be looked at.
public struct MessagePattern: Hashable, Sendable {
    /// Where messages come from that have names of a form.
    enum Origin: String, CaseIterable, Sendable {
        case trigger = "trigger_"
        case campaign = "run_"
        case event = "event-message-"
    }

    let origin: Origin
    /// The run's or the message's own id, where the pattern has all of it.
    let source: String?
    /// The same for SQL's LIKE.
    package let like: String

    /// - Throws: ``OperationsError`` for a name that no message can have.
    public init(_ text: String) throws(OperationsError) {
        guard let origin = Origin.allCases.first(where: { text.hasPrefix($0.rawValue) }), text.utf8.count <= 500,
            !text.utf8.contains(0)
        else {
            let beginnings = Origin.allCases.map { $0.rawValue + "…" }.joined(separator: ", ")
            throw .invalid(field: "name", message: "must be like \(beginnings); * stands for anything")
        }
        self.origin = origin
        let rest = text.dropFirst(origin.rawValue.count)
        let id = rest.prefix { $0 != "*" && (origin == .event || $0 != "_") }
        source = id.isEmpty || rest.dropFirst(id.count).first == "*" ? nil : String(id)
        like = text.reduce(into: "") { like, character in
            switch character {
            case "*": like += "%"
            case "%", "_", "\\": like += "\\\(character)"
            default: like.append(character)
            }
        }
    }
}
