/// What the planner is told of arrays that come as parameters.
///
/// A statement here is planned once, without its arrays' contents, and keeps its plan while tables grow from nothing to
/// millions of rows. With the default guess of ten rows it may join by hashing a whole partition that was empty when it
/// planned; with one row it always goes by the key. Statements that use this join no two arrays.
enum PlannerEstimate {
    /// A condition that is always true and that the planner takes for very selective.
    static func few(_ ordinal: String) -> String { "\(ordinal) BETWEEN 1 AND 1000000" }
}
