extension SchemaV1 {
    /// The intake tables: what producers wrote and the leader has not worked off yet. Filled by statement-level
    /// triggers, so that one UPDATE of a million leads stays one set-based statement; drained in chunks.
    static let intakeTables = """
        CREATE TABLE enrollment_intake (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            -- add, remove: a lead gained or lost a trigger. find: a lead has had it all along (never enters anybody
            -- twice). depart: a lead came from another workspace, and what it runs there ends. place: a contact wants a
            -- device and a lane, or the end if its sequence is gone.
            op text NOT NULL CHECK (op IN ('add', 'find', 'remove', 'depart', 'place')),
            lead_id uuid,
            contact_id uuid,
            workspace_id text NOT NULL,
            trigger text,
            not_before timestamptz NOT NULL DEFAULT now(),
            -- How often somebody's open transaction was in the way.
            times_blocked smallint NOT NULL DEFAULT 0,
            -- Why a row was set aside (then `not_before` is infinity).
            problem text
        );
        -- Few or none, found without reading past what waits.
        CREATE INDEX enrollment_intake_set_aside ON enrollment_intake (id) WHERE problem IS NOT NULL;

        -- One row per set of rows to look through once, in chunks from `after_id` on.
        CREATE TABLE intake_scans (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            -- enroll: leads that have `trigger` already. recheck: contacts held at the step of `trigger`. place:
            -- contacts held for want of a device. limit: contacts held because the sequence of this id was full. leadless: contacts whose lead may be gone. homeless: contacts that
            -- were given a lane while its device or its sequence was deleted.
            purpose text NOT NULL CHECK (purpose IN ('enroll', 'recheck', 'place', 'limit', 'leadless', 'homeless')),
            workspace_id text NOT NULL,
            trigger text,
            after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
        );

        -- A sequence that ended for a lead: its trigger is to be taken off.
        CREATE TABLE completion_intake (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            lead_id uuid NOT NULL,
            contact_id uuid NOT NULL,
            generation int NOT NULL,
            trigger text NOT NULL,
            not_before timestamptz NOT NULL DEFAULT '-infinity',
            -- How often the database refused the lead, and its words.
            times_refused smallint NOT NULL DEFAULT 0,
            problem text
        );
        CREATE INDEX completion_intake_lead ON completion_intake (lead_id);
        -- For the status: what is refused, among whatever is still to be done.
        CREATE INDEX completion_intake_refused ON completion_intake (id) WHERE problem IS NOT NULL;

        -- Lanes in which plain SQL made a contact due.
        CREATE TABLE lane_wakes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            lane_id bigint NOT NULL,
            due timestamptz NOT NULL
        );

        -- Contacts by source and status: the sums, and the changes not folded in yet. Reading both is exact at any
        -- moment.
        CREATE TABLE contact_tallies (
            workspace_id text NOT NULL,
            kind text NOT NULL,
            source_id text NOT NULL,
            status text NOT NULL,
            n bigint NOT NULL,
            PRIMARY KEY (workspace_id, kind, source_id, status)
        );
        CREATE TABLE contact_tally_changes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            workspace_id text NOT NULL,
            kind text NOT NULL,
            source_id text NOT NULL,
            status text NOT NULL,
            n bigint NOT NULL
        );
        INSERT INTO contact_tallies
            SELECT workspace_id, kind, source_id, status, count(*) FROM sequence_contacts GROUP BY 1, 2, 3, 4;
        """

