internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

/// What is due, lane by lane, and what holds it.
///
/// Each lane is one bounded probe of its index: so many of its due contacts as ``budget`` leaves per lane, so that the
/// whole costs at most the budget however many millions wait. In-flight contacts are due too and stand first in their
/// lane, so they are in the probe.
enum LaneQueries {
    /// Index entries read in all, unless there are more than a twentieth as many lanes.
    static let budget = 200_000
    private static let leastPerLane = 20

    private static let sql = """
        WITH bound AS MATERIALIZED (
            SELECT greatest(\(leastPerLane), \(budget) / greatest(1, count(*)))::int AS most FROM lanes
        ), probe AS MATERIALIZED (
            SELECT l.device_id, l.workspace_id, l.kind, l.source_id, p.*, p.seen >= b.most AS is_cut
            FROM bound b CROSS JOIN lanes l CROSS JOIN LATERAL (
                SELECT count(*) AS seen, count(*) FILTER (WHERE claim_state = 0) AS idle,
                    count(*) FILTER (WHERE claim_state = 1) AS claimed,
                    count(*) FILTER (WHERE claim_state = 2) AS reserved,
                    min(next_trigger_time) FILTER (WHERE claim_state = 0) AS oldest_due,
                    min(processing_started_at) FILTER (WHERE claim_state > 0) AS oldest_claim,
                    (array_agg(c.id ORDER BY processing_started_at) FILTER (WHERE claim_state > 0))[1] AS oldest_contact
                FROM (
                    SELECT id, claim_state, next_trigger_time, processing_started_at FROM sequence_contacts c
                    -- now() and not clock_timestamp(): a volatile bound would be no index condition.
                    WHERE c.lane_id = l.id AND c.status = 'active' AND c.next_trigger_time <= now()
                    ORDER BY c.next_trigger_time LIMIT b.most) c) p
            WHERE p.seen > 0 AND (l.kind, l.source_id) IS DISTINCT FROM ($2::text, $3::text)
        )
        SELECT p.device_id, d.cap_key, k.hourly_cap, k.daily_cap,
            coalesce(k.history_from > now() - $1::bigint * interval '1 microsecond', false) AS is_use_unknown,
            \(LaneHold.reasonSQL) AS reason,
            sum(p.idle)::bigint AS idle, sum(p.claimed)::bigint AS claimed, sum(p.reserved)::bigint AS reserved,
            bool_or(p.is_cut) AS is_cut,
            extract(epoch FROM now() - min(p.oldest_due))::float8 AS oldest_due,
            extract(epoch FROM now() - min(p.oldest_claim))::float8 AS oldest_claim,
            (array_agg(p.oldest_contact::text || ' ' || left(coalesce(q.name, p.source_id), 200)
                ORDER BY p.oldest_claim))[1] AS oldest_contact
        FROM probe p
        LEFT JOIN device_caps d ON d.device_id = p.device_id
        LEFT JOIN \(CapUsage.capsSQL(of: "d")) k ON true
        LEFT JOIN device_states s ON s.device_id = p.device_id
        LEFT JOIN sources q ON q.kind = p.kind AND q.source_id = p.source_id
        GROUP BY 1, 2, 3, 4, 5, 6
        """

    struct Row: Sendable {
        var device: UUID
        var capKey: String?
        var hourlyCap: Int
        var dailyCap: Int
        /// What its key used is not known for the whole of the day, so its caps count as full.
        var isUseUnknown = false
        var reason: String?
        var idle: Int
        var claimed: Int
        var reserved: Int
        var isCut: Bool
        var oldestDue: Double?
        var oldestClaim: Double?
        /// The contact's id, a space, its sequence's name.
        var oldestContact: String?
    }

