/// The lanes of newly placed contacts, made where they are missing. A lane hangs on a row of `sources`: that of the
/// contact itself, or for single messages the one that `lane_source` names.
///
/// A lane made by this statement is not in the table for it yet, and joining thousands of contacts with thousands of
/// lanes that were just returned goes wrong when the planner takes both for one row. So the lanes are numbered before,
/// and found by number after.
enum LaneNumbers {
    /// Members of a WITH over `placed`: `numbered`, its rows with their `lane_number`; and `lane_list`, the lanes' ids
    /// by number.
    static let ctes = """
        numbered AS MATERIALIZED (
            SELECT r.*, CASE WHEN has_lane
                THEN dense_rank() OVER (PARTITION BY has_lane ORDER BY device, kind, hangs_on) END AS lane_number
            FROM (SELECT p.*, coalesce(p.lane_source, p.source_id) AS hangs_on,
                device IS NOT NULL AND hold IS DISTINCT FROM 'unknown_device' AS has_lane FROM placed p) r
        ), lane AS (
            INSERT INTO lanes (device_id, workspace_id, kind, source_id, priority_class, enrolled)
            SELECT device, min(workspace_id), kind, hangs_on, min(sluice_priority_class(priority)), count(*)
            FROM numbered WHERE has_lane GROUP BY device, kind, hangs_on ORDER BY device, kind, hangs_on
            ON CONFLICT (device_id, kind, source_id) DO UPDATE SET enrolled = lanes.enrolled + excluded.enrolled
            RETURNING id, device_id, kind, source_id
        ), lane_list AS MATERIALIZED (
            SELECT array_agg(id ORDER BY device_id, kind, source_id) AS ids FROM lane
        )
        """

    /// The source `s` of a lane `l`, outer joined.
    static let source = "LEFT JOIN sources s ON s.kind = l.kind AND s.source_id = l.source_id"

    /// The class of a lane `l` over its ``source``.
    static let priorityClass =
        "CASE WHEN s.kind IS NULL THEN l.priority_class ELSE sluice_priority_class(s.priority) END"

    /// The lane of a `numbered` row; NULL when it has none.
    static let lane = "(SELECT ids FROM lane_list)[p.lane_number]"
}