    /// A row that names a user belongs to that user's workspace.
    static let workspaceTriggers = """
        CREATE FUNCTION sluice_workspace_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.workspace_id := NEW.user_id::text;
            INSERT INTO workspaces (id, name) SELECT NEW.workspace_id, NEW.workspace_id
                WHERE NOT EXISTS (SELECT FROM workspaces WHERE id = NEW.workspace_id) ON CONFLICT DO NOTHING;
            RETURN NEW;
        END $$;

        CREATE FUNCTION sluice_step_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.content_problem := sluice_content_problem(NEW.content, NEW.message_text, NEW.media_url);
            NEW.workspace_id := coalesce(
                (SELECT workspace_id FROM sequences WHERE id = NEW.sequence_id), NEW.workspace_id);
            NEW.has_branches := EXISTS (SELECT FROM sequence_branches WHERE step_id = NEW.id);
            RETURN NEW;
        END $$;
        """
        + ["leads", "sequences", "user_devices", "flows", "message_runs"]
        .map { table in
            """

            CREATE TRIGGER sluice_workspace BEFORE INSERT OR UPDATE OF user_id ON \(table)
                FOR EACH ROW WHEN (NEW.user_id IS NOT NULL AND NEW.workspace_id IS DISTINCT FROM NEW.user_id::text)
                EXECUTE FUNCTION sluice_workspace_of_user();
            """
        }
        .joined()
            + """

            CREATE TRIGGER sluice_zone_written BEFORE INSERT OR UPDATE OF time_zone ON workspaces
                FOR EACH ROW EXECUTE FUNCTION sluice_zone_written();
            CREATE TRIGGER sluice_step_written BEFORE INSERT OR UPDATE ON sequence_steps
                FOR EACH ROW EXECUTE FUNCTION sluice_step_written();
            """

    /// Compiling such a statement (`jit`) would cost a user's UPDATE more than running it does.
    ///
    /// A session plans a trigger's statement at its first use, when its transition tables may hold one row, and keeps
    /// the plan: two of 100,000 rows each joined by a nested loop run for hours. So those that join them hash.
    static let leadTriggers = """
        CREATE FUNCTION sluice_leads_inserted() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
        BEGIN
            INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger)
                SELECT 'add', l.id, l.workspace_id, t FROM new_leads l, sluice_triggers(l.trigger) t
                WHERE l.trigger IS NOT NULL;
            IF FOUND THEN NOTIFY sluice_lead; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_leads_inserted AFTER INSERT ON leads
            REFERENCING NEW TABLE AS new_leads FOR EACH STATEMENT EXECUTE FUNCTION sluice_leads_inserted();

        CREATE FUNCTION sluice_leads_updated() RETURNS trigger LANGUAGE plpgsql
        SET jit = off SET enable_nestloop = off AS $$
        BEGIN
            -- Losses before gains: a trigger that went and came within one chunk starts anew.
            INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger)
                SELECT 'depart', n.id, n.workspace_id, NULL
                FROM old_leads o JOIN new_leads n USING (id) WHERE n.workspace_id <> o.workspace_id
                UNION ALL
                SELECT 'remove', n.id, n.workspace_id, t
                FROM old_leads o JOIN new_leads n USING (id), sluice_triggers(o.trigger) t
                WHERE n.trigger IS DISTINCT FROM o.trigger AND t NOT IN (SELECT u FROM sluice_triggers(n.trigger) u)
                UNION ALL
                SELECT 'add', n.id, n.workspace_id, t
                FROM old_leads o JOIN new_leads n USING (id), sluice_triggers(n.trigger) t
                WHERE n.trigger IS DISTINCT FROM o.trigger AND t NOT IN (SELECT u FROM sluice_triggers(o.trigger) u)
                   OR n.workspace_id <> o.workspace_id
                   -- A number that was none and now is one.
                   OR n.phone IS DISTINCT FROM o.phone AND sluice_digits(o.phone) IS NULL
                      AND sluice_digits(n.phone) IS NOT NULL;
            IF FOUND THEN NOTIFY sluice_lead; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_leads_updated AFTER UPDATE ON leads
            REFERENCING OLD TABLE AS old_leads NEW TABLE AS new_leads
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_leads_updated();

        CREATE FUNCTION sluice_leads_deleted() RETURNS trigger LANGUAGE plpgsql
        SET jit = off SET enable_nestloop = off AS $$
        BEGIN
            INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger)
                SELECT 'remove', l.id, l.workspace_id, t FROM old_leads l, sluice_triggers(l.trigger) t
                WHERE l.trigger IS NOT NULL;
            IF FOUND THEN NOTIFY sluice_lead; END IF;
            DELETE FROM completion_intake i USING old_leads l WHERE i.lead_id = l.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_leads_deleted AFTER DELETE ON leads
            REFERENCING OLD TABLE AS old_leads FOR EACH STATEMENT EXECUTE FUNCTION sluice_leads_deleted();
        """

