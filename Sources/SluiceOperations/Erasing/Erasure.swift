internal import FoundationEssentials
internal import PostgresDriver

extension OperatorSession {
    /// Removes a person: nothing more is sent to them, what is about them alone is deleted, and what caps and counts
    /// hang on loses their number, their name and what was written. A number stays on the suppression list; no list keeps
    /// ids of pages.
    ///
    /// In chunks, each its own transaction. Run again it goes on where it was cut short, and finds nothing in the end.
    ///
    /// - Parameters:
    ///   - workspace: only what is in it; nil: everywhere, as it must be of a page's id: pages are no workspace's.
    ///   - isDryRun: counts, and changes nothing.
    ///   - progress: is told the table that is being looked through.
    /// - Throws: ``OperationsError``: `not_owner`, or `in_flight` when a message to the person had not ended after
    ///   ``Erasure/longestFlight``; they are suppressed then, and nothing else is done.
    public func erase(
        _ person: ErasedIdentity, in workspace: String?, isDryRun: Bool, progress: (String) -> Void = { _ in }
    ) async throws -> ErasureReport {
        guard workspace == nil || person.page == nil else {
            throw OperationsError.invalid(field: "workspaceId", message: "pages are no workspace's")
        }
        try await WorkspaceLookup.require(workspace, on: database)
        try await requireErasingRole()
        var erasure = Erasure(of: person, in: workspace, isDryRun: isDryRun, on: database)
        if isDryRun {
            try await erasure.count(progress)
        } else {
            try await beginErasing(person, in: workspace)
            try await erasure.run(progress)
        }
        return erasure.report
    }

    /// Nobody but the owner of the tables may do it: operators change neither the ledger nor what was written down of
    /// them.
    private func requireErasingRole() async throws {
        let tables = Set(ErasedTable.all.map(\.name)).sorted()
        let row = try await database.query(
            """
            SELECT current_user::text AS role, bool_and(has_table_privilege(t, 'UPDATE')
                AND has_table_privilege(t, 'DELETE')) AS may FROM unnest($1::text[]) t
            """, [.stringArray(tables)])[0]
        if try row.decode(Bool.self, "may") { return }
        throw OperationsError.refused(
            code: "not_owner",
            message: "the database role \"\(try row.decode(String.self, "role"))\" may not erase people: "
                + "use the owner's, as for `sluice migrate`")
    }

    /// Suppresses a number: whoever waits is let go by the schema, and no message of the person's takes this back. The line
    /// in the audit log is written before anything is done, and without what they are known by.
    private func beginErasing(_ person: ErasedIdentity, in workspace: String?) async throws {
        try await change(deadline: .seconds(60)) { change in
            if case .phone(let number) = person {
                try await change.query(
                    """
                    INSERT INTO suppressions (workspace_id, phone, reason)
                    VALUES (coalesce($2::text, '*'), $1, 'erased') ON CONFLICT DO NOTHING
                    """, [.string(number.digits), .string(workspace)])
                try await change.query(
                    """
                    UPDATE suppressions SET reason = 'erased', by_message = false
                    WHERE phone = $1 AND ($2::text IS NULL OR workspace_id = $2) AND (reason <> 'erased' OR by_message)
                    """, [.string(number.digits), .string(workspace)])
            }
            try await change.record("people.erase", target: workspace ?? "*")
        }
    }
}

/// An erasure on its way.
struct Erasure {
    /// A request may be open for a minute, and its outcome be known another minute later.
    static let longestFlight: Duration = .seconds(180)
    /// 32 MB of a table at a time.
    private static let blocksAtOnce = 4_096
    private static let contactsAtOnce = 100_000

    private let person: ErasedIdentity
    private let workspace: String?
    private let database: any PostgresTransactor
    private(set) var report: ErasureReport
    private var contacts: [UUID] = []

    init(of person: ErasedIdentity, in workspace: String?, isDryRun: Bool, on database: any PostgresTransactor) {
        self.person = person
        self.workspace = workspace
        self.database = database
        report = ErasureReport(workspace: workspace ?? "*", page: person.page, dryRun: isDryRun)
    }

    mutating func count(_ progress: (String) -> Void) async throws {
        progress("sequence_contacts")
        try await findContacts()
        for table in ErasedTable.all { try await work(on: table, progress) }
    }

