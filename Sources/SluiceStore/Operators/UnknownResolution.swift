public import FoundationEssentials
public import PostgresDriver
internal import SluiceCore

/// An operator says what became of contacts whose outcome is unknown.
///
/// The truth goes the way every outcome goes, through the settle statement, so that the contact moves by the same
/// rules, and a late answer of the gateway finds a final ledger row and changes nothing. A contact that came in unknown
/// from a previous system has no attempt in the ledger; it gets one, uncharged, so that the history tells who decided.
public struct UnknownResolution: Sendable {
    public enum Truth: String, Sendable {
        /// The message arrived: the contact moves on.
        case sent
        /// It did not, and will not be tried again: the contact fails.
        case failed
        /// It did not, and is to be sent again: the contact is due at once. Refused while the gateway may still accept
        /// the first one.
        case resend
    }

    /// What was done.
    public struct Result: Sendable {
        public var resolved: [UUID] = []
        /// Contacts whose attempt may still be accepted, until then: too early to send again.
        public var tooEarly: [UUID] = []
        /// When the last of ``tooEarly`` may be sent again, microseconds since 1970.
        public var retryAt: PostgresTimestamp?
    }

    private let transaction: PostgresTransaction

    /// `transaction` must be an operator's, and short: the contacts stay locked until it ends.
    public init(_ transaction: PostgresTransaction) { self.transaction = transaction }

    /// Resolves those of `contacts` that are unknown; the others are left alone. At most 1,000 at a time.
    public func resolve(_ contacts: [UUID], as truth: Truth) async throws -> Result {
        // Settle keeps the counts itself; the triggers that count for users' SQL must not count again.
        try await transaction.query("SELECT set_config('sluice.internal', 'on', true)")
        var result = Result()
        var rows: [SettleRow] = []
        for row in try await transaction.query(Self.chosenSQL, [.uuidArray(contacts)]) {
            let id = try row.contact("id")
            if truth == .resend, try row.decode(Bool.self, "is_open") {
                result.tooEarly.append(id.rawValue)
                let deadline = try row.decode(PostgresTimestamp.self, "deadline")
                result.retryAt = max(result.retryAt ?? deadline, deadline)
                continue
            }
            let hasAttempt = try row.decode(Bool.self, "has_attempt")
            rows.append(try hasAttempt ? Self.settleRow(row, truth) : try await adopt(id, truth))
            result.resolved.append(id.rawValue)
        }
        if !rows.isEmpty {
            let lanes = try await transaction.query(SettleStatement.waiting, SettleStatement.parameters(rows))
            try await wake(lanes)
        }
        try await transaction.query("SELECT set_config('sluice.internal', '', true)")
        return result
    }

    private func wake(_ lanes: PostgresResult) async throws {
        let due = try lanes.compactMap { row in
            if let lane = try row.decode(Int64?.self, "lane_id"),
                let at = try row.decode(PostgresTimestamp?.self, "due")
            {
                (lane: lane, due: at)
            } else {
                nil
            }
        }
        if !due.isEmpty {
            try await transaction.query(
                "INSERT INTO lane_wakes (lane_id, due) SELECT * FROM unnest($1::bigint[], $2::timestamptz[])",
                [.int64Array(due.map(\.lane)), .timestampArray(due.map(\.due))])
        }
        // Also for those that have no due time yet, because their step has branches.
        try await transaction.query("NOTIFY sluice_intake")
    }

    private func adopt(_ id: ContactID, _ truth: Truth) async throws -> SettleRow {
        let row = try await transaction.query(Self.adoptSQL, [.uuid(id.rawValue)])[0]
        var settle = try Self.settleRow(row, truth)
        settle.isCharged = false
        return settle
    }

    private static func settleRow(_ row: PostgresRow, _ truth: Truth) throws -> SettleRow {
        let outcome: Outcome =
            switch truth {
            case .sent: .sent(providerID: nil)
            case .failed: .refused(refusal("operator_failed", .permanent))
            // Like a device's fault: the contact stays where it is, due as it was, and no attempt of its five is
            // counted.
            case .resend: .refused(refusal("operator_resend", .device(.connected)))
            }
        return SettleRow(
            contact: try row.contact("id"), attempt: try row.decode(Int32.self, "attempt"),
            day: try row.decode(PostgresDate.self, "day").daysSinceEpoch,
            batch: BatchID(rawValue: try row.decode(Int64.self, "batch")),
            generation: try row.decode(Int32.self, "generation"),
            moves: try row.decode(Int32.self, "moves"), outcome: outcome)
    }

    private static func refusal(_ code: String, _ disposition: Refusal.Disposition) -> Refusal {
        // Charged: that it did not arrive is what a person says, not what the gateway said.
        Refusal(code: code, detail: "an operator said so", isCharged: true, disposition: disposition)
    }

    private static let chosenSQL = """
        SELECT c.id, c.attempts AS attempt, c.generation, c.moves, l.day, coalesce(l.batch, 0) AS batch, l.deadline,
            l.day IS NOT NULL AS has_attempt, coalesce(l.deadline > clock_timestamp(), false) AS is_open
        FROM sequence_contacts c
        LEFT JOIN LATERAL (SELECT day, batch, deadline FROM send_ledger
            WHERE contact_id = c.id AND attempt = c.attempts AND state = 'unknown' ORDER BY day DESC LIMIT 1) l ON true
        WHERE c.id = ANY ($1::uuid[]) AND c.status = 'unknown' AND c.claim_state = 0
        ORDER BY c.id LIMIT 1000 FOR UPDATE OF c
        """

    private static let adoptSQL = """
        WITH c AS (
            UPDATE sequence_contacts SET attempts = attempts + 1 WHERE id = $1
            RETURNING id, attempts, workspace_id, generation, moves, assigned_device_id, recipient, source_id,
                current_trigger)
        INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id, cap_key,
            slot, epoch, incarnation, recipient, source_id, step_trigger, reserved_at, deadline, state, is_charged)
        SELECT (now() AT TIME ZONE 'UTC')::date, id, attempts, workspace_id, generation, moves, 0,
            coalesce(assigned_device_id, '00000000-0000-0000-0000-000000000000'), '', 0, 0, 0, recipient, source_id,
            current_trigger, now(), now(), 'unknown', false
        FROM c RETURNING contact_id AS id, attempt, generation, moves, day, batch
        """
}
