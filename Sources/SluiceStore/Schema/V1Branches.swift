extension SchemaV1 {
    /// Branches of steps, and the contacts that stand at one until the leader has decided.
    static let branches = """
        -- Where a step leads whom: the first branch by position whose condition holds, else the step's next_trigger.
        CREATE TABLE sequence_branches (
            step_id uuid NOT NULL,
            position int NOT NULL,
            condition jsonb NOT NULL,
            next_trigger text,            -- NULL or empty: the sequence ends
            delay_seconds int CHECK (delay_seconds >= 0),   -- NULL: as long as the step says
            PRIMARY KEY (step_id, position)
        );

        -- Contacts whose last step was sent and whose next is not decided, for want of a decision or of the step itself.
        -- While a contact has a row of its own generation and moves, it must not be active: it would get the step it
        -- stands on once more.
        CREATE TABLE branch_intake (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            contact_id uuid NOT NULL,
            generation int NOT NULL,
            moves int NOT NULL,           -- counted with the step that was sent
            step_trigger text NOT NULL,   -- of the step that was sent
            -- That step does not exist: nothing can be decided until it does.
            is_stepless boolean NOT NULL DEFAULT false,
            settled_at timestamptz NOT NULL,
            -- Later than that of the others where the contact's row refused its move.
            try_at timestamptz NOT NULL DEFAULT '-infinity',
            UNIQUE (contact_id, generation, moves)
        );
        -- Read past by nobody who looks for what can be decided.
        CREATE INDEX branch_intake_stepless ON branch_intake (step_trigger) WHERE is_stepless;
        CREATE INDEX branch_intake_next ON branch_intake (try_at, id) WHERE NOT is_stepless;
        """

    static let branchTriggers = """
        -- A branch that cannot be used is refused here, where whoever writes it reads why.
        CREATE FUNCTION sluice_branch_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            problem text := sluice_condition_problem(NEW.condition);
        BEGIN
            IF problem IS NOT NULL THEN
                RAISE EXCEPTION 'the condition of branch % of step % cannot be used: %',
                    NEW.position, NEW.step_id, problem
                    USING ERRCODE = 'check_violation', TABLE = 'sequence_branches', COLUMN = 'condition',
                        HINT = 'For example {"field": "niche", "equals": "fitness"}.';
            END IF;
            -- Locked, so that two sessions that write branches of one step leave `has_branches` right.
            PERFORM FROM sequence_steps WHERE id = NEW.step_id FOR UPDATE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'branch % is of step %, which does not exist', NEW.position, NEW.step_id
                    USING ERRCODE = 'foreign_key_violation', TABLE = 'sequence_branches', COLUMN = 'step_id';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_branch_written BEFORE INSERT OR UPDATE ON sequence_branches
            FOR EACH ROW EXECUTE FUNCTION sluice_branch_written();

        CREATE FUNCTION sluice_branches_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            steps uuid[] := ARRAY(SELECT DISTINCT step_id FROM changed);
            workspaces text[];
        BEGIN
            IF TG_OP = 'UPDATE' THEN steps := steps || ARRAY(SELECT step_id FROM was); END IF;
            -- Only touched: the step's own trigger looks whether there are branches, after the lock on it is had.
            UPDATE sequence_steps SET has_branches = has_branches WHERE id = ANY (steps);
            workspaces := ARRAY(SELECT DISTINCT workspace_id FROM sequence_steps WHERE id = ANY (steps));
            PERFORM sluice_mark_endless(workspaces);
            INSERT INTO intake_scans (purpose, workspace_id) SELECT 'recheck', w FROM unnest(workspaces) w;
            IF FOUND THEN NOTIFY sluice_intake; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_branches_inserted AFTER INSERT ON sequence_branches
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sluice_branches_changed();
        CREATE TRIGGER sluice_branches_updated AFTER UPDATE ON sequence_branches
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_branches_changed();
        CREATE TRIGGER sluice_branches_deleted AFTER DELETE ON sequence_branches
            REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sluice_branches_changed();
        """
}
