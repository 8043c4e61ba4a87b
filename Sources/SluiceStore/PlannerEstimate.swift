/// What the planner is told of arrays that come as parameters.
///
/// A statement here is planned once, without its arrays' contents, and keeps its plan while tables grow from nothing to
/// millions of rows. With the default guess of ten rows it may join by hashing a whole partition that was empty when it
/// planned; with one row it always goes by the key. Statements that use this join no two arrays.
enum PlannerEstimate {
    /// A condition that is always true and that the planner takes for very selective.
    static func few(_ ordinal: String) -> String { "\(ordinal) BETWEEN 1 AND 1000000" }

    /// `key = value`, that can only be met by a probe of the key's index for each value.
    ///
    /// Rows joined by a plain `=` may also be found by walking all of a table in its key's order. A planner that takes
    /// the table for empty, as it does after everybody was deleted until somebody analyzes it, takes that for as cheap
    /// as one probe; and then each chunk of what comes after walks all that came before.
    static func probe(_ key: String, _ value: String) -> String { "\(key) = ANY (ARRAY[\(value)])" }

    /// Joins the contact `c` of each row before it, locked, found by a probe whatever the planner takes the table for:
    /// a subquery that locks stays what it is, and is asked row by row, in the order in which the rows come.
    static func locked(_ condition: String, _ locking: String = "") -> String {
        "CROSS JOIN LATERAL (SELECT * FROM sequence_contacts c WHERE \(condition) FOR UPDATE \(locking)) c"
    }
}
