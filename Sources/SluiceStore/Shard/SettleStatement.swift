internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// SETTLE: what became of attempts, and the contacts' next move, in one statement.
///
/// The ledger row is compared and set on (contact, attempt, day): reserved | unknown → sent | failed, reserved →
/// unknown | aborted; anything else changes nothing. The contact moves only where generation, moves and attempt are
/// still the attempt's own, so a truth that comes late, or twice, moves nobody twice. Writes the ledger, contacts and
/// append-only tables: never `leads`, where an operator's open transaction may sit.
///
/// A message that was or may have been sent moves its contact on whatever the contact's status has become meanwhile:
/// somebody who is cancelled or paused in flight and set active again later must not get that message twice.
struct SettleStatement {
    /// A setting of the workspace of `s`, looked up only where it is asked for.
    static func workspace(_ setting: String) -> String {
        "(SELECT \(setting) FROM workspaces WHERE id = s.workspace_id)"
    }

    /// Attempts of one message before its contact fails: the first and four more. An event does not wait: two more; of a
    /// scheduled message its workspace says how many.
    static let mostAttempts = """
        CASE s.kind WHEN 'event' THEN 3
                        WHEN 'scheduled'
                            THEN least(greatest(coalesce(\(workspace("max_attempts")), 3), 1), 10) ELSE 5 END
        """

    /// The wait after the first refusal, in seconds, where the workspace says it.
    static let firstWait = """
        CASE WHEN s.kind = 'scheduled' THEN least(greatest(\(workspace("retry_delay_seconds")), 1), 3600) END
        """

    /// The wait after a refusal: 30 s, doubled by each one after it, up to an hour, ± 25 %; for an event 5, 10 and 20 s.
    static let backoff = """
        CASE kind WHEN 'event' THEN least(interval '5 seconds' * 2 ^ least(retries, 20), interval '20 seconds')
                            ELSE least(coalesce(first_wait, 30) * interval '1 second' * 2 ^ least(retries, 20),
                                interval '1 hour')
                                * (0.75 + random() * 0.5) END
        """

    /// Contacts locked by somebody else are left alone with their ledger rows and come back as busy.
    ///
    /// - Parameter day: of all the attempts, in days since 1970-01-01. It stands in the text, so that the plan has this
    ///   one partition: over all that are kept, each row and each start of the statement would pay for every one of them.
    static func skipping(on day: Int32) -> String {
        skippingAroundDay.joined(separator: "date '1970-01-01' + \(day)")
    }
    private static let skippingAroundDay = sql(locking: "SKIP LOCKED", day: "{day}").split(separator: "{day}")
    /// Attempts of any days. Waits for locked contacts, at most the session's lock timeout.
    static let waiting = sql(locking: "")

    private static func sql(locking: String, day: String? = nil) -> String {
        """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::int[], $3::date[], $4::bigint[], $5::int[], $6::int[], $7::text[],
                $8::text[], $9::bool[], $10::text[], $11::text[], $12::text[], $13::bigint[])
                WITH ORDINALITY AS g(contact, attempt, day, batch, generation, moves, state, verdict, charged, code,
                    detail, provider, not_before, ordinal)
            WHERE \(PlannerEstimate.few("ordinal"))
        ), held AS MATERIALIZED (
            SELECT g.*, c.id, c.workspace_id, c.kind, c.source_id, c.lane_source, c.lead_id, c.entry_trigger, c.status,
                c.current_trigger, c.time_zone, least(greatest(coalesce(c.retry_count, 0), 0), 1000) AS retries,
                c.lane_id, c.last_error, c.next_trigger_time, c.claim_state,
                c.generation = g.generation AND c.moves = g.moves AND c.attempts = g.attempt
                    AND (c.claim_state = 2 AND c.claim_batch = g.batch OR c.claim_state = 0) AS is_current
            FROM (SELECT * FROM given ORDER BY contact) g \(PlannerEstimate.locked("c.id = g.contact", locking))
        ), settled AS (
            UPDATE send_ledger l SET state = h.state, is_charged = h.charged, settled_at = clock_timestamp(),
                code = h.code, detail = h.detail, provider_id = h.provider
            FROM held h
            WHERE \(attempt("h", on: day)) AND \(transition("h"))
            RETURNING h.*, l.settled_at AS at, l.step_trigger AS sent_trigger
        ), missed AS MATERIALIZED (
            SELECT * FROM given WHERE ordinal NOT IN (SELECT ordinal FROM held)
        ),
        -- The contact was deleted: the ledger still learns the truth.
        bereft AS MATERIALIZED (
            SELECT * FROM missed m
            WHERE NOT EXISTS (SELECT FROM sequence_contacts c WHERE \(PlannerEstimate.probe("c.id", "m.contact")))
        ), settled_bereft AS (
            UPDATE send_ledger l SET state = b.state, is_charged = b.charged, settled_at = clock_timestamp(),
                code = b.code, detail = b.detail, provider_id = b.provider
            FROM bereft b
            WHERE \(attempt("b", on: day)) AND \(transition("b"))
        ),
        opted_out AS (
            INSERT INTO work_intake (area, item)
            SELECT '\(WorkArea.optOut.rawValue)', contact::text FROM settled WHERE verdict = 'opted_out'
        ),
        \(SettleMove.ctes(.settled, of: "settled")), \(MessageEvents.ofSettled)
        SELECT ordinal, lane_id, CASE WHEN new_status = 'active' THEN due END AS due, false AS is_busy
        FROM outcome WHERE new_status = 'active'
        UNION ALL
        SELECT ordinal, NULL, NULL, true FROM missed WHERE ordinal NOT IN (SELECT ordinal FROM bereft)
        """
    }

    /// The ledger's row, found by its key also where the statement was planned before anybody analyzed the day.
    private static func attempt(_ row: String, on day: String?) -> String {
        """
        \(PlannerEstimate.probe("l.contact_id", "\(row).contact")) AND l.attempt = \(row).attempt
                AND l.day = \(day ?? "\(row).day")
        """
    }

    /// I12: reserved → anything; unknown → the truth; the rest is final.
    private static func transition(_ row: String) -> String {
        "(l.state = 'reserved' OR l.state = 'unknown' AND \(row).state IN ('sent', 'failed'))"
    }

    static func parameters(_ rows: [SettleRow]) -> [PostgresValue] {
        [
            .uuidArray(rows.map(\.contact.rawValue)),
            .int32Array(rows.map(\.attempt)),
            .dateArray(rows.map { PostgresDate(daysSinceEpoch: $0.day) }),
            .int64Array(rows.map(\.batch.rawValue)),
            .int32Array(rows.map(\.generation)),
            .int32Array(rows.map(\.moves)),
            .stringArray(rows.map(\.state)),
            .stringArray(rows.map(\.verdict)),
            .boolArray(rows.map(\.isCharged)),
            .stringArray(rows.map(\.code)),
            .stringArray(rows.map(\.detail)),
            .stringArray(rows.map(\.providerID)),
            .int64Array(rows.map(\.notBefore)),
        ]
    }
}
