internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// RESERVE: claimed → reserved and the ledger row, in one autocommit statement under the node's own fence.
///
/// Order matters and is forced by materialized steps: the fence row is share-locked first (`me`), which makes a fencing
/// wait for this statement; only then are contacts locked. A contact locked by somebody else is skipped, so that
/// nobody's open transaction delays the rest of the batch; a second statement tells it from one that is gone.
///
/// No two materialized steps are joined: the planner knows nothing of their size, and a nested loop over two of a
/// thousand rows costs more than all the rest. The rows of `judged` are locked, so what is written is what was judged.
/// Steps that one other reads are not materialized, which would copy each row once more.
struct ReserveStatement {
    static let sql = """
        WITH \(mine), held AS MATERIALIZED (
            SELECT c.id, c.workspace_id, c.kind, c.source_id, coalesce(c.lane_source, c.source_id) AS hangs_on,
                c.recipient, c.contact_name, c.status, c.current_trigger, c.next_trigger_time, c.expires_at, c.time_zone,
                c.assigned_device_id, c.generation, c.moves, c.attempts,
                o.batch, o.device, o.slot, o.epoch, o.deadline_after, o.at, o.day
            FROM (SELECT * FROM owned ORDER BY contact) o
            \(PlannerEstimate.locked("c.id = o.contact AND c.claim_state = 1 AND c.claim_batch = o.batch", "SKIP LOCKED"))
        ), found AS (
            SELECT h.*, d.cap_key, s.name AS campaign, t.last_chance, t.quiet_until,
                coalesce(nullif(coalesce(m.message_type, st.message_type), ''), 'text') AS message_type,
                coalesce(m.body, st.content, st.message_text, '') AS body,
                coalesce(m.caption, st.caption, '') AS caption,
                nullif(coalesce(m.media_url, st.media_url), '') AS media_url, m.channel, m.metadata::text AS metadata,
                coalesce(st.min_delay_seconds, s.min_delay_seconds)::int AS gap_min,
                coalesce(st.max_delay_seconds, s.max_delay_seconds)::int AS gap_max,
                CASE
                    WHEN h.status <> 'active' THEN h.status
                    -- One probe, of the number: an IN makes it one for each workspace.
                    WHEN EXISTS (SELECT FROM suppressions x WHERE x.phone = h.recipient
                        AND CASE x.workspace_id WHEN '*' THEN true ELSE x.workspace_id = h.workspace_id END)
                        THEN 'suppressed'
                    WHEN s.state = 'cancelled' THEN 'source_cancelled'
                    -- Held back, it may only come to be sent too late.
                    WHEN t.last_chance <= greatest(h.at, t.quiet_until) THEN 'expired'
                    -- Looked up for each row only while anything is paused.
                    WHEN (SELECT EXISTS (SELECT FROM pauses))
                        AND EXISTS (SELECT FROM pauses p WHERE p.scope IN ('*', h.workspace_id)) THEN 'paused'
                    WHEN h.assigned_device_id IS DISTINCT FROM h.device THEN 'device_changed'
                    WHEN d.device_id IS NULL THEN 'unknown_device'
                    -- Its cap key was changed: whoever owns its slot now sends, once it knows what was sent here.
                    WHEN d.hash_slot <> h.slot THEN 'slot_changed'
                    WHEN d.paused_at IS NOT NULL THEN 'device_paused'
                    WHEN s.state IS DISTINCT FROM 'running' THEN h.kind || '_paused'
                    WHEN h.recipient !~ '^[0-9]{7,15}$' AND NOT sluice_is_addressable(h.recipient, h.device)
                        THEN 'invalid_phone'
                    WHEN m.contact_id IS NULL AND st.id IS NULL THEN 'step_missing'
                    WHEN st.is_endless THEN 'cycle_without_delay'
                    WHEN t.quiet_until IS NOT NULL THEN 'quiet_hours'
                    -- Judged when the step was written: a text of megabytes is not unpacked here for each of its
                    -- contacts.
                    ELSE coalesce(m.content_problem, st.content_problem)
                END AS refusal
            FROM held h
            LEFT JOIN device_caps d ON d.device_id = h.device
            LEFT JOIN sources s ON s.kind = h.kind AND s.source_id = h.hangs_on
            LEFT JOIN sequence_steps st ON st.workspace_id = h.workspace_id AND st.trigger = h.current_trigger
            -- No probe for the other kinds: nothing equals NULL.
            LEFT JOIN own_messages m ON m.contact_id = CASE WHEN h.kind IN ('scheduled', 'event') THEN h.id END
            CROSS JOIN LATERAL (SELECT least(h.expires_at, h.next_trigger_time + s.expires_after) AS last_chance,
                -- The function is called only for a source that has such hours.
                CASE WHEN s.quiet_from IS NOT NULL THEN sluice_quiet_until(h.at, s.quiet_from, s.quiet_to,
                    h.time_zone, h.workspace_id) END AS quiet_until) t
            -- Else the refusal would be computed wherever it is named.
            OFFSET 0
        ), judged AS MATERIALIZED (
            SELECT f.*, f.refusal = ANY (\(HoldReason.sqlArray)) AS is_held, f.refusal = ANY (\(ends)) AS is_ended,
                CASE WHEN f.refusal = ANY (\(ends)) THEN 'cancelled'
                    WHEN f.refusal = ANY (\(HoldReason.sqlArray)) THEN 'paused' ELSE f.status END AS new_status
            FROM found f
        ), moved AS (
            UPDATE sequence_contacts c SET
                claim_state = CASE WHEN j.refusal IS NULL THEN 2 ELSE 0 END,
                claim_batch = CASE WHEN j.refusal IS NULL THEN c.claim_batch END,
                attempts = c.attempts + CASE WHEN j.refusal IS NULL THEN 1 ELSE 0 END,
                row_faults = CASE WHEN j.refusal IS NULL THEN 0 ELSE c.row_faults END,
                reserved_day = CASE WHEN j.refusal IS NULL THEN j.day END,
                processing_device_id = CASE WHEN j.refusal IS NULL THEN c.processing_device_id END,
                processing_started_at = CASE WHEN j.refusal IS NULL THEN c.processing_started_at END,
                status = j.new_status,
                -- A refusal puts the due time off, and quiet hours do; what a message is good for counts from the first.
                expires_at = j.last_chance,
                next_trigger_time = CASE WHEN j.refusal = 'quiet_hours' THEN j.quiet_until
                    ELSE c.next_trigger_time END,
                hold_reason = CASE WHEN j.is_held THEN j.refusal ELSE c.hold_reason END,
                completed_at = CASE WHEN j.is_ended THEN j.at ELSE c.completed_at END,
                last_error = CASE WHEN j.is_ended THEN j.refusal
                    WHEN j.is_held THEN 'held: ' || j.refusal ELSE c.last_error END,
                -- Out of the lane of the device it had, until the intake has put it into its new one's.
                lane_id = CASE WHEN j.refusal = 'device_changed' THEN NULL ELSE c.lane_id END
            FROM judged j WHERE \(PlannerEstimate.probe("c.id", "j.id"))
        ), ledger AS (
            INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id,
                cap_key, slot, epoch, incarnation, recipient, source_id, step_trigger, reserved_at, deadline)
            SELECT j.day, j.id, j.attempts + 1, j.workspace_id, j.generation, j.moves, j.batch, j.device, j.cap_key,
                j.slot, j.epoch, $1, j.recipient, j.source_id, j.current_trigger, j.at,
                j.at + j.deadline_after * interval '1 microsecond'
            FROM judged j WHERE j.refusal IS NULL
        ), \(BatchCount.ctes(of: "judged")), replaced AS (
            INSERT INTO enrollment_intake (op, contact_id, workspace_id)
            SELECT 'place', id, workspace_id FROM judged WHERE refusal = 'device_changed'
        ), tallied AS (
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
            SELECT j.workspace_id, j.kind, j.source_id, v.status, sum(v.n)
            FROM judged j CROSS JOIN LATERAL (VALUES (j.status, -1), (j.new_status, 1)) v(status, n)
            WHERE j.status <> j.new_status GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT j.workspace_id, j.kind, j.source_id, 'in_flight', count(*)
            FROM judged j WHERE j.refusal IS NULL GROUP BY 1, 2, 3
        ), \(Progress.cte(of: "judged", when: "refusal IS NULL OR refusal = 'quiet_hours' OR status <> new_status"))
        SELECT j.id, j.batch, j.refusal, j.attempts + 1 AS attempt, j.day - date '1970-01-01' AS day, j.generation,
            j.moves, j.recipient, coalesce(j.contact_name, '') AS contact_name, coalesce(j.campaign, '') AS campaign,
            j.message_type, CASE WHEN j.refusal IS NULL THEN j.body END AS body, j.caption, j.media_url,
            j.channel, j.metadata, j.gap_min, j.gap_max,
            CASE WHEN j.new_status = 'active' AND j.refusal IS DISTINCT FROM 'device_changed'
                THEN CASE WHEN j.refusal = 'quiet_hours' THEN j.quiet_until ELSE j.next_trigger_time END END AS due
        FROM judged j
        """

