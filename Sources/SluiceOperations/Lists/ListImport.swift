internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

extension OperatorSession {
    /// Adds the people of a CSV file whose first line names its columns.
    ///
    /// A record that is wrong, known or suppressed is counted and left out. The others are written in chunks of
    /// 1,000, a transaction each: a file that breaks off, or a run that is cut short, leaves whole chunks, and the same
    /// file once more adds what is missing and nothing twice.
    ///
    /// - Parameters:
    ///   - workspace: where leads belong, and whose suppressions count.
    ///   - isDryRun: counts, and writes nothing.
    ///   - next: the file's next bytes; nil at its end.
    ///   - progress: is told after each chunk.
    /// - Throws: ``OperationsError`` when the first line is not one of this list's, or the file has too many.
    public func importList(
        _ list: PeopleList, in workspace: String, isDryRun: Bool, next: () throws -> [UInt8]?,
        progress: (ListReport) -> Void = { _ in }
    ) async throws -> ListReport {
        try await WorkspaceLookup.require(workspace, on: database)
        var run = ListImport(list: list, workspace: workspace, isDryRun: isDryRun, session: self)
        var reader = CSVReader()
        while let bytes = try next() {
            for byte in bytes {
                guard let outcome = reader.read(byte) else { continue }
                try run.take(outcome)
                if try await run.writeFullChunk() { progress(run.report) }
            }
        }
        if let outcome = reader.finish() { try run.take(outcome) }
        return try await run.finish()
    }
}

/// An import on its way.
private struct ListImport {
    private struct Row {
        var line: Int
        /// In the order of the table's columns.
        var values: [String?]
    }

    private static let rowsAtOnce = 1_000
    /// All keys of a file are remembered, some 50 bytes each.
    private static let mostRecords = 2_000_000

    private let table: ListTable
    private let session: OperatorSession
    private(set) var report: ListReport
    /// For each of the table's columns, which field of a record it is. Nil before the first line.
    private var places: [Int?]?
    private var width = 0
    private var seen: Set<String> = []
    private var rows: [Row] = []

    init(list: PeopleList, workspace: String, isDryRun: Bool, session: OperatorSession) {
        table = list.table
        self.session = session
        report = ListReport(list, workspace: workspace, dryRun: isDryRun)
    }

    mutating func take(_ outcome: CSVReader.Outcome) throws(OperationsError) {
        guard let places else { return try takeHeader(outcome) }
        report.records += 1
        guard report.records <= Self.mostRecords else {
            throw .invalid(field: "file", message: "has more than \(Self.mostRecords) records: split it")
        }
        switch outcome {
        case .problem(let problem):
            report.refuse(
                line: problem.line, column: nil, code: problem.kind.rawValue,
                "field \(problem.field): \(problem.kind.sentence)")
        case .record(let record):
            guard record.fields.count == width else {
                return report.refuse(
                    line: record.line, column: nil, code: "wrong_number_of_fields",
                    "has \(record.fields.count) fields, and the first line has \(width)")
            }
            take(record, places)
        }
    }

    private mutating func take(_ record: CSVRecord, _ places: [Int?]) {
        var values: [String?] = []
        for (column, place) in zip(table.columns, places) {
            do throws(OperationsError) {
                values.append(try column.value(of: place.map { record.fields[$0] } ?? ""))
            } catch {
                return report.refuse(line: record.line, column: error.field, code: error.code, "\(error)")
            }
        }
        guard seen.insert(table.key(values)).inserted else { return report.duplicate += 1 }
        rows.append(Row(line: record.line, values: values))
    }

    private mutating func takeHeader(_ outcome: CSVReader.Outcome) throws(OperationsError) {
        guard case .record(let record) = outcome else {
            throw .invalid(field: "file", message: "line 1, which names the columns, cannot be read")
        }
        let names = record.fields.map { $0.lowercased().filter { !$0.isWhitespace } }
        let known = table.columns.map(\.name)
        if names.count == 1, let separator = names[0].first(where: { ";|".contains($0) }) {
            throw .invalid(
                field: "file", message: "line 1: fields are separated by commas, and not by \"\(separator)\"")
        }
        for name in names where !known.contains(name) {
            throw .invalid(
                field: "file",
                message: "line 1: there is no column \"\(name.prefix(100))\"; there are "
                    + known.joined(separator: ", "))
        }
        guard Set(names).count == names.count else {
            throw .invalid(field: "file", message: "line 1 names a column twice")
        }
        for column in table.columns where column.isRequired && !names.contains(column.name) {
            throw .invalid(field: "file", message: "line 1: the column \(column.name) is missing")
        }
        places = known.map { names.firstIndex(of: $0) }
        width = names.count
    }

