/// Where anything waits, in one look, so that areas without work cost nothing.
enum WaitingStatement {
    /// The rows of an area that wait longest. `$1` area, `$2` how many.
    static let rows = """
        SELECT id FROM work_intake WHERE area = $1 AND problem IS NULL AND not_before <= clock_timestamp()
        ORDER BY id LIMIT $2
        """

    static let sql = """
        SELECT ARRAY(
            SELECT area FROM unnest(ARRAY[\(WorkArea.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))]) area
            WHERE EXISTS (SELECT FROM work_intake w
                    WHERE w.area = area.area AND problem IS NULL AND not_before <= clock_timestamp())
                OR area = '\(WorkArea.progress.rawValue)' AND EXISTS (SELECT FROM progress_intake WHERE problem IS NULL)
                OR area = '\(WorkArea.cleanup.rawValue)'
                    AND EXISTS (SELECT FROM source_cleanups WHERE try_at <= clock_timestamp())
            ) AS areas,
            -- The newest: before it lies all that was summed up since the oldest open snapshot.
            (SELECT id FROM contact_tally_changes ORDER BY id DESC LIMIT 1) IS NOT NULL AS has_counts,
            (SELECT extract(epoch FROM not_before - clock_timestamp())::float8 FROM work_intake
                WHERE problem IS NULL AND not_before > now() AND not_before < 'infinity'
                ORDER BY not_before LIMIT 1) AS next
        """
}
