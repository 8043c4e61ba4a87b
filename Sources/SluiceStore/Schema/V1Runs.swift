extension SchemaV1 {
    /// Runs of triggers and campaigns, and the pages and subscribers they are for.
    static let runs = """
        -- Queued runs of a page, for when it is active again, and somebody's, to say that they wait for it.
        CREATE INDEX sluice_trigger_runs_queued ON trigger_runs (page_id, recipient_user_id) WHERE status = 'queued';
        CREATE INDEX sluice_message_runs_open ON message_runs (id) WHERE completed_at IS NULL;
        CREATE INDEX sluice_subscribers ON meta_subscribers (page_id, user_id);

        -- Where the settings of a trigger stand, if anywhere: INSERT INTO sources (kind, source_id, priority, on_unknown,
        -- rate_per_minute) VALUES ('trigger', sluice_trigger_source('default', 7), 1, 'continue', 20).
        CREATE FUNCTION sluice_trigger_source(workspace text, trigger_id bigint) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 'trigger-' || trigger_id || '@' || workspace;

        -- Whether a page sends now. One that nobody described is no reason to wait.
        CREATE FUNCTION sluice_page_sends(is_active boolean, blocked_until timestamptz) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE RETURN
            coalesce(is_active, true) AND coalesce(blocked_until <= now(), true);
        """

    static let runTriggers = """
        CREATE FUNCTION sluice_trigger_runs_queued() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO work_intake (area, item) SELECT 'trigger', id::text FROM written WHERE status = 'queued';
            IF FOUND THEN NOTIFY sluice_trigger; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_trigger_runs_inserted AFTER INSERT ON trigger_runs
            REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sluice_trigger_runs_queued();

        -- A run that somebody cancels, or deletes, ends its contact; one that is set queued again begins anew,
        -- unless all of it was sent.
        CREATE FUNCTION sluice_trigger_runs_ended() RETURNS trigger LANGUAGE plpgsql
        SET jit = off AS $$
        BEGIN
            UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                completed_at = now()
            FROM ended e
            WHERE c.recipient IN (e.recipient_user_id, sluice_digits(e.recipient_user_id))
              AND c.source_id = e.id::text AND c.kind = 'trigger' AND c.status IN ('active', 'paused', 'advance')
              AND (TG_OP = 'DELETE' OR e.status = 'cancelled');
            IF TG_OP = 'UPDATE' THEN
                INSERT INTO work_intake (area, item) SELECT 'trigger', id::text FROM ended WHERE status = 'queued';
                NOTIFY sluice_intake;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_trigger_runs_updated AFTER UPDATE ON trigger_runs
            REFERENCING NEW TABLE AS ended
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_trigger_runs_ended();
        CREATE TRIGGER sluice_trigger_runs_deleted AFTER DELETE ON trigger_runs
            REFERENCING OLD TABLE AS ended
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_trigger_runs_ended();

        -- A page that sends again takes up what was queued for it.
        CREATE FUNCTION sluice_pages_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO work_intake (area, item)
                SELECT 'trigger', r.id::text FROM changed p JOIN trigger_runs r ON r.page_id = p.page_id
                WHERE r.status = 'queued' AND sluice_page_sends(p.is_active, p.blocked_until);
            IF FOUND THEN NOTIFY sluice_intake; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_pages_updated AFTER UPDATE ON meta_pages
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sluice_pages_changed();

        CREATE FUNCTION sluice_run_state(status text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            CASE WHEN status IN ('paused', 'cancelled') THEN status ELSE 'running' END;

        -- A campaign's run is a source: what somebody says of the run holds for it at once.
        CREATE FUNCTION sluice_message_run_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            wanted text := sluice_run_state(NEW.status);
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.status IN ('finished', 'failed', 'cancelled') AND NEW.status <> OLD.status THEN
                RAISE EXCEPTION 'campaign % is %: it cannot be set %', NEW.id, OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', TABLE = 'message_runs', COLUMN = 'status',
                        HINT = 'Insert another run.';
            END IF;
            IF TG_OP = 'INSERT' THEN
                INSERT INTO sources (kind, source_id, workspace_id, name, state, priority, on_unknown)
                    VALUES ('campaign', NEW.id::text, NEW.workspace_id, 'run_' || NEW.id, wanted, NEW.priority,
                        'continue') ON CONFLICT DO NOTHING;
            ELSE
                UPDATE sources s SET state = wanted
                    WHERE s.kind = 'campaign' AND s.source_id = NEW.id::text AND s.state <> wanted;
                -- Not even tried when nothing differs: an operator may switch a campaign and write no more of it.
                IF NEW.priority <> OLD.priority THEN
                    UPDATE sources s SET priority = NEW.priority
                        WHERE s.kind = 'campaign' AND s.source_id = NEW.id::text;
                END IF;
            END IF;
            IF NEW.status IN ('queued', 'running') AND NEW.fanned_out_at IS NULL
                AND (TG_OP = 'INSERT' OR OLD.status IS NULL OR OLD.status NOT IN ('queued', 'running')
                    OR NEW.status = 'queued' AND OLD.status <> 'queued'
                    OR NEW.start_at IS DISTINCT FROM OLD.start_at)
            THEN
                INSERT INTO work_intake (area, item, not_before)
                    VALUES ('campaign', NEW.id::text, coalesce(NEW.start_at, now()));
                NOTIFY sluice_intake;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_message_run_written AFTER INSERT OR UPDATE ON message_runs
            FOR EACH ROW WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_message_run_written();
        CREATE FUNCTION sluice_message_run_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE sources SET state = 'cancelled' WHERE kind = 'campaign' AND source_id = OLD.id::text;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_message_run_deleted AFTER DELETE ON message_runs
            FOR EACH ROW EXECUTE FUNCTION sluice_message_run_deleted();

        -- Emptying a table ends what its rows began.
        CREATE FUNCTION sluice_runs_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_TABLE_NAME = 'message_runs' THEN
                UPDATE sources SET state = 'cancelled' WHERE kind = 'campaign' AND state <> 'cancelled';
            ELSE
                UPDATE sequence_contacts SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                    completed_at = now()
                WHERE kind = 'trigger' AND status IN ('active', 'paused', 'advance');
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_trigger_runs_truncated AFTER TRUNCATE ON trigger_runs
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_runs_truncated();
        CREATE TRIGGER sluice_message_runs_truncated AFTER TRUNCATE ON message_runs
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_runs_truncated();

        INSERT INTO work_intake (area, item) SELECT 'trigger', id::text FROM trigger_runs WHERE status = 'queued';
        -- Campaigns that were here before Sluice have been sent in part by somebody else: they wait to be set queued.
        INSERT INTO sources (kind, source_id, workspace_id, name, state, priority, on_unknown)
            SELECT 'campaign', id::text, workspace_id, 'run_' || id, sluice_run_state(status), priority, 'continue'
            FROM message_runs WHERE coalesce(status, '') NOT IN ('finished', 'failed', 'cancelled');
        """
}