    // MARK: Writing

    /// - Returns: whether there was a chunk to write.
    mutating func writeFullChunk() async throws -> Bool {
        guard rows.count >= Self.rowsAtOnce else { return false }
        try await write(rows[...])
        rows.removeAll(keepingCapacity: true)
        return true
    }

    mutating func finish() async throws -> ListReport {
        guard places != nil else {
            throw OperationsError.invalid(field: "file", message: "is empty: its first line names the columns")
        }
        try await write(rows[...])
        return report
    }

    /// Rows that the database refuses are found by halves and counted as invalid; those beside them are written. The line
    /// in the audit log is the chunk's: a run that is cut short has lines of all that it added.
    private mutating func write(_ rows: ArraySlice<Row>) async throws {
        guard let first = rows.first, let last = rows.last else { return }
        let (statement, parameters, report) = (sql, parameters(of: rows), report)
        let lock = "import:\(table.name) \(report.workspace)"
        do {
            let (suppressed, duplicate) = try await session.change(deadline: .seconds(60)) { change in
                // Two imports of one list, one after the other, or both would add the same person.
                try await change.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [.string(lock)])
                let found = try await change.query(statement, parameters)[0]
                let suppressed = Int(try found.decode(Int64.self, "suppressed"))
                let duplicate = Int(try found.decode(Int64.self, "duplicate"))
                let added = rows.count - suppressed - duplicate
                if !report.dryRun, added > 0 {
                    try await change.record(
                        "\(report.list.rawValue).import", target: report.workspace,
                        after: ["fromLine": first.line, "toLine": last.line, "added": added])
                }
                return (suppressed, duplicate)
            }
            self.report.suppressed += suppressed
            self.report.duplicate += duplicate
            self.report.valid += rows.count - suppressed - duplicate
        } catch let error as PostgresError {
            guard let fault = RowFault(error) else { throw error }
            guard rows.count > 1 else {
                return self.report.refuse(line: first.line, column: nil, code: "refused_by_database", fault.text)
            }
            let middle = rows.startIndex + rows.count / 2
            try await write(rows[..<middle])
            try await write(rows[middle...])
        }
    }

    private func parameters(of rows: ArraySlice<Row>) -> [PostgresValue] {
        [.string(report.workspace), .int64Array(rows.map { Int64($0.line) })]
            + table.columns.indices.map { index in .stringArray(rows.map { $0.values[index] }) }
    }

    /// `$1` the workspace, `$2` the lines, then a column each. A dry run leaves out the INSERT.
    private var sql: String {
        let names = table.columns.map(\.name)
        let arrays = names.indices.map { "$\($0 + 3)::text[]" }.joined(separator: ", ")
        let typed = table.columns.map(\.typed).joined(separator: ", ")
        let own = table.hasWorkspace ? ("workspace_id, ", "$1, ") : ("", "")
        let insert = """
            , made AS (
                INSERT INTO \(table.name) (\(own.0)\(names.joined(separator: ", ")))
                SELECT \(own.1)\(names.joined(separator: ", ")) FROM judged
                WHERE NOT is_suppressed AND NOT is_duplicate ORDER BY line
            )
            """
        return """
            WITH given AS MATERIALIZED (
                SELECT line, \(typed)
                FROM unnest($2::bigint[], \(arrays)) AS t(line, \(names.joined(separator: ", ")))
            ), judged AS MATERIALIZED (
                SELECT g.*, \(table.isKnown) AS is_duplicate, EXISTS (SELECT FROM suppressions u
                    WHERE u.phone = \(table.digits) AND u.workspace_id IN ('*', $1::text)) AS is_suppressed
                FROM given g
            )\(report.dryRun ? "" : insert)
            SELECT count(*) FILTER (WHERE is_suppressed) AS suppressed,
                count(*) FILTER (WHERE is_duplicate AND NOT is_suppressed) AS duplicate
            FROM judged
            """
    }
}

extension ListTable.Column {
    /// SQL: the file's text as the table has it. Whoever is not said to be inactive is active, as the table's default has it.
    fileprivate var typed: String {
        if case .boolean = kind { "coalesce(\(name)::boolean, true) AS \(name)" } else { "\(name)::\(type)" }
    }
}

extension CSVProblem.Kind {
    fileprivate var sentence: String {
        switch self {
        case .openQuote: "the file ends within quotes"
        case .textAfterQuote: "something other than a comma follows the closing quote"
        case .strayQuote: "a quote stands in a field that does not begin with one; double it, and quote the field"
        case .notUTF8: "it is not UTF-8"
        case .tooLong: "the record is longer than \(CSVReader.mostBytes) bytes"
        }
    }
}