    static let sequenceTriggers = """
        -- A sequence that begins to run finds the leads that have its triggers already.
        CREATE FUNCTION sluice_sequences_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            has_moved boolean := TG_OP = 'UPDATE' AND NEW.workspace_id <> OLD.workspace_id;
        BEGIN
            IF has_moved THEN PERFORM sluice_move_sequence(NEW.id, OLD.workspace_id, NEW.workspace_id); END IF;
            IF NEW.is_active AND (TG_OP = 'INSERT' OR has_moved OR NOT coalesce(OLD.is_active, false)) THEN
                INSERT INTO intake_scans (purpose, workspace_id, trigger)
                    SELECT 'enroll', st.workspace_id, st.trigger FROM sequence_steps st
                    WHERE st.sequence_id = NEW.id AND st.is_entry_point AND st.trigger IS NOT NULL;
                NOTIFY sluice_intake;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_sequences_changed AFTER INSERT OR UPDATE ON sequences
            FOR EACH ROW EXECUTE FUNCTION sluice_sequences_changed();

        -- Steps on a cycle in which nobody ever waits are marked; contacts held at a step that changed are looked at
        -- again.
        CREATE FUNCTION sluice_mark_endless(workspaces text[]) RETURNS void LANGUAGE sql AS $$
            WITH RECURSIVE edge AS (
                SELECT a.workspace_id, a.id AS source, b.id AS target
                FROM sequence_steps a CROSS JOIN LATERAL (
                    SELECT a.next_trigger UNION ALL
                    SELECT w.next_trigger FROM sequence_branches w WHERE w.step_id = a.id) way
                JOIN sequence_steps b ON b.workspace_id = a.workspace_id AND b.trigger = way.next_trigger
                WHERE a.workspace_id = ANY (workspaces) AND coalesce(a.delay_seconds, a.trigger_delay_hours, 24) <= 0
            ), reach (source, target) AS (
                SELECT source, target FROM edge
                UNION SELECT reach.source, edge.target FROM reach JOIN edge ON edge.source = reach.target
            ), endless AS (SELECT source AS id FROM reach WHERE source = target)
            UPDATE sequence_steps st SET is_endless = NOT st.is_endless
                WHERE st.workspace_id = ANY (workspaces) AND st.is_endless <> (st.id IN (SELECT id FROM endless));
        $$;

        CREATE FUNCTION sluice_steps_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
            PERFORM sluice_mark_endless(ARRAY(SELECT DISTINCT workspace_id FROM new_steps));
            INSERT INTO intake_scans (purpose, workspace_id, trigger)
                SELECT 'enroll', n.workspace_id, n.trigger FROM new_steps n JOIN sequences s ON s.id = n.sequence_id
                WHERE n.is_entry_point AND s.is_active AND n.trigger IS NOT NULL
                UNION ALL
                -- A step that changed may also have opened a cycle elsewhere, so those are looked at by workspace.
                SELECT DISTINCT 'recheck', n.workspace_id, NULL FROM new_steps n;
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_steps_inserted AFTER INSERT ON sequence_steps
            REFERENCING NEW TABLE AS new_steps FOR EACH STATEMENT EXECUTE FUNCTION sluice_steps_changed();
        CREATE TRIGGER sluice_steps_updated AFTER UPDATE ON sequence_steps
            REFERENCING NEW TABLE AS new_steps FOR EACH STATEMENT EXECUTE FUNCTION sluice_steps_changed();

        -- A step that goes may break a cycle.
        CREATE FUNCTION sluice_steps_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM sequence_branches WHERE step_id IN (SELECT id FROM old_steps);
            PERFORM sluice_mark_endless(ARRAY(SELECT DISTINCT workspace_id FROM old_steps));
            INSERT INTO intake_scans (purpose, workspace_id) SELECT DISTINCT 'recheck', workspace_id FROM old_steps;
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_steps_deleted AFTER DELETE ON sequence_steps
            REFERENCING OLD TABLE AS old_steps FOR EACH STATEMENT EXECUTE FUNCTION sluice_steps_deleted();
        """
}
