/// A table for the terminal.
enum Columns {
    /// Rows may be shorter than others; the last cell of each is not padded.
    ///
    /// - Parameter left: columns of words, which begin below each other; numbers end below each other.
    static func lines(_ rows: [[String]], left: Set<Int>) -> [String] {
        var widths: [Int] = []
        for row in rows {
            // A row's last cell may be a sentence, which makes no column wide but its own.
            for (column, cell) in row.enumerated() where column < row.count - 1 {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                guard column < widths.count, column < row.count - 1 || !left.contains(column) else { return cell }
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return left.contains(column) ? cell + space : space + cell
            }.joined(separator: "  ")
        }
    }
}
