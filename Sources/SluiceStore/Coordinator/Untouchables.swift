internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// Contacts whose rows refuse every write: a trigger or a constraint of the user's own. Not even a hold can be written
/// on such a row, so a table names it. The claim, the take-back and the release pass it by, and their other rows go on.
struct Untouchables: Sendable {
    let pool: PostgresPool

    /// What is not among them, as a condition on a contact's id.
    static func passes(_ id: String) -> String {
        // Hashed once a statement, where an array would be walked for each row.
        "\(id) NOT IN (SELECT contact_id FROM untouchable_contacts)"
    }

    /// After so many rounds the error is thrown: each sets aside all that are bad among the rows a statement meant.
    private static let rounds = 10
    /// Candidates tried in one statement, each in a subtransaction: some 100 ms. A take-back may mean 20,000, which in
    /// one statement would never end within its timeout.
    private static let chunk = 500
    /// Of those known, how many are tried again at once, each at most twice a minute.
    private static let most = 200

    /// Runs `body`; where a row makes it fail, sets aside what `candidates` (a query of contacts' ids) finds refused,
    /// and runs it again.
    func around<Value>(
        _ candidates: String, _ parameters: [PostgresValue], _ body: () async throws -> Value
    ) async throws -> Value {
        for _ in 0..<Self.rounds {
            do {
                return try await body()
            } catch let error as PostgresError {
                guard RowFault(error) != nil, try await setAside(candidates, parameters) else { throw error }
            }
        }
        return try await body()
    }

    private func setAside(_ candidates: String, _ parameters: [PostgresValue]) async throws -> Bool {
        let ids = try await pool.query(candidates, parameters, deadline: .seconds(4)).column(UUID.self, at: 0)
        var isAnyFound = false
        for start in stride(from: 0, to: ids.count, by: Self.chunk) {
            let found = try await setAside(Array(ids[start..<min(start + Self.chunk, ids.count)]))
            isAnyFound = isAnyFound || found
        }
        return isAnyFound
    }

    private func setAside(_ candidates: [UUID]) async throws -> Bool {
        let found = try await pool.query(
            """
            WITH locked AS MATERIALIZED (
                SELECT id FROM sequence_contacts
                WHERE id = ANY ($1::uuid[]) AND \(Self.passes("id")) FOR UPDATE SKIP LOCKED
            ), tried AS MATERIALIZED (SELECT id, sluice_contact_fault(id) AS fault FROM locked)
            INSERT INTO untouchable_contacts (contact_id, fault) SELECT id, fault FROM tried WHERE fault IS NOT NULL
            ON CONFLICT DO NOTHING RETURNING contact_id
            """, [.uuidArray(candidates)], deadline: .seconds(4))
        return found.count > 0
    }

    /// Lets those go that can be written again, or are gone. A claim that nobody could return is returned here.
    func review() async throws {
        let waiting = try await pool.query(
            """
            UPDATE untouchable_contacts SET tried_at = clock_timestamp() WHERE contact_id IN (
                SELECT contact_id FROM untouchable_contacts
                WHERE tried_at < clock_timestamp() - interval '30 seconds' ORDER BY tried_at LIMIT \(Self.most)
                FOR UPDATE SKIP LOCKED)
            RETURNING contact_id
            """
        ).column(UUID.self, at: 0)
        guard !waiting.isEmpty else { return }
        let well = try await pool.query(
            """
            WITH locked AS MATERIALIZED (
                SELECT id FROM sequence_contacts WHERE id = ANY ($1::uuid[]) FOR UPDATE SKIP LOCKED)
            SELECT id FROM unnest($1::uuid[]) AS u(id)
            WHERE CASE WHEN id IN (SELECT id FROM locked) THEN sluice_contact_fault(id) IS NULL
                ELSE NOT EXISTS (SELECT FROM sequence_contacts c WHERE c.id = u.id) END
            """, [.uuidArray(waiting)], deadline: .seconds(4)
        ).column(UUID.self, at: 0)
        guard !well.isEmpty else { return }
        try await pool.query(
            """
            WITH lifted AS (
                DELETE FROM untouchable_contacts WHERE contact_id = ANY ($1::uuid[])
            ), returned AS (
                UPDATE sequence_contacts c SET claim_state = 0, claim_batch = NULL, processing_device_id = NULL,
                    processing_started_at = NULL
                WHERE id = ANY ($1::uuid[]) AND claim_state = 1
                  AND NOT EXISTS (SELECT FROM claim_batches b WHERE b.batch = c.claim_batch)
            )
            INSERT INTO lane_wakes (lane_id, due)
            SELECT lane_id, next_trigger_time FROM sequence_contacts
            WHERE id = ANY ($1::uuid[]) AND status = 'active' AND lane_id IS NOT NULL
            """, [.uuidArray(well)])
    }
}
