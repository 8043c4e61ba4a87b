internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// CLAIM: idle → claimed for so many contacts of each lane, and the batches' rows, in one statement.
///
/// Each lane is one probe of the index (lane, due, id) from the lane's position on. Rows that somebody else holds locked
/// are skipped. The second probe per lane says where its next contact is, skipping the ones taken here, which the
/// statement's snapshot still shows as idle. It counts locked rows too, so that the answer is never later than the
/// truth.
///
/// Planned once, perhaps while the table was empty, it must not depend on what the planner believes of the table. So its
/// session walks no table (``SluiceStore/claimSettings``), and the update joins nothing: a contact's batch is looked up
/// by its lane, in a sorted array.
struct ClaimStatement {
    static let sql = statement(
        share: """
            share AS MATERIALIZED (
                -- The time as a column: compared with a volatile call, the index would be walked past what is due.
                SELECT s.*, clock_timestamp() AS now
                FROM unnest(\(shares)) AS s(lane, most, due, contact, batch, owner)
                WHERE \(leads)
            )
            """,
        pacedUntil: "NULL::timestamptz")

    /// What of a request the statement takes as its first six parameters, and whether its term still leads.
    static let shares = "\(lanes), $5::bigint[], $6::bigint[]"
    private static let lanes = "$1::bigint[], $2::int[], $3::timestamptz[], $4::uuid[]"
    static let leads = "EXISTS (SELECT FROM coordinator_lease WHERE term = $7)"

    /// - Parameters:
    ///   - share: members of a WITH that end in `share`: `lane`, `most` (how many), `due` and `contact` (from where),
    ///     `batch`, `owner`, `now`.
    ///   - counting: members of a WITH after `taken`, which has the rows of `share` and the `ids` of each; a comma each.
    ///   - pacedUntil: until when a lane `s` of `taken` gives no more, whatever is due.
    static func statement(share: String, counting: String = "", pacedUntil: String) -> String {
        """
        WITH \(share), taken AS MATERIALIZED (
            SELECT s.*, ARRAY(
                SELECT id FROM sequence_contacts
                WHERE \(waiting) AND next_trigger_time <= s.now
                ORDER BY next_trigger_time, id LIMIT s.most FOR UPDATE SKIP LOCKED) AS ids
            FROM share s
        ), \(counting) picked AS MATERIALIZED (
            SELECT lane, batch, owner, unnest(ids) AS id FROM taken
        ), by_lane AS MATERIALIZED (
            SELECT array_agg(lane ORDER BY lane) AS lanes, array_agg(batch ORDER BY lane) AS batches FROM share
        ), claimed AS (
            UPDATE sequence_contacts SET claim_state = 1,
                claim_batch = (SELECT batches FROM by_lane)[width_bucket(lane_id, (SELECT lanes FROM by_lane))],
                processing_device_id = assigned_device_id, processing_started_at = clock_timestamp()
            WHERE id = ANY (ARRAY(SELECT id FROM picked))
        ), batches AS (
            INSERT INTO claim_batches (batch, owner, expires_at, contacts, lanes, open_claims)
            SELECT batch, owner, clock_timestamp() + $8::bigint * interval '1 microsecond', array_agg(id),
                array_agg(lane), count(*)::int
            FROM picked GROUP BY batch, owner
            RETURNING batch, expires_at
        )
        SELECT s.lane, s.batch, s.ids, b.expires_at, n.next_trigger_time AS next_due, n.id AS next_contact,
            \(pacedUntil) AS paced_until
        FROM taken s
        LEFT JOIN batches b ON b.batch = s.batch
        LEFT JOIN LATERAL (
            SELECT next_trigger_time, id FROM sequence_contacts
            WHERE \(waiting) AND id NOT IN (SELECT id FROM picked)
            ORDER BY next_trigger_time, id LIMIT 1) n ON true
        """
    }

    /// What of the lane `s` may be claimed, once it is due, from its position on.
    private static let waiting = """
        lane_id = s.lane AND status = 'active' AND (next_trigger_time, id) >= (s.due, s.contact) AND claim_state = 0
            AND \(Untouchables.passes("id"))
        """
    /// No contact's id is less.
    private static let leastID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// What a claim would take, for ``Untouchables``: its first four parameters: of which lanes, how many of each, from
    /// where.
    static let candidates = """
        SELECT c.id FROM unnest(\(lanes)) AS s(lane, most, due, contact)
        CROSS JOIN LATERAL (
            SELECT id FROM sequence_contacts
            WHERE \(waiting) AND next_trigger_time <= now()
            ORDER BY next_trigger_time, id LIMIT s.most) c
        """

    static func parameters(_ request: ClaimRequest, lasting: Duration) -> [PostgresValue] {
        let shares = request.shares
        return [
            .int64Array(shares.map(\.lane.rawValue)),
            .int32Array(shares.map { Int32(clamping: $0.limit) }),
            .timestampArray(shares.map(\.from.due.parameter)),
            .uuidArray(shares.map { $0.from.contact?.rawValue ?? leastID }),
            .int64Array(shares.map(\.batch.rawValue)),
            .int64Array(shares.map(\.owner.rawValue)),
            .int64(request.term.rawValue),
            .int64(lasting.wholeMicroseconds),
        ]
    }

    static func result(_ rows: PostgresResult, of request: ClaimRequest) throws -> ClaimResult {
        let shares = Dictionary(request.shares.map { ($0.lane, $0) }, uniquingKeysWith: { first, _ in first })
        var result = ClaimResult(batches: [], next: [:])
        result.next.reserveCapacity(request.shares.count)
        var position: [BatchID: Int] = [:]
        for row in rows {
            guard let share = shares[try row.lane("lane")] else { continue }
            result.next[share.lane] = .some(try LaneStatements.position(row))
            result.pacedUntil[share.lane] = try row.optionalTime("paced_until")
            let ids = try row.decode([UUID].self, "ids")
            guard !ids.isEmpty, let expiry = try row.optionalTime("expires_at") else { continue }
            let index = position[share.batch] ?? result.batches.endIndex
            if index == result.batches.endIndex {
                position[share.batch] = index
                result.batches.append(
                    DispatchBatch(id: share.batch, owner: share.owner, expiresAt: expiry, claims: []))
            }
            result.batches[index].claims += ids.map { id in
                Claim(
                    contact: ContactID(rawValue: id), device: share.device, lane: share.lane,
                    priorityClass: share.priorityClass, slot: share.slot, epoch: share.epoch, batch: share.batch)
            }
        }
        return result
    }
}
