/// What a scenario file says, before anybody knows what its keys mean: the part of TOML that is `key = value` in
/// `[section]`s, so that editors know it.
///
/// Values are texts in double quotes, numbers (with `_` between digits), `true`, `false`, and lists of these in one line.
struct ScenarioText: Sendable {
    struct Entry: Sendable {
        /// With its section: `cluster.devices`.
        var key: String
        var value: Value
        var line: Int
    }

    enum Value: Sendable, Equatable {
        case text(String)
        case number(Double)
        case flag(Bool)
        case list([Value])
    }

    private(set) var entries: [Entry] = []
    private(set) var problems: [ScenarioProblem] = []

    init(_ text: String) {
        var section = ""
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var scanner = LineScanner(line)
            scanner.skipSpace()
            guard !scanner.isAtEnd else { continue }
            do throws(LineProblem) {
                if try scanner.take("[") {
                    section = try scanner.sectionName()
                } else {
                    try add(scanner, section, line: index + 1)
                }
            } catch {
                problems.append(ScenarioProblem(line: index + 1, message: error.message))
            }
        }
    }

    private mutating func add(_ start: LineScanner, _ section: String, line: Int) throws(LineProblem) {
        var scanner = start
        let name = try scanner.word("a key")
        let key = section.isEmpty ? name : section + "." + name
        guard try scanner.take("=") else { throw LineProblem("after \(key) comes \"=\" and a value") }
        let value = try scanner.value()
        try scanner.end()
        if let earlier = entries.first(where: { $0.key == key }) {
            throw LineProblem("\(key) is given twice; line \(earlier.line) has it already")
        }
        entries.append(Entry(key: key, value: value, line: line))
    }
}

private struct LineProblem: Error {
    var message: String
    init(_ message: String) { self.message = message }
}

/// Reads one line from left to right.
private struct LineScanner {
    private var rest: Substring

    init(_ line: Substring) { rest = line }

    /// Nothing is left but a comment.
    var isAtEnd: Bool { rest.isEmpty || rest.first == "#" }

    mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\r" } }

    mutating func take(_ character: Character) throws(LineProblem) -> Bool {
        skipSpace()
        guard rest.first == character else { return false }
        rest.removeFirst()
        skipSpace()
        return true
    }

    mutating func word(_ what: String) throws(LineProblem) -> String {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." }
        guard !word.isEmpty else { throw LineProblem("\(what) is missing before \"\(rest.prefix(20))\"") }
        rest = rest.dropFirst(word.count)
        skipSpace()
        return String(word)
    }

    mutating func sectionName() throws(LineProblem) -> String {
        let name = try word("the name of a section")
        guard try take("]") else { throw LineProblem("the section [\(name) does not end in \"]\"") }
        try end()
        return name
    }

    mutating func end() throws(LineProblem) {
        skipSpace()
        guard isAtEnd else { throw LineProblem("\"\(rest.prefix(20))\" is too much; one value per line") }
    }

    mutating func value() throws(LineProblem) -> ScenarioText.Value {
        guard try take("[") else { return try scalar() }
        var values: [ScenarioText.Value] = []
        while try !take("]") {
            values.append(try scalar())
            guard try take(",") || rest.first == "]" else { throw LineProblem("a list is [1, 2, 3], in one line") }
        }
        return .list(values)
    }

    private mutating func scalar() throws(LineProblem) -> ScenarioText.Value {
        if rest.first == "\"" { return .text(try quoted()) }
        let word = rest.prefix { $0 != "," && $0 != "]" && $0 != "#" && $0 != " " && $0 != "\t" && $0 != "\r" }
        rest = rest.dropFirst(word.count)
        switch word {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case "": throw LineProblem("the value is missing")
        default: break
        }
        guard let number = Double(word.replacing("_", with: "")), number.isFinite else {
            throw LineProblem("\"\(word)\" is neither a number nor true or false; a text is in double quotes")
        }
        return .number(number)
    }

    private mutating func quoted() throws(LineProblem) -> String {
        var text = ""
        rest.removeFirst()
        while let character = rest.popFirst() {
            if character == "\"" { return text }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else {
                throw LineProblem(#"in a text, \ is followed by " or \"#)
            }
            text.append(escaped)
        }
        throw LineProblem("the text does not end: its second double quote is missing")
    }
}
