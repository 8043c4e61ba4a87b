/// What was found of a person, and what became of it.
public struct ErasureReport: Codable, Hashable, Sendable {
    public struct Table: Codable, Hashable, Sendable {
        public var table: String
        public var rows: Int
        /// Else the rows stay, because counts and caps hang on them, with nothing personal in them.
        public var deleted: Bool
    }

    /// `*`: all of them.
    public var workspace: String
    /// Whose id it was that they are known by; nil of a number.
    public var page: Int64?
    public var dryRun: Bool
    /// Those that had something, and of a dry run those that have.
    public var tables: [Table] = []
    public var rows: Int { tables.reduce(0) { $0 + $1.rows } }

    init(workspace: String, page: Int64?, dryRun: Bool) {
        self.workspace = workspace
        self.page = page
        self.dryRun = dryRun
    }

    mutating func add(_ rows: Int, of table: ErasedTable) {
        guard rows > 0 else { return }
        if let known = tables.firstIndex(where: { $0.table == table.name }) {
            tables[known].rows += rows
        } else {
            let isDeleted = if case .delete = table.deed { true } else { false }
            tables.append(Table(table: table.name, rows: rows, deleted: isDeleted))
        }
    }
}

/// An erasure, for a terminal.
public enum ErasureText {
    public static func render(_ report: ErasureReport, width: Int) -> String {
        let place = report.workspace == "*" ? "every workspace" : "the workspace \(report.workspace)"
        let list =
            report.page.map { "no list keeps ids: page \($0) must not bring this one again\n" }
            ?? "the number \(report.dryRun ? "goes" : "is") on the suppression list of \(place), and stays there\n"
        guard !report.tables.isEmpty else {
            let other = report.page == nil ? "whoever is known by a page's id and no number is found with --page\n" : ""
            return "nothing is there of this person\n" + other + list
        }
        var table = TextTable([
            .init(title: "TABLE"), .init(title: "ROWS", isRight: true), .init(title: "WHAT BECOMES OF THEM"),
        ])
        for line in report.tables {
            table.add([
                line.table, Words.count(line.rows),
                line.deleted ? "deleted" : "kept for counts and caps, without the person",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n" + list
    }
}
