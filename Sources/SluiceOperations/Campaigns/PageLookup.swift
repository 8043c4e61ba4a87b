internal import PostgresDriver

/// Finds pages: those that somebody described, and those that have subscribers.
enum PageLookup {
    private static let mostPages = 10_000

    /// - Throws: ``OperationsError/notFound(kind:given:nearest:)`` for the first of them that is neither.
    static func require(_ pages: [Int64], on database: any PostgresExecutor) async throws {
        let unknown = try await database.query(
            """
            SELECT page FROM unnest($1::bigint[]) WITH ORDINALITY p(page, place)
            WHERE NOT EXISTS (SELECT FROM meta_pages m WHERE m.page_id = page)
              AND NOT EXISTS (SELECT FROM meta_subscribers s WHERE s.page_id = page)
            ORDER BY place LIMIT 1
            """, [.int64Array(pages)]
        ).column(Int64.self, at: 0).first
        guard let unknown else { return }
        let known = try await database.query(
            "SELECT page_id::text FROM meta_pages ORDER BY page_id LIMIT \(mostPages)")
        throw OperationsError.notFound(
            kind: "page", given: "\(unknown)",
            nearest: NearMatches.of("\(unknown)", among: try known.column(String.self, at: 0)))
    }
}