    mutating func run(_ progress: (String) -> Void) async throws {
        for table in ErasedTable.origins { try await work(on: table, progress) }
        try await forEachPart(of: ErasedTable.stoppedEvents, progress)
        try await findContacts()
        repeat {
            progress("messages in flight")
            try await forEachPart(of: ErasedTable.stoppedContacts) { _ in }
            try await awaitOutcomes()
            for table in ErasedTable.traces { try await work(on: table, progress) }
            // Somebody may have been entering them this moment.
            try await findContacts()
        } while !contacts.isEmpty
        for table in ErasedTable.rest { try await work(on: table, progress) }
    }

    private mutating func work(on table: ErasedTable, _ progress: (String) -> Void) async throws {
        let rows = try await forEachPart(of: table, progress)
        report.add(rows, of: table)
    }

    /// - Returns: how many rows there were.
    @discardableResult
    private func forEachPart(of table: ErasedTable, _ progress: (String) -> Void) async throws -> Int {
        progress(table.name)
        guard !table.isByKey else {
            let statement = table.statement(counting: report.dryRun, in: table.name, where: "true")
            return Int(try await query(statement).scalar(Int64.self))
        }
        var rows = 0
        for part in try await parts(of: table.name) {
            let statement = table.statement(counting: report.dryRun, in: part.name, where: part.rows)
            rows += Int(try await query(statement).scalar(Int64.self))
        }
        return rows
    }

    private func query(_ sql: String) async throws -> PostgresResult {
        try await database.query(sql, parameters, deadline: .seconds(60))
    }

    private var parameters: [PostgresValue] {
        [
            .string(person.name), .string(workspace), .string(person.pattern), .uuidArray(contacts),
            .int64(person.page),
        ]
    }

    // MARK: Parts of tables

    /// Some megabytes of a table, or of a partition of it.
    private struct Part {
        var name: String
        /// SQL: the rows `t` in it.
        var rows: String
    }

    private func parts(of table: String) async throws -> [Part] {
        let relations = try await database.query(
            """
            SELECT c.oid::regclass::text AS name, pg_relation_size(c.oid) / current_setting('block_size')::int AS blocks
            FROM pg_class c WHERE c.oid = $1::text::regclass AND c.relkind = 'r'
                OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::text::regclass)
            ORDER BY 1
            """, [.string(table)])
        return try relations.flatMap { row in
            let (name, blocks) = (try row.decode(String.self, "name"), try row.decode(Int64.self, "blocks"))
            let starts = stride(from: 0, through: max(0, blocks - 1), by: Self.blocksAtOnce)
            return starts.map { start in
                let end = start + Int64(Self.blocksAtOnce)
                // The last one has no end: the table grows.
                let below = end < blocks ? " AND t.ctid < '(\(end),0)'" : ""
                return Part(name: name, rows: "t.ctid >= '(\(start),0)'\(below)")
            }
        }
    }

    // MARK: Contacts

    private mutating func findContacts() async throws {
        var found: Set<UUID> = []
        for (table, sql) in ErasedTable.contactQueries {
            for part in try await parts(of: table) where found.count < Self.contactsAtOnce {
                let rows = try await query("WITH \(ErasedTable.given) \(sql) AND \(part.rows)")
                found.formUnion(try rows.column(UUID.self, at: 0))
            }
        }
        contacts = found.sorted { $0.uuidString < $1.uuidString }
    }

    /// Whoever is suppressed is not reserved any more. What was before ends by itself, and would be written down with
    /// the gateway's id of the message if it ended after the ledger was emptied.
    private func awaitOutcomes() async throws {
        let end = ContinuousClock.now + Self.longestFlight
        while true {
            let open = try await query(
                """
                WITH \(ErasedTable.given)
                SELECT (SELECT count(*) FROM sequence_contacts WHERE id = ANY ($4) AND claim_state = 2)
                    + (SELECT count(*) FROM settles_left WHERE contact_id = ANY ($4))
                """
            ).scalar(Int64.self)
            if open == 0 { return }
            guard ContinuousClock.now < end else {
                throw OperationsError.refused(
                    code: "in_flight",
                    message: "what becomes of \(Words.counted(Int(open), "message")) to them is not known yet. "
                        + "Nothing more is sent to them; run the same command again")
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
