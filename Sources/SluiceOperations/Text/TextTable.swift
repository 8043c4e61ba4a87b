/// Rows in columns that fit a terminal: when they are too wide, the columns that may shrink give way, the widest first.
struct TextTable {
    struct Column {
        var title: String
        var isRight = false
        /// May be cut, with an ellipsis, when the terminal is narrow.
        var shrinks = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []
    private static let gap = 2
    /// A column is never cut below this.
    private static let narrowest = 6

    init(_ columns: [Column]) { self.columns = columns }

    var isEmpty: Bool { rows.isEmpty }

    /// One cell per column.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell per column")
        rows.append(cells.map(Self.printable))
    }

    /// The lines, each at most `width` wide unless the columns that may not shrink are wider than that.
    func lines(width: Int) -> [String] {
        let widths = fitted(to: width)
        let header = columns.map(\.title)
        return ([header] + rows).map { line($0, widths) }
    }

    private func fitted(to width: Int) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
        }
        var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - width
        while excess > 0 {
            let candidates = columns.indices.filter { columns[$0].shrinks && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let shown = cell.count <= widths[index] ? cell : cell.prefix(widths[index] - 1) + "…"
            let padding = String(repeating: " ", count: widths[index] - shown.count)
            text += columns[index].isRight ? padding + shown : shown + padding
            if index < cells.count - 1 { text += String(repeating: " ", count: Self.gap) }
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// What users put into names must not move a terminal's cursor.
    private static func printable(_ cell: String) -> String {
        cell.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
            ? String(String.UnicodeScalarView(cell.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
            : cell
    }
}
