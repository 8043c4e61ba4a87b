/// What came of a file, or would.
public struct ListReport: Codable, Hashable, Sendable {
    public var list: PeopleList
    public var workspace: String
    public var dryRun: Bool
    /// People in the file; each is exactly one of the four below.
    public var records = 0
    /// Added; of a dry run, those that would be.
    public var valid = 0
    /// What is wrong with the first of them is in `problems`.
    public var invalid = 0
    /// There already, or earlier in the file.
    public var duplicate = 0
    /// On the suppression list, and so left out.
    public var suppressed = 0
    /// The first ``mostProblems``.
    public var problems: [Problem] = []

    public struct Problem: Codable, Hashable, Sendable {
        /// Of the file, from 1.
        public var line: Int
        public var column: String?
        /// Stable, for programs.
        public var code: String
        public var message: String
    }

    public static let mostProblems = 100

    init(_ list: PeopleList, workspace: String, dryRun: Bool) {
        self.list = list
        self.workspace = workspace
        self.dryRun = dryRun
    }

    mutating func refuse(line: Int, column: String?, code: String, _ message: String) {
        invalid += 1
        guard problems.count < Self.mostProblems else { return }
        problems.append(Problem(line: line, column: column, code: code, message: message))
    }
}

/// The report of an import, for a terminal.
public enum ListText {
    public static func render(_ report: ListReport) -> String {
        var text = "\(report.dryRun ? "would add" : "added") \(Words.count(report.valid)) of "
        text += "\(Words.count(report.records)) \(report.list.rawValue)\n"
        for (count, what) in [
            (report.duplicate, "duplicate: there already, or earlier in the file"),
            (report.suppressed, "suppressed: left out"), (report.invalid, "invalid"),
        ] where count > 0 { text += "  \(Words.count(count)) \(what)\n" }
        for problem in report.problems {
            text += "    line \(problem.line): \(problem.message) [\(problem.code)]\n"
        }
        if report.invalid > report.problems.count { text += "    …\n" }
        return text
    }
}
