/// What a terminal shows after what a program wrote: as much of one as a status page may use. Anything else is recorded
/// as a fault.
struct TerminalScreen: Sendable {
    private(set) var lines: [[Character]]
    private(set) var isAlternate = false
    private(set) var isCursorHidden = false
    /// Lines that left at the top, and sequences that this terminal does not know.
    private(set) var faults: [String] = []
    private var columns: Int
    private var row = 0
    private var column = 0
    /// Of an escape sequence that is not complete yet.
    private var pending = ""

    init(columns: Int, rows: Int) {
        self.columns = columns
        lines = Array(repeating: [], count: rows)
    }

    var text: String { lines.map { String($0) }.joined(separator: "\n") }

    /// As terminals do that do not rearrange: what is outside is gone.
    mutating func resize(columns: Int, rows: Int) {
        self.columns = columns
        lines = lines.prefix(rows).map { Array($0.prefix(columns)) }
        lines += Array(repeating: [], count: rows - lines.count)
        (row, column) = (min(row, rows - 1), min(column, columns))
    }

    mutating func write(_ text: String) {
        for scalar in text.unicodeScalars { write(Character(scalar)) }
    }

    private mutating func write(_ character: Character) {
        if !pending.isEmpty || character == "\u{1B}" {
            pending.append(character)
            if pending.count > 2, character.isLetter {
                obey(String(pending.dropFirst()))
                pending = ""
            }
        } else if character == "\r" {
            column = 0
        } else if character == "\n" {
            lineFeed()
        } else {
            if column == columns {
                column = 0
                lineFeed()
            }
            if lines[row].count < column { lines[row] += Array(repeating: " ", count: column - lines[row].count) }
            lines[row].replaceSubrange(column..<min(column + 1, lines[row].count), with: [character])
            column += 1
        }
    }

    private mutating func lineFeed() {
        if row + 1 < lines.count {
            row += 1
        } else {
            faults.append("scrolled away: \(String(lines.removeFirst()))")
            lines.append([])
        }
    }

    private mutating func obey(_ sequence: String) {
        switch sequence {
        case "[H": (row, column) = (0, 0)
        case "[K": lines[row] = Array(lines[row].prefix(column))
        case "[J":
            lines[row] = Array(lines[row].prefix(column))
            for below in lines.indices.dropFirst(row + 1) { lines[below] = [] }
        case "[2J": for index in lines.indices { lines[index] = [] }
        case "[?25l": isCursorHidden = true
        case "[?25h": isCursorHidden = false
        case "[?1049h": isAlternate = true
        case "[?1049l":
            isAlternate = false
            for index in lines.indices { lines[index] = [] }
        default: faults.append("unknown: ESC \(sequence)")
        }
    }
}
