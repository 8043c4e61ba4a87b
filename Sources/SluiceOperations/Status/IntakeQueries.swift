internal import PostgresDriver

/// What of the intake is not worked off, and what cannot be.
enum IntakeQueries {
    /// Counting what was set aside stops here.
    static let mostSetAside = 10_000
    /// Of a problem's words: the database quotes whole values in them.
    private static let mostCharacters = 200

    /// What was set aside has no age: its `not_before` is infinity.
    private static let oldestSQL = """
        SELECT extract(epoch FROM now() - least(
            (SELECT not_before FROM enrollment_intake WHERE problem IS NULL ORDER BY id LIMIT 1),
            (SELECT settled_at FROM branch_intake WHERE NOT is_stepless ORDER BY id LIMIT 1)))::float8 AS age
        """

    /// Both from the index of what was set aside.
    static let setAsideSQL = """
        SELECT (SELECT count(*) FROM (
                SELECT FROM enrollment_intake WHERE problem IS NOT NULL LIMIT \(mostSetAside)) aside) AS n,
            left(problem, \(mostCharacters)) AS problem
        FROM enrollment_intake WHERE problem IS NOT NULL ORDER BY id LIMIT 1
        """

    static func oldestSeconds(_ database: any PostgresExecutor, within limit: Duration) async throws -> Double? {
        try await database.query(oldestSQL, deadline: limit).scalar(Double?.self)
    }

    /// Nil when nothing was set aside.
    static func setAside(
        _ database: any PostgresExecutor, within limit: Duration
    ) async throws -> (count: Int, firstProblem: String)? {
        guard let row = try await database.query(setAsideSQL, deadline: limit).first else { return nil }
        return (Int(try row.decode(Int64.self, "n")), try row.decode(String.self, "problem"))
    }
}
