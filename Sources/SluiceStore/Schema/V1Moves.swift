extension SchemaV1 {
    /// A sequence that goes to another user, and so to another workspace. Nothing crosses a workspace (I21): its steps
    /// go along, its people stay.
    static let movedSequences = """
        -- What of the sequence runs in the workspace it left is cancelled by name. All its contacts there give up their
        -- phone, which a sequence has once, for those who enter in the new workspace; `recipient` keeps whom they were
        -- for. Written as Sluice writes: no trigger takes the change for a correction by hand.
        CREATE FUNCTION sluice_move_sequence(moved uuid, former text, present text) RETURNS void LANGUAGE plpgsql
        SET sluice.internal = 'on' AS $$
        BEGIN
            UPDATE sequence_steps SET workspace_id = present WHERE sequence_id = moved;
            PERFORM sluice_mark_endless(ARRAY[former, present]);
            INSERT INTO intake_scans (purpose, workspace_id) VALUES ('recheck', former), ('recheck', present);
            WITH left_behind AS MATERIALIZED (
                SELECT id, kind, source_id, status, status IN ('active', 'paused', 'advance') AS runs
                FROM sequence_contacts WHERE sequence_id = moved AND workspace_id = former ORDER BY id FOR UPDATE
            ), ended AS (
                UPDATE sequence_contacts c SET contact_phone = NULL,
                    status = CASE WHEN l.runs THEN 'cancelled' ELSE c.status END,
                    hold_reason = CASE WHEN NOT l.runs THEN c.hold_reason END,
                    last_error = CASE WHEN l.runs THEN 'workspace_changed' ELSE c.last_error END,
                    completed_at = CASE WHEN l.runs THEN now() ELSE c.completed_at END
                FROM left_behind l WHERE c.id = l.id)
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
                SELECT former, l.kind, l.source_id, v.status, sum(v.n)
                FROM left_behind l CROSS JOIN LATERAL (VALUES (l.status, -1), ('cancelled', 1)) v(status, n)
                WHERE l.runs GROUP BY 2, 3, 4;
        END $$;
        """
}
