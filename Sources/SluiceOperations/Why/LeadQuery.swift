internal import FoundationEssentials
internal import PostgresDriver

/// One trigger of one lead and what there is to enter by it.
struct LeadSituation: Sendable {
    var id: UUID
    var name: String?
    var workspace: String
    /// Nil when the lead has none.
    var trigger: String?
    /// The sequence whose entry step the trigger names.
    var sequence: String?
    var sequenceID: UUID?
    var isEntryStep: Bool
    var isActive: Bool
    var isQueued: Bool
}

enum LeadQuery {
    private static let most = 100

    static let sql = statement("sluice_digits(l.phone) = $1")
    private static let byID = statement("l.id = $1")
    private static let byMalformedPhone = statement("sluice_digits(l.phone) IS NULL AND l.phone = $1")

    /// `$2` is the only workspace to look at; NULL: all of them.
    private static func statement(_ condition: String) -> String {
        """
        SELECT l.id, l.name, l.workspace_id, t.trigger, coalesce(q.name, q.id::text) AS sequence, q.id AS sequence_id,
            coalesce(st.is_entry_point, false) AS is_entry, coalesce(q.is_active, false) AS is_active,
            EXISTS (SELECT FROM enrollment_intake i WHERE i.lead_id = l.id AND i.trigger = t.trigger) AS is_queued
        FROM leads l
        LEFT JOIN LATERAL sluice_triggers(l.trigger) t(trigger) ON true
        LEFT JOIN sequence_steps st ON st.workspace_id = l.workspace_id AND st.trigger = t.trigger
        LEFT JOIN sequences q ON q.id = st.sequence_id
        WHERE \(condition) AND ($2::text IS NULL OR l.workspace_id = $2)
        ORDER BY l.id, t.trigger LIMIT \(most)
        """
    }

    static func of(
        _ phone: PhoneNumber, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [LeadSituation] {
        try await leads(sql, .string(phone.digits), workspace, database)
    }

    static func lead(
        _ id: UUID, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [LeadSituation] {
        try await leads(byID, .uuid(id), workspace, database)
    }

    /// Those whose phone is this text and no number. Found among the malformed ones, which an index knows.
    static func malformed(
        _ phone: String, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [LeadSituation] {
        try await leads(byMalformedPhone, .string(phone), workspace, database)
    }

    private static func leads(
        _ statement: String, _ value: PostgresValue, _ workspace: String?, _ database: any PostgresExecutor
    ) async throws -> [LeadSituation] {
        try await database.query(statement, [value, .string(workspace)]).map { row in
            LeadSituation(
                id: try row.decode(UUID.self, "id"), name: try row.decode(String?.self, "name").map { Words.cut($0) },
                workspace: try row.decode(String.self, "workspace_id"),
                trigger: try row.decode(String?.self, "trigger").map { Words.cut($0) },
                sequence: try row.decode(String?.self, "sequence").map { Words.cut($0) },
                sequenceID: try row.decode(UUID?.self, "sequence_id"),
                isEntryStep: try row.decode(Bool.self, "is_entry"), isActive: try row.decode(Bool.self, "is_active"),
                isQueued: try row.decode(Bool.self, "is_queued"))
        }
    }
}

/// Why a lead's trigger has led to no enrollment.
enum LeadVerdict {
    static func triggers(
        _ leads: [LeadSituation], _ contacts: [ContactSituation], _ intake: IntakePace
    ) -> [WhyReport.LeadTrigger] {
        leads.compactMap { lead in
            let isEnrolled = contacts.contains { $0.workspace == lead.workspace && $0.sequence.name == lead.sequence }
            if lead.trigger == nil, !contacts.isEmpty { return nil }
            if isEnrolled, !lead.isQueued { return nil }
            return WhyReport.LeadTrigger(
                leadID: lead.id, workspace: lead.workspace, trigger: lead.trigger ?? "", reason: reason(lead, intake))
        }
    }

    private static func reason(_ lead: LeadSituation, _ intake: IntakePace) -> Reason {
        guard let trigger = lead.trigger else {
            return Reason("no_trigger", "The lead has no trigger, so it enters no sequence.")
        }
        if lead.isQueued {
            return Reason(
                "being_enrolled",
                "The trigger \"\(trigger)\" was given and not worked off yet; it enters \(intake.soon).")
        }
        guard let sequence = lead.sequence else {
            return Reason("no_step", "No step of any sequence has the trigger \"\(trigger)\".")
        }
        if !lead.isEntryStep {
            return Reason(
                "no_entry_step",
                "The step \"\(trigger)\" of \"\(sequence)\" is not an entry point, so nobody enters by it.")
        }
        if !lead.isActive {
            return Reason("sequence_paused", "The sequence \"\(sequence)\" is not active; leads enter when it is.")
        }
        return Reason(
            "not_enrolled", "Nothing stands against entering \"\(sequence)\": it should happen \(intake.soon).")
    }
}
