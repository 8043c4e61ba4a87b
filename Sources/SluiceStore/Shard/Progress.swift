/// Tells the loops off the hot path that single messages (kinds trigger, scheduled, event) moved: a row of
/// `progress_intake` for each. Contacts of sequences and campaigns write none.
enum Progress {
    /// A member of a WITH, named `progressed`. `source` has one row per contact, with `id` and `kind`.
    static func cte(of source: String, when condition: String) -> String {
        """
        progressed AS (
            INSERT INTO progress_intake (kind, contact_id)
            SELECT kind, id FROM \(source) WHERE sluice_is_single(kind) AND (\(condition))
        )
        """
    }
}
