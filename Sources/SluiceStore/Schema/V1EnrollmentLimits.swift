extension SchemaV1 {
    /// Sequences that are to start small: how many may enter, and how many have.
    static let enrollmentLimits = """
        -- Beside `sequences`, whose rows operators lock: an enrollment that finds its row here locked holds whom it
        -- enters, and nobody waits.
        CREATE TABLE enrollment_limits (
            sequence_id uuid PRIMARY KEY,
            most int NOT NULL,
            -- Who came in, whatever became of them; whoever enters again counts again.
            entered bigint NOT NULL
        ) WITH (fillfactor = 50);

        -- With the owner's rights: who may set a limit need not be let write what was counted.
        CREATE FUNCTION sluice_enrollment_limited() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                DELETE FROM enrollment_limits WHERE sequence_id = OLD.id;
                RETURN NULL;
            ELSIF NEW.enrollment_limit IS NULL THEN
                DELETE FROM enrollment_limits WHERE sequence_id = NEW.id;
            ELSE
                INSERT INTO enrollment_limits (sequence_id, most, entered)
                    SELECT NEW.id, NEW.enrollment_limit, coalesce(sum(n), 0) FROM contact_counts
                    WHERE kind = 'sequence' AND source_id = NEW.id::text
                    ON CONFLICT (sequence_id) DO UPDATE SET most = excluded.most;
            END IF;
            -- Whoever waits for room may come in now.
            INSERT INTO intake_scans (purpose, workspace_id, trigger) VALUES ('limit', NEW.workspace_id, NEW.id::text);
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_enrollment_limit_given AFTER INSERT ON sequences
            FOR EACH ROW WHEN (NEW.enrollment_limit IS NOT NULL) EXECUTE FUNCTION sluice_enrollment_limited();
        CREATE TRIGGER sluice_enrollment_limit_set AFTER UPDATE OF enrollment_limit ON sequences
            FOR EACH ROW WHEN (NEW.enrollment_limit IS DISTINCT FROM OLD.enrollment_limit)
            EXECUTE FUNCTION sluice_enrollment_limited();
        CREATE TRIGGER sluice_enrollment_limit_gone AFTER DELETE ON sequences
            FOR EACH ROW WHEN (OLD.enrollment_limit IS NOT NULL) EXECUTE FUNCTION sluice_enrollment_limited();
        """
}