    /// Which of the same claims stand as they were: somebody holds their contacts locked.
    static let busy = """
        WITH \(mine)
        SELECT c.id FROM owned o
        CROSS JOIN LATERAL (SELECT id FROM sequence_contacts
            WHERE id = o.contact AND claim_state = 1 AND claim_batch = o.batch LIMIT 1) c
        """

    /// Members of a WITH that end in `owned`: the claims that the node may decide about, as parameters.
    private static let mine = """
        me AS MATERIALIZED (
            SELECT f.incarnation, clock_timestamp() AS at, (clock_timestamp() AT TIME ZONE 'UTC')::date AS day
            FROM node_fences f
            WHERE f.incarnation = $1 AND f.closed_at IS NULL AND f.reserves_from <= statement_timestamp() FOR SHARE
        ), alive AS MATERIALIZED (
            SELECT me.* FROM me JOIN node_leases l USING (incarnation) WHERE l.expires_at > clock_timestamp()
        ), owned AS (
            SELECT r.*, alive.at, alive.day
            FROM alive
            CROSS JOIN (
                SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::smallint[], $6::bigint[], $7::bigint[])
                    WITH ORDINALITY AS u(contact, batch, device, slot, epoch, deadline_after, ordinal)
                WHERE \(PlannerEstimate.few("ordinal"))) r
            -- By the slot's key: IS NOT DISTINCT keeps the planner from the owner's index, which gives a thousand slots
            -- per claim.
            JOIN slot_owners s ON s.slot = r.slot AND s.epoch = r.epoch AND s.owner IS NOT DISTINCT FROM $1
        )
        """

