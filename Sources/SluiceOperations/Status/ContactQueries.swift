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

    private static let leftSQL = """
        SELECT (SELECT count(*) FROM settles_left) AS n,
            (SELECT extract(epoch FROM now() - min(left_at))::float8 FROM settles_left) AS age,
            (SELECT count(*) FROM untouchable_contacts) AS untouchable,
            (SELECT fault FROM untouchable_contacts ORDER BY since LIMIT 1) AS fault
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
        for row in try await database.query(leftSQL, deadline: limit) {
            if let age = try row.decode(Double?.self, "age") {
                facts.outcomesLeft = (Int(try row.decode(Int64.self, "n")), age)
            }
            if let fault = try row.decode(String?.self, "fault") {
                facts.untouchable = (Int(try row.decode(Int64.self, "untouchable")), fault)
            }
        }
        return facts
    }
}
