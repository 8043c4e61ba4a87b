internal import FoundationEssentials
internal import PostgresDriver

/// One enrollment by a producer, within its transaction. It writes as a user's SQL would and leaves the rest to the
/// schema's triggers.
struct Enrolling {
    let request: EnrollmentRequest
    let phone: PhoneNumber
    let transaction: PostgresTransaction

    private var workspace: String { request.workspaceId ?? "default" }
    /// As the database compares it, without spaces around it.
    private var trigger: String? { request.trigger?.trimmed }

    func run() async throws -> EnrollmentAnswer {
        try await WorkspaceLookup.require(workspace, on: transaction)
        try await lockExternalID()
        if let known = try await alreadyEnrolled() { return known }
        try await requireDevice()
        guard let trigger else { return try await enroll(in: try await sequence(), lead: nil, entry: nil) }
        let entry = request.externalId == nil ? nil : try await entryStep(trigger)
        let lead = try await giveTrigger(trigger)
        if let entry { return try await enroll(in: entry, lead: lead.id, entry: trigger) }
        return EnrollmentAnswer(
            status: .triggered, leadId: lead.id, workspaceId: workspace, repeated: lead.hadTrigger)
    }

    /// Requests with one external id, one after the other: the later ones shall find what the first one did, and not be
    /// half-way through when they lose the race.
    private func lockExternalID() async throws {
        guard let external = request.externalId else { return }
        try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text || ':external:' || $2::text, 0))",
            [.string(workspace), .string(external)])
    }

    private func alreadyEnrolled() async throws -> EnrollmentAnswer? {
        guard let external = request.externalId else { return nil }
        let rows = try await transaction.query(
            """
            SELECT e.contact_id, c.lead_id, c.sequence_id
            FROM external_ids e LEFT JOIN sequence_contacts c ON c.id = e.contact_id
            WHERE e.workspace_id = $1 AND e.external_id = $2
            """, [.string(workspace), .string(external)])
        return try rows.first.map { row in
            EnrollmentAnswer(
                status: .enrolled, contactId: try row.decode(UUID.self, "contact_id"),
                leadId: try row.decode(UUID?.self, "lead_id"),
                sequenceId: try row.decode(UUID?.self, "sequence_id"), workspaceId: workspace, repeated: true)
        }
    }

    private func requireDevice() async throws {
        guard let device = request.deviceId else { return }
        let rows = try await transaction.query(
            "SELECT FROM user_devices WHERE id = $1 AND workspace_id = $2", [.uuid(device), .string(workspace)])
        if rows.isEmpty { throw OperationsError.notFound(kind: "device", given: device.text, nearest: []) }
    }

    private func sequence() async throws -> UUID {
        let rows = try await transaction.query(
            "SELECT id FROM sequences WHERE id = $1 AND workspace_id = $2",
            [.uuid(request.sequenceId), .string(workspace)])
        guard let id = try rows.column(UUID.self, at: 0).first else {
            throw OperationsError.notFound(kind: "sequence", given: request.sequenceId?.text ?? "", nearest: [])
        }
        return id
    }

    private func entryStep(_ trigger: String) async throws -> UUID {
        let rows = try await transaction.query(
            """
            SELECT q.id FROM sequence_steps st
            JOIN sequences q ON q.id = st.sequence_id AND q.workspace_id = st.workspace_id
            WHERE st.workspace_id = $1 AND st.trigger = $2 AND st.is_entry_point
            """, [.string(workspace), .string(trigger)])
        guard let id = try rows.column(UUID.self, at: 0).first else {
            throw OperationsError.refused(
                code: "unknown_trigger",
                message: "no sequence of workspace \(workspace) begins with the trigger \"\(trigger)\"",
                field: "trigger")
        }
        return id
    }

    /// The lead with this number gets the trigger if it has not got it; the oldest one when several share the number.
    private func giveTrigger(_ trigger: String) async throws -> (id: UUID, hadTrigger: Bool) {
        // Two requests for one new number, one after the other, or both would create the lead.
        try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text || ':' || $2::text, 0))",
            [.string(workspace), .string(phone.digits)])
        let rows = try await transaction.query(
            Self.updateLeadSQL,
            [
                .string(workspace), .string(phone.digits), .string(trigger), .string(request.name),
                .uuid(request.deviceId),
            ])
        if let row = rows.first {
            return (try row.decode(UUID.self, "id"), try row.decode(Bool.self, "had_trigger"))
        }
        let id = try await transaction.query(
            """
            INSERT INTO leads (workspace_id, phone, trigger, name, device_id) VALUES ($1, $2, $3, $4, $5) RETURNING id
            """,
            [
                .string(workspace), .string(request.phone), .string(trigger), .string(request.name),
                .uuid(request.deviceId),
            ]
        ).scalar(UUID.self)
        return (id, false)
    }

    /// Enters, or enters again what has ended; what runs already is left alone.
    private func enroll(in sequence: UUID, lead: UUID?, entry: String?) async throws -> EnrollmentAnswer {
        let rows = try await transaction.query(
            Self.enrollSQL,
            [
                .string(workspace), .string(phone.digits), .uuid(sequence), .string(request.phone),
                .string(request.name), .uuid(request.deviceId), .string(request.externalId), .uuid(lead),
                .string(entry),
            ])
        if let row = rows.first {
            return EnrollmentAnswer(
                status: .enrolled, contactId: try row.decode(UUID.self, "id"), leadId: lead, sequenceId: sequence,
                workspaceId: workspace, repeated: false)
        }
        let known = try await transaction.query(
            """
            SELECT id FROM sequence_contacts
            WHERE recipient = $1 AND source_id = $2 AND kind = 'sequence' AND workspace_id = $3
              AND (claim_state = 0 OR status NOT IN ('completed', 'failed', 'cancelled'))
            """, [.string(phone.digits), .string(sequence.text), .string(workspace)])
        guard let id = try known.column(UUID.self, at: 0).first else {
            // It has ended with its last message still in flight, or plain SQL has just used the external id. Failing
            // takes back what this request wrote, so that asking again starts clean.
            throw OperationsError.refused(code: "conflict", message: "the same enrollment is being written; ask again")
        }
        return EnrollmentAnswer(
            status: .enrolled, contactId: id, leadId: lead, sequenceId: sequence, workspaceId: workspace,
            repeated: true)
    }

    private static let updateLeadSQL = """
        WITH lead AS (
            SELECT id, trigger, $3::text IN (SELECT sluice_triggers(trigger)) AS had_trigger FROM leads
            WHERE workspace_id = $1 AND sluice_digits(phone) = $2 ORDER BY created_at, id LIMIT 1 FOR UPDATE
        ), given AS (
            UPDATE leads l SET trigger = concat_ws(',', nullif(btrim(l.trigger), ''), $3::text),
                name = coalesce($4, l.name), device_id = coalesce($5, l.device_id), updated_at = now()
            FROM lead WHERE l.id = lead.id AND NOT lead.had_trigger
        )
        SELECT id, had_trigger FROM lead
        """

    private static let enrollSQL = """
        WITH ended AS MATERIALIZED (
            SELECT c.id, e.trigger, e.day_number FROM sequence_contacts c
            CROSS JOIN (SELECT trigger, day_number FROM sequence_steps WHERE sequence_id = $3 AND is_entry_point
                AND ($9::text IS NULL OR trigger = $9) ORDER BY day_number, id LIMIT 1) e
            WHERE c.recipient = $2 AND c.source_id = $3::uuid::text AND c.kind = 'sequence' AND c.workspace_id = $1
              AND c.claim_state = 0 AND c.status IN ('completed', 'failed', 'cancelled')
            FOR UPDATE OF c
        ), again AS MATERIALIZED (
            SELECT * FROM ended WHERE $7::text IS NULL OR sluice_use_external_id($1, $7, id)
        ), revived AS (
            UPDATE sequence_contacts c SET generation = c.generation + 1, moves = 0, retry_count = 0, status = 'active',
                hold_reason = NULL, last_error = NULL, completed_at = NULL, next_trigger_time = now(), lane_id = NULL,
                external_id = coalesce($7, c.external_id), lead_id = coalesce($8, c.lead_id),
                contact_name = coalesce($5, c.contact_name), assigned_device_id = coalesce($6, c.assigned_device_id),
                current_trigger = e.trigger, entry_trigger = coalesce($9, e.trigger),
                current_step = coalesce(e.day_number, 1), updated_at = now()
            FROM again e WHERE c.id = e.id
            RETURNING c.id
        ), entered AS (
            INSERT INTO sequence_contacts (sequence_id, contact_phone, contact_name, assigned_device_id, workspace_id,
                external_id, lead_id, entry_trigger, current_trigger, current_step)
            SELECT $3, $4, $5, $6, $1, $7, $8, $9, $9, 1 WHERE NOT EXISTS (SELECT FROM revived)
            ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT id FROM revived UNION ALL SELECT id FROM entered
        """
}
