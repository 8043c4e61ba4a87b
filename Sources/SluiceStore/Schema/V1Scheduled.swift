extension SchemaV1 {
    /// Scheduled messages: a row of `scheduled_sms_jobs` is one message at one time, a row of `message_schedules` makes
    /// such a row each time its pattern comes round.
    static let scheduled = """
        ALTER TABLE scheduled_sms_jobs ALTER COLUMN id SET DEFAULT 'job_' || replace(gen_random_uuid()::text, '-', '');
        UPDATE scheduled_sms_jobs SET scheduled_time = now() WHERE scheduled_time IS NULL;
        -- Lists go by it, page by page.
        CREATE INDEX sluice_jobs_listed ON scheduled_sms_jobs (workspace_id, status, scheduled_time, id);

        CREATE TABLE message_templates (
            workspace_id text NOT NULL DEFAULT 'default',
            name text NOT NULL,
            body text NOT NULL,
            media_url text,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (workspace_id, name)
        );

        CREATE TABLE message_schedules (
            id text PRIMARY KEY DEFAULT 'sch_' || replace(gen_random_uuid()::text, '-', ''),
            workspace_id text NOT NULL DEFAULT 'default',
            to_phone text NOT NULL,
            body text,
            media_url text,
            from_number text,
            metadata jsonb,
            priority int NOT NULL DEFAULT 10,
            -- Five fields: minute, hour, day of month, month, day of week.
            cron text NOT NULL,
            -- NULL: the workspace's.
            time_zone text,
            -- What becomes of runs that were due while nobody led: none of them, or the first.
            missed text NOT NULL DEFAULT 'skip' CHECK (missed IN ('skip', 'once')),
            is_active boolean NOT NULL DEFAULT true,
            next_time timestamptz,
            last_time timestamptz,
            -- Why it makes no messages.
            problem text,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX sluice_schedules_listed ON message_schedules (workspace_id, id);
        """

    static let scheduledTriggers = """
        CREATE FUNCTION sluice_job_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.status = 'completed' AND NEW.status IS DISTINCT FROM OLD.status THEN
                RAISE EXCEPTION 'job % is completed: it cannot be set %', NEW.id, NEW.status
                    USING ERRCODE = 'check_violation', TABLE = 'scheduled_sms_jobs', COLUMN = 'status',
                        HINT = 'Insert another job.';
            END IF;
            NEW.workspace_id := coalesce(NEW.workspace_id, 'default');
            NEW.status := coalesce(NEW.status, 'scheduled');
            NEW.scheduled_time := coalesce(NEW.scheduled_time, now());
            PERFORM sluice_require_moment(NEW.scheduled_time, 'scheduled_sms_jobs', 'scheduled_time');
            NEW.message_id := coalesce(NEW.message_id, 'msg_' || replace(gen_random_uuid()::text, '-', ''));
            NEW.updated_at := now();
            IF NEW.status = 'scheduled' THEN
                NEW.message_status := NULL;
                NEW.completed_time := NULL;
                NEW.error := NULL;
            ELSIF NEW.status = 'cancelled' AND TG_OP = 'UPDATE' AND OLD.status <> 'cancelled' THEN
                NEW.completed_time := now();
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_job_written BEFORE INSERT OR UPDATE ON scheduled_sms_jobs
            FOR EACH ROW WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_job_written();

        CREATE FUNCTION sluice_jobs_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO work_intake (area, item) SELECT 'scheduled', id FROM written WHERE status = 'scheduled';
            IF FOUND THEN NOTIFY sluice_intake; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_jobs_inserted AFTER INSERT ON scheduled_sms_jobs
            REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sluice_jobs_inserted();

        -- What waits is entered again as it is now; whoever it is not for any more is let go. With the owner's rights:
        -- who may cancel a job need not be let write contacts for it.
        CREATE FUNCTION sluice_jobs_updated() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
        BEGIN
            -- No join of the two: a session keeps the plan of its first update, which may have been of one row.
            \(letGo(where: """
            (was.id IN (SELECT id FROM changed WHERE status = 'cancelled') OR was.id IN (
                        SELECT id FROM (SELECT id, workspace_id, sluice_digits(to_phone) FROM was
                            EXCEPT SELECT id, workspace_id, sluice_digits(to_phone) FROM changed) moved))
            """));
            INSERT INTO work_intake (area, item)
                SELECT 'scheduled', id FROM (
                    SELECT id, \(list(jobContent)) FROM changed WHERE status = 'scheduled'
                    EXCEPT SELECT id, \(list(jobContent)) FROM was) edited;
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_jobs_updated AFTER UPDATE ON scheduled_sms_jobs
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_jobs_updated();

        CREATE FUNCTION sluice_jobs_deleted() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
        BEGIN
            \(letGo(where: "true"));
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_jobs_deleted AFTER DELETE ON scheduled_sms_jobs
            REFERENCING OLD TABLE AS was
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_jobs_deleted();

        CREATE FUNCTION sluice_jobs_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE sequence_contacts SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                completed_at = now()
            WHERE kind = 'scheduled' AND status IN ('active', 'paused', 'advance');
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_jobs_truncated AFTER TRUNCATE ON scheduled_sms_jobs
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_jobs_truncated();

        -- A schedule whose times changed counts from now on.
        CREATE FUNCTION sluice_schedule_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.updated_at := now();
            IF TG_OP = 'INSERT' OR (NEW.cron, NEW.time_zone, NEW.is_active, NEW.workspace_id)
                IS DISTINCT FROM (OLD.cron, OLD.time_zone, OLD.is_active, OLD.workspace_id)
            THEN
                NEW.next_time := NULL;
                NEW.problem := NULL;
                INSERT INTO work_intake (area, item) VALUES ('recurring', NEW.id);
                NOTIFY sluice_intake;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_schedule_written BEFORE INSERT OR UPDATE ON message_schedules
            FOR EACH ROW WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_schedule_written();

        -- Jobs that were here before Sluice and are still to be sent.
        UPDATE scheduled_sms_jobs SET message_id = 'msg_' || replace(gen_random_uuid()::text, '-', '')
            WHERE message_id IS NULL;
        INSERT INTO work_intake (area, item) SELECT 'scheduled', id FROM scheduled_sms_jobs WHERE status = 'scheduled';
        """

    /// Ends the contacts of rows of `was`.
    private static func letGo(where condition: String) -> String {
        """
        UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                completed_at = now()
            FROM was
            WHERE c.recipient IN (was.to_phone, sluice_digits(was.to_phone)) AND c.source_id = was.id
              AND c.kind = 'scheduled' AND c.workspace_id = was.workspace_id
              AND c.status IN ('active', 'paused', 'advance')
              AND \(condition)
        """
    }

    /// What a message is made of, and when.
    private static let jobContent = [
        "status", "workspace_id", "to_phone", "body", "media_url", "from_number", "scheduled_time", "expires_at",
        "priority", "metadata::jsonb",
    ]

    private static func list(_ columns: [String]) -> String { columns.joined(separator: ", ") }
}
