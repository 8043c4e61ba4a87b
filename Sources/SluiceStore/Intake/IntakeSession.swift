/// Settings of the intake's transactions.
///
/// A node's sessions plan a statement once and keep the plan. That suits statements that go by a few keys; those of the
/// intake join chunks with tables that may have grown a hundredfold since, and a plan for a table of 200 rows walks one
/// of 100,000 for each row of the chunk. Planning anew costs some milliseconds a chunk.
enum IntakeSession {
    static let plannedAnew = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"

    /// What enrolls locks nothing that users lock for long, except where somebody is writing the very same enrollment.
    /// So a wait is short, and whoever is waited for is found by halving the chunk.
    static let waitingBriefly = """
        SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('lock_timeout', '25ms', true)
        """
}
