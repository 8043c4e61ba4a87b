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

    /// Takes the rows of one area that wait longest, giving their `contact_id`; what was set aside stays. `limit`: how
    /// many.
    static func taken(of area: WorkArea, limit: String) -> String {
        """
        DELETE FROM progress_intake WHERE id IN (
                SELECT id FROM progress_intake WHERE kind = '\(area.rawValue)' AND problem IS NULL
                ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED)
            RETURNING contact_id
        """
    }

    /// The row of an area that is next waits for an operator. `$1` area, `$2` why.
    static let setAside = """
        UPDATE progress_intake SET problem = $2 WHERE id = (
            SELECT id FROM progress_intake WHERE kind = $1 AND problem IS NULL ORDER BY id LIMIT 1 FOR UPDATE)
        """
}
