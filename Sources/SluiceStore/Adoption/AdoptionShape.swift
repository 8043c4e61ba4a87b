/// What of a database's tables, columns and names fits, is made to fit, or stands in the way.
struct AdoptionShape {
    typealias Finding = AdoptionReport.Finding

    let catalog: AdoptionCatalog

    func look(into report: inout AdoptionReport) {
        for table in UserTable.all where catalog.has(table.name) {
            guard ["r", "p"].contains(catalog.relations[table.name]) else {
                report.blockers.append(
                    Finding(
                        code: .notATable, subject: table.name,
                        explanation: "is not a table, and Sluice writes to it",
                        resolution: "ALTER VIEW \(table.name) RENAME TO \(table.name)_view;"))
                continue
            }
            lookAtKey(of: table, into: &report)
            lookAtColumns(of: table, into: &report)
        }
        lookAtUserKeys(into: &report)
        lookAtContacts(into: &report)
        for name in SchemaV1.ownRelations where catalog.has(name) { lookAtName(name, into: &report) }
    }

    private func lookAtKey(of table: UserTable, into report: inout AdoptionReport) {
        let (wanted, name): (UserColumn.Family, String)
        switch table.key {
        case .uuid: (wanted, name) = (.uuid, "uuid")
        case .text: (wanted, name) = (.text, "text")
        case .number: (wanted, name) = (.whole, "bigint")
        case .any, .none: return
        }
        guard let id = catalog.columns[table.name]?["id"], !wanted.accepts(id.type) else { return }
        let resolution =
            wanted != .uuid
            ? "ALTER TABLE \(table.name) ALTER COLUMN id TYPE \(name) USING id::text::\(name);"
            : """
            ALTER TABLE \(table.name) ADD COLUMN sluice_id uuid NOT NULL DEFAULT gen_random_uuid();
            -- then point what refers to \(table.name).id at sluice_id, drop id, and rename sluice_id to id
            """
        report.blockers.append(
            Finding(
                code: .typeNotSupported, subject: "\(table.name).id",
                explanation: "is \(id.type); it must be \(name)", resolution: resolution))
    }

    private func lookAtColumns(of table: UserTable, into report: inout AdoptionReport) {
        var missing: [String] = []
        for column in table.columns {
            guard let there = catalog.columns[table.name]?[column.name] else {
                missing.append(column.name)
                continue
            }
            let subject = "\(table.name).\(column.name)"
            if column.isOurs, !["workspace_id", "lead_id"].contains(column.name) {
                report.blockers.append(
                    Finding(
                        code: .columnTaken, subject: subject,
                        explanation: "is a name that Sluice needs for a column of its own",
                        resolution:
                            "ALTER TABLE \(table.name) RENAME COLUMN \(column.name) TO \(column.name)_before_sluice;"))
            } else if column.family == .instant, there.type == "timestamp without time zone" {
                lookAtChange(
                    of: there, subject, .timeGetsZone,
                    "becomes timestamp with time zone; times there are taken as in the zone of the database's settings",
                    into: &report)
            } else if !column.family.accepts(there.type) {
                report.blockers.append(
                    Finding(
                        code: .typeNotSupported, subject: subject,
                        explanation: "is \(there.type), which Sluice cannot work with",
                        resolution:
                            "ALTER TABLE \(table.name) ALTER COLUMN \(column.name) TYPE \(column.type) "
                            + "USING \(column.name)::text::\(column.type);"))
            }
        }
        guard !missing.isEmpty else { return }
        report.changes.append(
            Finding(
                code: .columnAdded, subject: table.name,
                explanation: "gets the columns \(missing.joined(separator: ", "))"))
    }

    private func lookAtChange(
        of column: AdoptionCatalog.Column, _ subject: String, _ code: Finding.Code, _ explanation: String,
        into report: inout AdoptionReport
    ) {
        guard let view = column.view else {
            report.changes.append(Finding(code: code, subject: subject, explanation: explanation))
            return
        }
        report.blockers.append(
            Finding(
                code: .viewInTheWay, subject: subject, explanation: "\(explanation), but the view \(view) reads it",
                resolution:
                    "DROP VIEW \(view);  -- keep its definition (\\d+ \(view)) and create it again after the migration")
        )
    }

