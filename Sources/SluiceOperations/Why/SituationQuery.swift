internal import FoundationEssentials
internal import PostgresDriver

/// Reads ``ContactSituation``s: of one contact, or of all enrollments of one number.
enum SituationQuery {
    /// Enrollments of one person that are looked at.
    static let most = 100

    /// `$2` is the only workspace to look at; NULL: all of them.
    private static func sql(_ condition: String) -> String {
        """
        SELECT now() AS now, c.id, c.workspace_id, c.recipient, c.contact_name,
            -- A malformed phone stands on the lead alone.
            coalesce(c.contact_phone, (SELECT phone FROM leads WHERE id = c.lead_id)) AS contact_phone,
            c.status, c.hold_reason, c.last_error, coalesce(c.retry_count, 0) AS retry_count, c.claim_state, c.processing_started_at,
            c.next_trigger_time, c.completed_at, c.lane_id IS NOT NULL AS has_lane, c.current_trigger, st.next_trigger,
            c.kind, coalesce(CASE WHEN c.kind = 'sequence' THEN r.name END, c.source_id) AS sequence,
            coalesce(r.state, 'paused') AS source_state, c.expires_at, c.sequence_id IS NOT NULL AND q.id IS NULL AS is_deleted,
            (SELECT count(*) FROM (SELECT FROM sequence_contacts a WHERE a.lane_id = c.lane_id AND a.status = 'active'
                AND a.next_trigger_time < least(c.next_trigger_time, now()) LIMIT 1000) a)::int AS ahead,
            d.id AS device_id, coalesce(d.device_name, d.id::text) AS device_name, p.cap_key, k.hourly_cap, k.daily_cap,
            coalesce(s.state, 'connected') AS device_state, s.until AS state_until,
            p.paused_at IS NOT NULL AS device_paused, p.paused_reason, k.history_from,
            p.gateway_id IS NOT NULL OR EXISTS (SELECT FROM gateways WHERE is_default) AS has_gateway,
            CASE WHEN p.device_id IS NOT NULL THEN \(DeviceSettingsProblem.sql(of: "p")) END AS settings_problem,
            l.incarnation IS NOT NULL AS has_owner, l.node_name AS owner,
            EXISTS (SELECT FROM pauses WHERE scope = '*') AS all_paused,
            EXISTS (SELECT FROM pauses WHERE scope = c.workspace_id) AS workspace_paused,
            EXISTS (SELECT FROM suppressions x WHERE x.phone = c.recipient AND x.workspace_id IN ('*', c.workspace_id))
                AS is_suppressed,
            EXISTS (SELECT FROM coordinator_lease WHERE incarnation IS NOT NULL AND expires_at > now()) AS has_leader,
            r.rate_per_minute, (SELECT sluice_pace_until(x.claimed_at, x.claimed, r.rate_per_minute, now())
                FROM source_paces x WHERE x.kind = r.kind AND x.source_id = r.source_id AND r.rate_per_minute > 0)
                AS pace_until,
            h.quiet_until, to_char(h.quiet_until AT TIME ZONE h.zone, 'HH24:MI ') || h.zone AS quiet_end,
            a.state AS attempt_state, a.code AS attempt_code, coalesce(a.settled_at, a.reserved_at) AS attempt_at,
            a.deadline AS attempt_deadline
        FROM sequence_contacts c
        LEFT JOIN sequences q ON q.id = c.sequence_id
        LEFT JOIN sources r ON r.kind = c.kind AND r.source_id = coalesce(c.lane_source, c.source_id)
        LEFT JOIN LATERAL (
            SELECT sluice_quiet_until(now(), r.quiet_from, r.quiet_to, c.time_zone, c.workspace_id) AS quiet_until,
                sluice_zone(c.time_zone, c.workspace_id) AS zone WHERE r.quiet_from IS NOT NULL) h ON true
        LEFT JOIN sequence_steps st ON st.workspace_id = c.workspace_id AND st.trigger = c.current_trigger
        LEFT JOIN user_devices d ON d.id = c.assigned_device_id
        LEFT JOIN device_caps p ON p.device_id = d.id
        LEFT JOIN \(CapUsage.capsSQL(of: "p")) k ON true
        LEFT JOIN device_states s ON s.device_id = d.id
        LEFT JOIN slot_owners o ON o.slot = p.hash_slot
        LEFT JOIN node_leases l ON l.incarnation = o.owner AND l.expires_at > now()
        LEFT JOIN LATERAL (SELECT state, code, settled_at, reserved_at, deadline FROM send_ledger
            WHERE contact_id = c.id AND attempt = c.attempts ORDER BY day DESC LIMIT 1) a ON true
        WHERE \(condition) AND ($2::text IS NULL OR c.workspace_id = $2)
        ORDER BY c.created_at DESC, c.id LIMIT \(most)
        """
    }

