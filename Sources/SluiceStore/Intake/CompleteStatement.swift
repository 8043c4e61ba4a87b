/// COMPLETE: takes the triggers of ended enrollments off their leads, all of one lead in one update (two completions of
/// one lead in one statement would else lose one). A lead that somebody holds locked is left for the next time and
/// delays no other; an enrollment that was revived meanwhile keeps its trigger. A lead that a rule of the user's own
/// refuses is put off, longer each time.
enum CompleteStatement {
    static let sql = """
        WITH lead AS MATERIALIZED (
            \(next)
        ), done AS MATERIALIZED (
            DELETE FROM completion_intake i WHERE i.lead_id IN (SELECT id FROM lead)
            RETURNING i.lead_id, i.contact_id, i.generation, i.trigger
        ), off AS (
            SELECT d.lead_id, array_agg(d.trigger) AS triggers
            FROM done d
            LEFT JOIN LATERAL (
                SELECT generation <> d.generation OR status NOT IN ('completed', 'failed', 'cancelled')
                    AS is_revived
                FROM sequence_contacts WHERE id = d.contact_id LIMIT 1) c ON true
            WHERE coalesce(NOT c.is_revived, true)
            GROUP BY d.lead_id
        ), updated AS (
            UPDATE leads l SET trigger = (
                SELECT string_agg(btrim(word), ',' ORDER BY place)
                FROM unnest(string_to_array(l.trigger, ',')) WITH ORDINALITY AS words(word, place)
                WHERE btrim(word) <> '' AND NOT btrim(word) = ANY (off.triggers)),
                updated_at = now()
            FROM off WHERE l.id = off.lead_id
        )
        SELECT (SELECT count(*) FROM done)::int AS done, (SELECT count(*) FROM lead)::int AS looked_at
        """

    /// The lead that is next comes again after 1, 2, 4 minutes and so on up to about an hour. `$1`: 1, `$2`: why.
    static let putOff = """
        WITH lead AS MATERIALIZED (
            \(next)
        )
        UPDATE completion_intake i SET times_refused = least(times_refused + 1, 6), problem = $2,
            not_before = clock_timestamp() + make_interval(mins => (2 ^ times_refused)::int)
        FROM lead WHERE i.lead_id = lead.id
        """

    private static let next = """
        SELECT l.id, l.trigger FROM completion_intake i CROSS JOIN LATERAL (
            SELECT id, trigger FROM leads WHERE id = i.lead_id FOR UPDATE SKIP LOCKED) l
        WHERE i.not_before <= clock_timestamp() ORDER BY i.id LIMIT $1
        """
}
