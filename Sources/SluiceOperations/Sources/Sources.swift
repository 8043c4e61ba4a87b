internal import FoundationEssentials
internal import PostgresDriver

extension OperatorSession {
    /// Sequences, campaigns that are not over, and triggers with settings, by kind and id.
    /// - Parameters:
    ///   - settingsOnly: only those that have a setting.
    ///   - cursor: of the page before.
    /// - Throws: ``OperationsError/invalid(field:message:)`` for a cursor that is none.
    public func listSources(
        in workspace: String? = nil, settingsOnly: Bool = false, after cursor: String? = nil, most: Int = 100
    ) async throws -> SourcePage {
        let after = try cursor.map { cursor throws(OperationsError) in
            let parts = cursor.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .invalid(field: "cursor", message: PageCursor.advice) }
            return parts
        }
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            """
            \(SourceLine.sql)
            WHERE s.kind IN ('sequence', 'campaign', 'trigger') AND s.workspace_id <> '*' AND s.state <> 'cancelled'
              AND (s.kind <> 'campaign' OR EXISTS (SELECT FROM message_runs r
                WHERE r.id::text = s.source_id AND r.status NOT IN ('finished', 'failed', 'cancelled')))
              AND ($1::text IS NULL OR s.workspace_id = $1)
              AND (NOT $2 OR s.rate_per_minute IS NOT NULL OR s.quiet_from IS NOT NULL OR s.expires_after IS NOT NULL)
              AND ($3::text IS NULL OR (s.kind, s.source_id) > ($3, $4))
            ORDER BY s.kind, s.source_id LIMIT $5
            """,
            [
                .string(workspace), .bool(settingsOnly), .string(after?[0]), .string(after?[1]),
                .int64(Int64(most) + 1),
            ])
        let last = rows.count > most ? rows[most - 1] : nil
        return SourcePage(
            sources: try rows.prefix(most).map(SourceLine.init),
            nextCursor: try last.map {
                "\(try $0.decode(String.self, "kind"))/\(try $0.decode(String.self, "source_id"))"
            })
    }

    /// Changes the settings of one; they hold from the next claim and the next message on.
    /// - Parameters:
    ///   - id: see ``SettableSource``.
    ///   - workspace: where it must be; nil: anywhere, and a trigger's is `default`.
    /// - Throws: ``OperationsError``: not found, ambiguous, or a value that cannot be.
    public func setSource(
        _ kind: SettableSource, _ id: String, to change: SourceChange, in workspace: String? = nil
    ) async throws -> SourceLine {
        let wanted = try change.validated()
        return try await self.change { audited in
            let source = try await audited.sourceID(kind, id, in: workspace)
            let before = try await audited.source(kind, source, locking: true)
            guard let before, workspace == nil || before.workspace == workspace else {
                throw OperationsError.notFound(kind: kind.rawValue, given: id, nearest: [])
            }
            try await audited.query(
                """
                UPDATE sources SET rate_per_minute = CASE WHEN $3 THEN rate_per_minute ELSE $4 END,
                    quiet_from = CASE WHEN $5 THEN quiet_from ELSE $6::text::time END,
                    quiet_to = CASE WHEN $5 THEN quiet_to ELSE $7::text::time END,
                    expires_after = CASE WHEN $8 THEN expires_after ELSE $9::bigint * interval '1 second' END
                WHERE kind = $1 AND source_id = $2
                """,
                [
                    .string(kind.rawValue), .string(source), .bool(change.ratePerMinute.isKept),
                    .int32(change.ratePerMinute.value.map(Int32.init)), .bool(change.quietHours.isKept),
                    .string(wanted.quiet?.from), .string(wanted.quiet?.to),
                    .bool(change.expiresAfter.isKept), .int64(wanted.expiresAfter.map { Int64($0.seconds) }),
                ])
            guard let after = try await audited.source(kind, source) else {
                throw OperationsError.notFound(kind: kind.rawValue, given: id, nearest: [])
            }
            try await audited.record("sources.set", target: "\(kind.rawValue) \(source)", before: before, after: after)
            return after
        }
    }
}

extension AuditedTransaction {
    /// The key of a source; that of a trigger is made, with the priority that triggers have.
    fileprivate func sourceID(
        _ kind: SettableSource, _ id: String, in workspace: String?
    ) async throws -> String {
        switch kind {
        case .sequence: return try await SequenceLookup.find(id, in: workspace, on: transaction).text
        case .campaign: return id
        case .trigger:
            guard let number = Int64(id) else {
                throw OperationsError.invalid(field: "id", message: "a trigger is named by its trigger_id, a number")
            }
            let home = workspace ?? "default"
            try await WorkspaceLookup.require(home, on: transaction)
            return try await query(
                """
                WITH made AS (
                    INSERT INTO sources (kind, source_id, workspace_id, name, priority, on_unknown)
                    VALUES ('trigger', sluice_trigger_source($1, $2), $1, 'trigger ' || $2, 1, 'continue')
                    ON CONFLICT DO NOTHING)
                SELECT sluice_trigger_source($1, $2)
                """, [.string(home), .int64(number)]
            ).scalar(String.self)
        }
    }

    fileprivate func source(
        _ kind: SettableSource, _ id: String, locking: Bool = false
    ) async throws -> SourceLine? {
        try await query(
            "\(SourceLine.sql) WHERE s.kind = $1 AND s.source_id = $2\(locking ? " FOR NO KEY UPDATE OF s" : "")",
            [.string(kind.rawValue), .string(id)]
        ).first.map(SourceLine.init)
    }
}