    private static let byContact = sql("c.id = $1")
    private static let byPhone = sql("c.recipient = $1")
    private static let byLeads = sql("c.lead_id = ANY ($1::uuid[])")

    static func contact(
        _ id: UUID, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [ContactSituation] {
        try await database.query(byContact, [.uuid(id), .string(workspace)]).map(situation)
    }

    static func phone(
        _ phone: PhoneNumber, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [ContactSituation] {
        try await database.query(byPhone, [.string(phone.digits), .string(workspace)]).map(situation)
    }

    static func leads(
        _ ids: [UUID], in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [ContactSituation] {
        try await database.query(byLeads, [.uuidArray(ids), .string(workspace)]).map(situation)
    }

    private static func situation(_ row: PostgresRow) throws -> ContactSituation {
        ContactSituation(
            now: try row.date("now") ?? Date(), id: try row.decode(UUID.self, "id"),
            workspace: try row.decode(String.self, "workspace_id"), recipient: try row.decode(String.self, "recipient"),
            name: try row.decode(String?.self, "contact_name").map { Words.cut($0) },
            phone: try row.decode(String?.self, "contact_phone").map { Words.cut($0) },
            status: try row.decode(String?.self, "status") ?? "active",
            holdReason: try row.decode(String?.self, "hold_reason"),
            lastError: try row.decode(String?.self, "last_error").map { Words.cut($0, most: 300) },
            retryCount: Int(try row.decode(Int32.self, "retry_count")),
            claimState: Int(try row.decode(Int16.self, "claim_state")),
            processingSince: try row.date("processing_started_at"),
            dueAt: try row.date("next_trigger_time"), completedAt: try row.date("completed_at"),
            hasLane: try row.decode(Bool.self, "has_lane"), ahead: Int(try row.decode(Int32.self, "ahead")),
            sequence: ContactSituation.Sequence(
                name: Words.cut(try row.decode(String.self, "sequence")),
                kind: try row.decode(String.self, "kind"),
                state: try row.decode(String.self, "source_state"),
                isDeleted: try row.decode(Bool.self, "is_deleted"), restraint: try restraint(row)),
            step: ContactSituation.Step(
                trigger: try row.decode(String?.self, "current_trigger").map { Words.cut(SourceWords.step($0)) },
                next: try row.decode(String?.self, "next_trigger").map { Words.cut(SourceWords.step($0)) }),
            device: try device(row),
            slot: ContactSituation.Slot(
                hasLiveOwner: try row.decode(Bool.self, "has_owner"), owner: try row.decode(String?.self, "owner")),
            isEverythingPaused: try row.decode(Bool.self, "all_paused"),
            isWorkspacePaused: try row.decode(Bool.self, "workspace_paused"),
            isSuppressed: try row.decode(Bool.self, "is_suppressed"),
            hasLeader: try row.decode(Bool.self, "has_leader"),
            lastAttempt: try attempt(row))
    }

    private static func device(_ row: PostgresRow) throws -> ContactSituation.Device? {
        guard let id = try row.decode(UUID?.self, "device_id"), let key = try row.decode(String?.self, "cap_key") else {
            return nil
        }
        return ContactSituation.Device(
            id: id, name: try row.decode(String.self, "device_name"), capKey: key,
            hourlyCap: Int(try row.decode(Int32.self, "hourly_cap")),
            dailyCap: Int(try row.decode(Int32.self, "daily_cap")),
            state: try row.decode(String.self, "device_state"), stateUntil: try row.date("state_until"),
            isPaused: try row.decode(Bool.self, "device_paused"),
            pausedReason: try row.decode(String?.self, "paused_reason"),
            hasGateway: try row.decode(Bool.self, "has_gateway"),
            settingsProblem: try row.decode(String?.self, "settings_problem"), historyFrom: try row.date("history_from")
        )
    }

    private static func restraint(_ row: PostgresRow) throws -> ContactSituation.Restraint {
        ContactSituation.Restraint(
            ratePerMinute: try row.decode(Int32?.self, "rate_per_minute").map(Int.init),
            paceUntil: try row.date("pace_until"), quietUntil: try row.date("quiet_until"),
            quietEnd: try row.decode(String?.self, "quiet_end"))
    }

    private static func attempt(_ row: PostgresRow) throws -> ContactSituation.Attempt? {
        guard let state = try row.decode(String?.self, "attempt_state") else { return nil }
        return ContactSituation.Attempt(
            state: state, code: try row.decode(String?.self, "attempt_code"), at: try row.date("attempt_at"),
            deadline: try row.date("attempt_deadline"))
    }
}