    /// Refusals that end the contact.
    private static let ends = "ARRAY['suppressed', 'source_cancelled', 'expired']"

    static func parameters(_ requests: [ReserveRequest], by incarnation: Incarnation) -> [PostgresValue] {
        [
            .int64(incarnation.rawValue),
            .uuidArray(requests.map(\.claim.contact.rawValue)),
            .int64Array(requests.map(\.claim.batch.rawValue)),
            .uuidArray(requests.map(\.claim.device.rawValue)),
            .int16Array(requests.map { Int16($0.claim.slot.rawValue) }),
            .int64Array(requests.map(\.claim.epoch.rawValue)),
            .int64Array(requests.map(\.deadlineAfter.wholeMicroseconds)),
        ]
    }

    /// The verdicts in the order of `requests`; what the statement did not return is `busy` or gone.
    static func verdicts(
        _ result: PostgresResult, busy: Set<ContactID>, for requests: [ReserveRequest]
    ) throws -> [ReserveVerdict] {
        var rows: [ContactID: PostgresRow] = [:]
        rows.reserveCapacity(result.count)
        for row in result { rows[try row.contact("id")] = row }
        return try requests.map { request in
            guard let row = rows[request.claim.contact] else {
                return busy.contains(request.claim.contact) ? .busy : .gone
            }
            return try verdict(row, for: request.claim)
        }
    }

    private static func verdict(_ row: PostgresRow, for claim: Claim) throws -> ReserveVerdict {
        if let refusal = try row.decode(String?.self, "refusal") {
            return .released(reason: refusal, due: try row.optionalTime("due"))
        }
        let message = MessageID(
            contact: claim.contact, generation: try row.decode(Int32.self, "generation"),
            moves: try row.decode(Int32.self, "moves"))
        return .reserved(
            Reservation(
                claim: claim, message: message, attempt: try row.decode(Int32.self, "attempt"),
                day: try row.decode(Int32.self, "day"), recipient: try row.decode(String.self, "recipient"),
                recipientName: try row.decode(String.self, "contact_name"),
                content: try content(row), channel: try row.decode(String?.self, "channel"),
                metadata: try row.decode(String?.self, "metadata"),
                campaign: try row.decode(String.self, "campaign"), gap: try gap(row)))
    }

    private static func content(_ row: PostgresRow) throws -> MessageContent {
        let mediaURL = try row.decode(String?.self, "media_url")
        let body = try row.decode(String.self, "body")
        let type = try row.decode(String.self, "message_type").lowercased()
        guard let mediaURL else { return MessageContent(kind: .text, text: body, mediaURL: nil) }
        let kind = MessageContent.Kind(rawValue: type) ?? .document
        let caption = try row.decode(String.self, "caption")
        return MessageContent(
            kind: kind == .text ? .image : kind, text: caption.isEmpty ? body : caption, mediaURL: mediaURL)
    }

    private static func gap(_ row: PostgresRow) throws -> ClosedRange<Duration>? {
        let lower = try row.decode(Int32?.self, "gap_min")
        let upper = try row.decode(Int32?.self, "gap_max")
        guard lower != nil || upper != nil else { return nil }
        let least = max(0, lower ?? upper ?? 0)
        return .seconds(least)...Duration.seconds(max(least, upper ?? least))
    }
}
