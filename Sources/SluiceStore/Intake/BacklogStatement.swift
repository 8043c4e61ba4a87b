/// How many enrollments wait, those aside that were set aside. Counting stops at a bound, because a load of a million
/// leads is counted again after each chunk of it.
enum BacklogStatement {
    static let most = 10_000

    static let sql = """
        SELECT count(*) AS n FROM (SELECT FROM enrollment_intake WHERE problem IS NULL LIMIT \(most)) waiting
        """
}
