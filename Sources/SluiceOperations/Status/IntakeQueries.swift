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
            (SELECT settled_at FROM branch_intake WHERE NOT is_stepless ORDER BY try_at, id LIMIT 1),
            -- A campaign's row stays until everybody has been entered.
            (SELECT not_before FROM work_intake WHERE problem IS NULL AND area <> 'campaign'
                ORDER BY not_before LIMIT 1)))::float8 AS age
        """

    static let setAsideSQL = problems(of: "enrollment_intake")
    static let workSetAsideSQL = problems(of: "work_intake")
    static let progressSetAsideSQL = problems(of: "progress_intake")
    static let completionsRefusedSQL = problems(of: "completion_intake")

    /// Both figures from the table's index of what has a problem.
    private static func problems(of table: String) -> String {
        """
        SELECT (SELECT count(*) FROM (
                SELECT FROM \(table) WHERE problem IS NOT NULL LIMIT \(mostSetAside)) aside) AS n,
            left(problem, \(mostCharacters)) AS problem
        FROM \(table) WHERE problem IS NOT NULL ORDER BY id LIMIT 1
        """
    }

    static func oldestSeconds(_ database: any PostgresExecutor, within limit: Duration) async throws -> Double? {
        try await database.query(oldestSQL, deadline: limit).scalar(Double?.self)
    }

    /// Nil when nothing was set aside.
    static func setAside(
        _ database: any PostgresExecutor, within limit: Duration
    ) async throws -> (count: Int, firstProblem: String)? {
        try await problem(setAsideSQL, on: database, within: limit)
    }

    /// Nil when nothing was set aside.
    static func workSetAside(
        _ database: any PostgresExecutor, within limit: Duration
    ) async throws -> (count: Int, firstProblem: String)? {
        try await problem(workSetAsideSQL, on: database, within: limit)
    }

    /// Nil when nothing was set aside.
    static func progressSetAside(
        _ database: any PostgresExecutor, within limit: Duration
    ) async throws -> (count: Int, firstProblem: String)? {
        try await problem(progressSetAsideSQL, on: database, within: limit)
    }

    /// Nil when none is refused.
    static func completionsRefused(
        _ database: any PostgresExecutor, within limit: Duration
    ) async throws -> (count: Int, firstProblem: String)? {
        try await problem(completionsRefusedSQL, on: database, within: limit)
    }

    private static func problem(
        _ sql: String, on database: any PostgresExecutor, within limit: Duration
    ) async throws -> (count: Int, firstProblem: String)? {
        guard let row = try await database.query(sql, deadline: limit).first else { return nil }
        return (Int(try row.decode(Int64.self, "n")), try row.decode(String.self, "problem"))
    }
}