    /// One row per device and reason.
    /// - Parameter except: the lanes of this source are passed by.
    static func rows(
        _ database: any PostgresExecutor, windows: CapWindows, except: (kind: String, source: String)? = nil,
        within limit: Duration
    ) async throws -> [Row] {
        let day = (windows.day + windows.dayMargin).wholeMicroseconds
        return try await database.query(
            sql, [.int64(day), .string(except?.kind), .string(except?.source)], deadline: limit
        ).map { row in
            Row(
                device: try row.decode(UUID.self, "device_id"), capKey: try row.decode(String?.self, "cap_key"),
                hourlyCap: Int(try row.decode(Int32?.self, "hourly_cap") ?? 0),
                dailyCap: Int(try row.decode(Int32?.self, "daily_cap") ?? 0),
                isUseUnknown: try row.decode(Bool.self, "is_use_unknown"),
                reason: try row.decode(String?.self, "reason"),
                idle: Int(try row.decode(Int64.self, "idle")), claimed: Int(try row.decode(Int64.self, "claimed")),
                reserved: Int(try row.decode(Int64.self, "reserved")), isCut: try row.decode(Bool.self, "is_cut"),
                oldestDue: try row.decode(Double?.self, "oldest_due"),
                oldestClaim: try row.decode(Double?.self, "oldest_claim"),
                oldestContact: try row.decode(String?.self, "oldest_contact"))
        }
    }

    /// - Parameter usage: by cap key; nil when it was not taken, and then nothing is said to be at a cap.
    static func facts(_ rows: [Row], usage: [String: CapUsage]?) -> LaneFacts {
        var facts = LaneFacts(dueByReason: [:], claimed: 0, reserved: 0, isCut: false)
        for row in rows {
            let reason = row.reason ?? capReason(row, usage)
            facts.dueByReason[reason, default: 0] += row.idle
            facts.claimed += row.claimed
            facts.reserved += row.reserved
            facts.isCut = facts.isCut || row.isCut
            if reason == nil {
                facts.oldestDueSeconds = [facts.oldestDueSeconds, row.oldestDue].compactMap(\.self).max()
            }
            if let age = row.oldestClaim, age > facts.oldestClaimSeconds ?? 0 {
                facts.oldestClaimSeconds = age
                let parts = row.oldestContact?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
                facts.oldestClaim = parts.count == 2 ? (parts[0], parts[1]) : nil
            }
        }
        return facts
    }

    private static func capReason(_ row: Row, _ usage: [String: CapUsage]?) -> String? {
        if row.isUseUnknown { return "use_unknown" }
        guard let key = row.capKey, let used = usage?[key] else { return nil }
        if used.day >= row.dailyCap { return "at_daily_cap" }
        return used.hour >= row.hourlyCap ? "at_hourly_cap" : nil
    }
}

/// What keeps a whole lane from sending, in the order in which it is named.
enum LaneHold {
    /// Over `p` (a lane), `d` (device_caps), `s` (device_states) and `q` (sources).
    static let reasonSQL = """
        CASE
            WHEN EXISTS (SELECT FROM pauses WHERE scope = '*') THEN 'everything_paused'
            WHEN EXISTS (SELECT FROM pauses WHERE scope = p.workspace_id) THEN 'workspace_paused'
            WHEN q.state = 'cancelled' THEN 'source_cancelled'
            WHEN q.state IS DISTINCT FROM 'running' THEN p.kind || '_paused'
            WHEN q.rate_per_minute IS NOT NULL AND EXISTS (SELECT FROM source_paces x
                WHERE x.kind = q.kind AND x.source_id = q.source_id
                  AND sluice_pace_until(x.claimed_at, x.claimed, q.rate_per_minute, now()) > now())
                THEN 'rate_used_up'
            -- Where the workspace is; contacts may be elsewhere.
            WHEN q.quiet_from IS NOT NULL
                AND sluice_quiet_until(now(), q.quiet_from, q.quiet_to, NULL, p.workspace_id) IS NOT NULL
                THEN 'quiet_hours'
            WHEN d.device_id IS NULL THEN 'unknown_device'
            WHEN d.paused_at IS NOT NULL THEN 'device_paused'
            WHEN coalesce(s.state, 'connected') <> 'connected' THEN 'device_' || s.state
            WHEN \(DeviceSettingsProblem.sql(of: "d")) IS NOT NULL THEN 'device_misconfigured'
            WHEN d.gateway_id IS NULL AND NOT EXISTS (SELECT FROM gateways WHERE is_default) THEN 'no_gateway'
        END
        """
}
