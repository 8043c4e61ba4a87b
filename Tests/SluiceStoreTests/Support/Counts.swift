import PostgresDriver
import Testing

enum Counts {
    /// The counts that dashboards read are what counting the rows would give.
    static func expectExact(_ world: PostgresWorld, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let wrong = try await world.sql.query(
            """
            SELECT format('%s %s: counted %s, kept %s', source_id, status, r.n, k.n) FROM
                (SELECT workspace_id, kind, source_id, status, count(*) AS n FROM sequence_contacts GROUP BY 1, 2, 3,
                    4) r
                FULL JOIN contact_counts k USING (workspace_id, kind, source_id, status)
            WHERE r.n IS DISTINCT FROM k.n
            """
        ).column(String.self, at: 0)
        #expect(wrong.isEmpty, sourceLocation: sourceLocation)
    }
}
