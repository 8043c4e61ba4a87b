internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// A list as the CSV that ``importList(_:in:isDryRun:next:progress:)`` reads.
    ///
    /// - Parameter workspace: whose leads; subscribers belong to pages, and are all in it.
    /// - Throws: ``OperationsError/notFound(kind:given:nearest:)`` when there is no such workspace.
    public func exportList(_ list: PeopleList, in workspace: String) async throws -> ListExport {
        try await WorkspaceLookup.require(workspace, on: database)
        return ListExport(table: list.table, workspace: workspace, database: database)
    }
}

/// A list that is about to be written. Each page is a query of its own, so that nothing is held for a slow reader.
public struct ListExport: Sendable {
    let table: ListTable
    let workspace: String
    let database: any PostgresTransactor

    /// - Parameter write: is given the first line, and then 5,000 people at most at a time.
    /// - Returns: how many people there are.
    @discardableResult
    public func write(_ write: (String) async throws -> Void) async throws -> Int {
        let names = table.columns.map(\.name)
        try await write(CSVWriter.line(names))
        var (people, after) = (0, [String]?.none)
        while true {
            let rows = try await database.query(
                Self.pageSQL(of: table, isFirst: after == nil),
                [.string(workspace)] + (after ?? []).map { .string($0) }, deadline: .seconds(30))
            var lines = ""
            for row in rows {
                lines += CSVWriter.line(try names.map { try row.decode(String?.self, $0) ?? "" })
            }
            try await write(lines)
            people += rows.count
            guard rows.count == Self.peopleAtOnce, let last = rows.last else { return people }
            after = try table.order.indices.map { try last.decode(String.self, "place\($0)") }
        }
    }

    private static let peopleAtOnce = 5_000

    /// `$1` the workspace, then where the page before ended. By the key's index: a condition that holds for the first page
    /// too would read everything before each page.
    private static func pageSQL(of table: ListTable, isFirst: Bool) -> String {
        let columns = table.columns.map { "\($0.text) AS \($0.name)" }.joined(separator: ", ")
        let order = table.order.map(\.name).joined(separator: ", ")
        let places = table.order.enumerated().map { "\($1.name)::text AS place\($0)" }.joined(separator: ", ")
        let last = table.order.enumerated().map { "$\($0 + 2)::text::\($1.type)" }.joined(separator: ", ")
        let after = isFirst ? "" : "AND (\(order)) > (\(last))"
        return """
            SELECT \(columns), \(places)
            FROM (SELECT DISTINCT ON (\(order)) * FROM \(table.name)
                WHERE \(table.whose) \(after)
                ORDER BY \(order) LIMIT \(peopleAtOnce)) t
            ORDER BY \(table.order.map { "t.\($0.name)" }.joined(separator: ", "))
            """
    }
}

extension ListTable.Column {
    /// SQL: as the file has it.
    fileprivate var text: String {
        switch kind {
        case .instant: "to_char(\(name) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        case .text, .phone, .zone: name
        case .whole, .boolean: "\(name)::text"
        }
    }
}