    private func lookAtUserKeys(into report: inout AdoptionReport) {
        func kind(_ table: String) -> String? {
            catalog.columns[table]?["user_id"].map { UserColumn.Family.text.accepts($0.type) ? "text" : $0.type }
        }
        guard let lead = kind("leads"), let contact = kind("sequence_contacts"), lead != contact else { return }
        report.blockers.append(
            Finding(
                code: .userKeysDiffer, subject: "sequence_contacts.user_id",
                explanation: "is \(contact) where leads.user_id is \(lead); a contact gets its lead's user_id",
                resolution:
                    "ALTER TABLE sequence_contacts ALTER COLUMN user_id TYPE \(lead) USING user_id::text::\(lead);"))
    }

    /// The table that Sluice itself writes rows into.
    private func lookAtContacts(into report: inout AdoptionReport) {
        guard let columns = catalog.columns["sequence_contacts"] else { return }
        let given: Set = [
            "id", "sequence_id", "contact_phone", "current_trigger", "next_trigger_time", "current_step", "status",
        ]
        for (name, column) in columns.sorted(by: { $0.key < $1.key }) {
            let subject = "sequence_contacts.\(name)"
            if column.isRequired, !given.contains(name) {
                report.blockers.append(
                    Finding(
                        code: .columnRequired, subject: subject,
                        explanation: "must be given with each row, and Sluice enrolls people without it",
                        resolution: "ALTER TABLE sequence_contacts ALTER COLUMN \(name) DROP NOT NULL;"))
            }
            if ["status", "current_trigger", "contact_name", "contact_phone", "last_error"].contains(name),
                column.type.hasPrefix("character varying(")
            {
                lookAtChange(
                    of: column, subject, .lengthLimitDropped, "becomes text, so that nothing Sluice writes is too long",
                    into: &report)
            }
        }
        let statuses = ["active", "advance", "completed", "failed", "unknown", "paused", "cancelled"]
        for check in catalog.statusChecks {
            let refused = statuses.filter { !check.definition.contains("'\($0)'") }
            guard !refused.isEmpty else { continue }
            report.blockers.append(
                Finding(
                    code: .statusRefused, subject: "sequence_contacts.status",
                    explanation: "the constraint \(check.name) refuses \(refused.joined(separator: ", "))",
                    resolution: "ALTER TABLE sequence_contacts DROP CONSTRAINT \(check.name);"))
        }
        if !catalog.contactKeys.contains(["contact_phone", "sequence_id"]) {
            let perStep = catalog.contactKeys.contains(["contact_phone", "sequence_id", "sequence_stepid"])
            report.changes.append(
                Finding(
                    code: .keyAdded, subject: "sequence_contacts",
                    explanation: "gets a unique key on (sequence_id, contact_phone)"
                        + (perStep
                            ? ": the key that is there, with sequence_stepid in it, lets a person be in it once "
                                + "per step, and Sluice keeps one row that moves from step to step" : "")))
        }
    }

    private func lookAtName(_ name: String, into report: inout AdoptionReport) {
        let new = "\(name)_before_sluice"
        if catalog.has(new) {
            report.blockers.append(
                Finding(
                    code: .nameTakenTwice, subject: name,
                    explanation: "would be renamed to \(new), which is there already",
                    resolution: "ALTER TABLE \(new) RENAME TO \(new.split(separator: ".").last ?? "")_1;"))
        } else {
            report.changes.append(
                Finding(code: .nameMoved, subject: name, explanation: "is renamed to \(new), its rows kept"))
        }
    }
}

extension UserColumn.Family {
    /// Whether a column of this type, as `format_type` writes it, can stay as it is.
    func accepts(_ type: String) -> Bool {
        switch self {
        case .uuid: type == "uuid"
        case .text: type == "text" || type.hasPrefix("character varying") || type == "time without time zone"
        case .whole: ["smallint", "integer", "bigint"].contains(type)
        case .number:
            ["smallint", "integer", "bigint", "real", "double precision"].contains(type) || type.hasPrefix("numeric")
        case .boolean: type == "boolean"
        case .reference: Self.uuid.accepts(type) || Self.whole.accepts(type) || Self.text.accepts(type)
        case .numbers: ["bigint[]", "integer[]"].contains(type)
        case .json: type == "jsonb" || type == "json"
        case .instant: type == "timestamp with time zone" || type == "date"
        }
    }
}
