/// The last message of a page by name: where the next one begins.
struct MessageCursor: Hashable {
    /// The id of the run, or of the event's message.
    var source: String
    /// Of a campaign: whom the message is for.
    var page: Int64 = 0
    var person = ""
    /// Which of the person's messages.
    var moves: Int32

    init(source: String, page: Int64, person: String, moves: Int32) {
        self.source = source
        self.page = page
        self.person = person
        self.moves = moves
    }

    /// - Throws: ``OperationsError/invalid(field:message:)`` for a text that is no place in the list of this origin.
    init(_ text: String, of origin: MessagePattern.Origin) throws(OperationsError) {
        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, !text.utf8.contains(0), let moves = Int32(parts[0]), let page = Int64(parts[1]),
            let length = Int(parts[2]), length > 0, length <= parts[3].count
        else { throw .invalid(field: "cursor", message: PageCursor.advice) }
        let source = String(parts[3].prefix(length))
        guard origin == .event || Int64(source) != nil else {
            throw .invalid(field: "cursor", message: PageCursor.advice)
        }
        self.init(source: source, page: page, person: String(parts[3].dropFirst(length)), moves: moves)
    }

    var text: String { "\(moves).\(page).\(source.count).\(source)\(person)" }
}
