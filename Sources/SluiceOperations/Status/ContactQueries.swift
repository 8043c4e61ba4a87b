internal import PostgresDriver
internal import SluiceStore

/// Contacts by status, from the kept counts, and by the reason that holds the contact itself, from the index of the
/// held.
enum ContactQueries {
    /// Counting the contacts held for one reason stops here.
    static let mostHeld = 100_000

    private static let byStatusSQL = "SELECT status, sum(n)::bigint AS n FROM contact_counts GROUP BY status"

    private static let heldSQL = """
        SELECT r.reason, h.n FROM unnest($1::text[]) AS r(reason) CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM (
                SELECT FROM sequence_contacts WHERE hold_reason = r.reason LIMIT \(mostHeld)) h) h
        WHERE h.n > 0
        """

    static func facts(_ database: any PostgresExecutor, within limit: Duration) async throws -> ContactFacts {
        var facts = ContactFacts(byStatus: [:], held: [:])
        for row in try await database.query(byStatusSQL, deadline: limit) {
            facts.byStatus[try row.decode(String.self, "status")] = Int(try row.decode(Int64.self, "n"))
        }
        let reasons = HoldReason.allCases.map(\.rawValue)
        for row in try await database.query(heldSQL, [.stringArray(reasons)], deadline: limit) {
            facts.held[try row.decode(String.self, "reason")] = Int(try row.decode(Int64.self, "n"))
        }
        return facts
    }
}
