/// Schedules: what recurs. Each run becomes a job, whose id says of which schedule and when, so that no run is made
/// twice by two leaders.
enum ScheduleStatements {
    /// Takes rows of the intake and gives their schedules, locked. `$1`: rows of the intake.
    static let take = """
        WITH taken AS MATERIALIZED (DELETE FROM work_intake WHERE id = ANY ($1::bigint[]) RETURNING item)
        SELECT s.id, s.cron, coalesce(s.time_zone, w.time_zone, 'UTC') AS zone, s.missed, s.next_time,
            clock_timestamp() AS now
        FROM message_schedules s LEFT JOIN workspaces w ON w.id = s.workspace_id
        WHERE s.id IN (SELECT item FROM taken) AND s.is_active ORDER BY s.id FOR NO KEY UPDATE OF s
        """

    /// `$1` schedules, `$2` their runs that become jobs.
    static let runs = """
        WITH made AS (
            INSERT INTO scheduled_sms_jobs (id, message_id, to_phone, body, media_url, from_number, metadata, priority,
                workspace_id, scheduled_time, status, schedule_id)
            SELECT k.key, 'msg_' || substr(k.key, 5), s.to_phone, s.body, s.media_url, s.from_number, s.metadata,
                s.priority, s.workspace_id, r.run, 'scheduled', s.id
            FROM unnest($1::text[], $2::timestamptz[]) AS r(id, run)
            JOIN message_schedules s ON s.id = r.id
            CROSS JOIN LATERAL (
                SELECT 'job_' || substr(s.id, 5) || '_' || extract(epoch FROM r.run)::bigint AS key) k
            ON CONFLICT (id) DO NOTHING)
        UPDATE message_schedules s SET last_time = r.run FROM unnest($1::text[], $2::timestamptz[]) AS r(id, run)
        WHERE s.id = r.id
        """

    /// `$1` schedules, `$2` when they are due next (NULL: never again), `$3` what is wrong with them (NULL: nothing).
    static let next = """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS g(id, next, problem)
        ), planned AS (
            INSERT INTO work_intake (area, item, not_before)
            SELECT 'recurring', id, next FROM given WHERE next IS NOT NULL)
        UPDATE message_schedules s SET next_time = g.next, problem = g.problem FROM given g WHERE s.id = g.id
        """
}
