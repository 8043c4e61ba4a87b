public import PostgresDriver
public import SluiceCore

extension RowFault {
    /// Nil when the error says nothing of a row: connections, locks, deadlocks, missing resources, a server that stops,
    /// and statements that no row could make right.
    public init?(_ error: PostgresError) {
        guard !error.mayHaveTakenEffect, !error.isRetriable, case .server(let report) = error.kind,
            Self.classes.contains(String(report.sqlState.prefix(2)))
        else { return nil }
        let place = report.constraint ?? report.column ?? report.table
        self.init(
            "\(report.sqlState): \(Self.redacted(report.message))" + (place.map { " (\($0))" } ?? ""))
    }

    /// By SQLSTATE: triggered action, cardinality, data exception, integrity constraint, triggered data change,
    /// external routine (two), check option, program limit, and what PL/pgSQL raises.
    private static let classes: [String] = ["09", "21", "22", "23", "27", "38", "39", "44", "54", "P0"]

    /// Those as an SQL array of text.
    static let sqlClasses = "ARRAY[" + classes.map { "'\($0)'" }.joined(separator: ", ") + "]"

    /// The first line, without what stands in quotes (PostgreSQL quotes values there, and people's triggers do) and
    /// without runs of digits that could be a phone number (I25), cut to 200 characters.
    private static func redacted(_ message: String) -> String {
        let line = message.prefix { !$0.isNewline }
        let unquoted = line.replacing(#/"[^"]*"|'[^']*'|«[^»]*»/#, with: "…")
        return String(unquoted.replacing(#/\+?\d[\d \-\/().]{3,}\d/#, with: "…").prefix(200))
    }
}
