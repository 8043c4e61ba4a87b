internal import PostgresDriver

/// What will become of the rows, counted.
struct AdoptionRows {
    typealias Finding = AdoptionReport.Finding

    let catalog: AdoptionCatalog

    func look(into report: inout AdoptionReport, _ executor: some PostgresExecutor) async throws {
        if catalog.has("sequence_contacts") {
            try await lookAtDuplicates(into: &report, executor)
            try await lookAtChanges(into: &report, executor)
        }
        if catalog.has("sequence_steps"), catalog.has("sequence_steps", "trigger") {
            try await lookAtTriggers(into: &report, executor)
        }
    }

    /// One person is one row of a sequence, however the number is written.
    private func lookAtDuplicates(into report: inout AdoptionReport, _ executor: some PostgresExecutor) async throws {
        guard catalog.has("sequence_contacts", "contact_phone"), catalog.has("sequence_contacts", "sequence_id") else {
            return
        }
        let digits = "coalesce(nullif(regexp_replace(contact_phone, '[^0-9]', '', 'g'), ''), contact_phone)"
        let surplus = try await executor.query(
            """
            SELECT coalesce(sum(n - 1), 0)::int8 FROM (SELECT count(*) AS n FROM sequence_contacts
                WHERE contact_phone IS NOT NULL GROUP BY sequence_id, \(digits) HAVING count(*) > 1) d
            """
        ).scalar(Int64.self)
        guard surplus > 0 else { return }
        let order = catalog.has("sequence_contacts", "current_step") ? "current_step DESC NULLS LAST, id" : "id"
        report.blockers.append(
            Finding(
                code: .duplicateContacts, subject: "sequence_contacts",
                explanation:
                    "\(surplus) rows are of people who have another row in the same sequence (one per step, or with "
                    + "their number written differently). Sluice keeps one row per person and sequence. "
                    + "The SQL below keeps the most advanced and puts the others aside.",
                rows: surplus,
                resolution: """
                    BEGIN;
                    CREATE TABLE sequence_contacts_put_aside AS
                        SELECT * FROM (SELECT *, row_number() OVER (
                            PARTITION BY sequence_id, \(digits)
                            ORDER BY \(order)) AS place
                            FROM sequence_contacts WHERE contact_phone IS NOT NULL) c WHERE place > 1;
                    DELETE FROM sequence_contacts WHERE id IN (SELECT id FROM sequence_contacts_put_aside);
                    COMMIT;
                    """))
    }

    private func lookAtTriggers(into report: inout AdoptionReport, _ executor: some PostgresExecutor) async throws {
        let owner = catalog.has("sequences", "user_id") ? "q.user_id::text" : "NULL::text"
        let join =
            catalog.has("sequences") && catalog.has("sequence_steps", "sequence_id")
            ? "LEFT JOIN sequences q ON q.id = st.sequence_id" : "CROSS JOIN (SELECT NULL::text AS user_id) q"
        let rows = try await executor.query(
            """
            SELECT trigger, count(*) AS n FROM sequence_steps st \(join)
            WHERE trigger IS NOT NULL GROUP BY trigger, \(owner) HAVING count(*) > 1 ORDER BY 1
            """)
        guard rows.count > 0 else { return }
        let names = try rows.prefix(5).map { "\"\(try $0.decode(String.self, "trigger"))\"" }.joined(separator: ", ")
        report.blockers.append(
            Finding(
                code: .duplicateTriggers, subject: "sequence_steps.trigger",
                explanation: "a trigger names one step of its workspace, but these name several: \(names)"
                    + (rows.count > 5 ? " and \(rows.count - 5) more" : "")
                    + ". Rename all but one of each, and with them the "
                    + "next_trigger of the steps before and the current_trigger of the contacts that stand there.",
                rows: try rows.reduce(0) { try $0 + $1.decode(Int64.self, "n") },
                resolution: """
                    UPDATE sequence_steps SET trigger = NULL WHERE trigger = '';
                    SELECT id, sequence_id, trigger, next_trigger FROM sequence_steps
                        WHERE trigger IN (\(names.replacingQuotes));
                    """))
    }

    private func lookAtChanges(into report: inout AdoptionReport, _ executor: some PostgresExecutor) async throws {
        let held = ["processing_device_id", "processing_started_at"].filter { catalog.has("sequence_contacts", $0) }
            .map { "\($0) IS NOT NULL" }.joined(separator: " OR ")
        let isOver = "status IN ('completed', 'failed', 'cancelled', 'paused')"
        let hasStatus = catalog.has("sequence_contacts", "status")
        var looks: [(code: Finding.Code, condition: String, words: String)] = []
        if !held.isEmpty, hasStatus {
            looks.append(
                (
                    .becomesUnknown, "(\(held)) AND NOT coalesce(\(isOver), true)",
                    "become unknown: the previous system had them in hand, and nobody can know whether they were sent"
                ))
            looks.append(
                (
                    .leftoversCleared, "(\(held)) AND coalesce(\(isOver), true)",
                    "have ended and lose what the previous system left in processing_device_id and _started_at"
                ))
        }
        if hasStatus {
            looks.append((.becomesPaused, "status IS NULL", "have no status and become paused"))
            if catalog.has("sequence_contacts", "next_trigger_time") {
                looks.append(
                    (
                        .becomesHeld,
                        "status = 'active' AND next_trigger_time IS NULL" + (held.isEmpty ? "" : " AND NOT (\(held))"),
                        "are active without a due time and are held as no_due_time"
                    ))
            }
        }
        for look in looks {
            let rows = try await executor.query("SELECT count(*) FROM sequence_contacts WHERE \(look.condition)")
                .scalar(Int64.self)
            guard rows > 0 else { continue }
            report.changes.append(
                Finding(
                    code: look.code, subject: "sequence_contacts", explanation: "\(rows) rows \(look.words)", rows: rows
                ))
        }
    }
}

extension String {
    /// A list of names in double quotes as one of SQL strings.
    fileprivate var replacingQuotes: String {
        split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "'")
    }
}
