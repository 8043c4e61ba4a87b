extension SchemaV1 {
    /// Sources: whatever contacts have in common that somebody switches on and off. A lane belongs to one; claims are
    /// made only in lanes of sources that run, and a reserve asks again. So a million contacts are paused or cancelled
    /// by one UPDATE of one row.
    ///
    /// A sequence and a campaign's run are sources of their own contacts. Single messages (kinds trigger, scheduled,
    /// event) are a source each by their identity, but share a lane: that of their priority class (`class-0` …
    /// `class-7`, rows that are always here), or that of their trigger where somebody gave it settings. Their contacts
    /// say so in `lane_source`.
    static let sources = """
        CREATE TABLE sources (
            kind text NOT NULL CHECK (kind IN ('sequence', 'campaign', 'trigger', 'scheduled', 'event')),
            source_id text NOT NULL CHECK (length(source_id) BETWEEN 1 AND 300),
            workspace_id text NOT NULL DEFAULT 'default',
            name text,
            -- Once cancelled it stays so.
            state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled')),
            priority int NOT NULL DEFAULT 10,
            on_unknown text NOT NULL DEFAULT 'hold' CHECK (on_unknown IN ('hold', 'continue')),
            device_choice text NOT NULL DEFAULT 'sticky' CHECK (device_choice IN ('sticky', 'prefer', 'any')),
            min_delay_seconds int,
            max_delay_seconds int,
            -- Claims of a minute over all its lanes; NULL: as many as the caps allow.
            rate_per_minute int CHECK (rate_per_minute > 0),
            -- No message from the one time of day until before the other, in the contact's zone.
            quiet_from time,
            quiet_to time,
            -- How long after it is due a message is still worth sending; NULL: for ever.
            expires_after interval CHECK (expires_after > interval '0'),
            PRIMARY KEY (kind, source_id),
            CONSTRAINT quiet_hours_have_two_ends CHECK ((quiet_from IS NULL) = (quiet_to IS NULL)),
            CONSTRAINT quiet_hours_are_not_the_whole_day CHECK (quiet_from <> quiet_to)
        ) WITH (fillfactor = 70);

        -- Each class by the highest priority in it. What became of an event's message has to be said before it is sent
        -- again, so it is held while that is unknown.
        INSERT INTO sources (kind, source_id, workspace_id, priority, on_unknown)
            SELECT kind, 'class-' || sluice_priority_class(p), '*', p,
                CASE kind WHEN 'event' THEN 'hold' ELSE 'continue' END
            FROM unnest(ARRAY['trigger', 'scheduled', 'event']) kind, unnest(ARRAY[1, 3, 5, 10, 20, 50, 100, 101]) p;

        -- Cancelled sources whose contacts are being cleaned up, in chunks; `after_id`: how far all contacts were
        -- looked through for those that are in no lane's index.
        CREATE TABLE source_cleanups (
            kind text NOT NULL,
            source_id text NOT NULL,
            since timestamptz NOT NULL DEFAULT now(),
            try_at timestamptz NOT NULL DEFAULT '-infinity',
            after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
            PRIMARY KEY (kind, source_id)
        );

        -- The text of kinds whose message is the contact's own and no step's.
        CREATE TABLE own_messages (
            contact_id uuid PRIMARY KEY,
            message_type text NOT NULL DEFAULT 'text',
            body text NOT NULL DEFAULT '',
            media_url text,
            caption text,
            channel text,
            metadata jsonb,
            content_problem text GENERATED ALWAYS AS (sluice_content_problem(body, NULL, media_url)) STORED
        );

        -- Rows of the areas' own tables that somebody wrote and the leader has not worked off: `item` is the row's id.
        CREATE TABLE work_intake (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            area text NOT NULL,
            item text NOT NULL,
            not_before timestamptz NOT NULL DEFAULT now(),
            -- How often somebody's open transaction was in the way.
            times_blocked smallint NOT NULL DEFAULT 0,
            -- Why a row was set aside (then `not_before` is infinity).
            problem text
        );
        CREATE INDEX work_intake_next ON work_intake (area, id) WHERE problem IS NULL;
        CREATE INDEX work_intake_set_aside ON work_intake (id) WHERE problem IS NOT NULL;
        CREATE INDEX work_intake_later ON work_intake (not_before) WHERE problem IS NULL;

        -- Single messages whose contact moved: what that means for the row it came from is worked out from the contact
        -- as it is then, so that neither the order nor a repetition of these rows matters.
        CREATE TABLE progress_intake (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL,
            contact_id uuid NOT NULL,
            -- Why a row was set aside.
            problem text
        );
        CREATE INDEX progress_intake_kind ON progress_intake (kind, id) WHERE problem IS NULL;
        CREATE INDEX progress_intake_set_aside ON progress_intake (id) WHERE problem IS NOT NULL;

        -- Kinds of which every message is a source of its own.
        CREATE FUNCTION sluice_is_single(kind text) RETURNS boolean
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN kind IN ('trigger', 'scheduled', 'event');
        -- Under which source a contact is counted: single messages together, or the counts would grow with them.
        CREATE FUNCTION sluice_counted_source(kind text, source_id text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            CASE WHEN kind IN ('trigger', 'scheduled', 'event') THEN '*' ELSE source_id END;
        """

    static let sourceTriggers = """
        -- A sequence's source follows it.
        CREATE FUNCTION sluice_sequence_source() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                DELETE FROM sources s USING was WHERE s.kind = 'sequence' AND s.source_id = was.id::text;
            ELSIF TG_OP = 'INSERT' THEN
                INSERT INTO sources (\(list(sequenceColumns)))
                SELECT \(sequenceSource(of: "q")) FROM changed q ON CONFLICT DO NOTHING;
            ELSE
                UPDATE sources s SET state = n.state
                FROM changed q CROSS JOIN LATERAL (SELECT \(sequenceSource(of: "q"))) n(\(list(sequenceColumns)))
                WHERE s.kind = 'sequence' AND s.source_id = n.source_id AND s.state <> n.state;
                -- Not even tried when nothing differs: an operator may switch a sequence and write no more of it.
                IF EXISTS (
                    SELECT FROM changed q
                    CROSS JOIN LATERAL (SELECT \(sequenceSource(of: "q"))) n(\(list(sequenceColumns)))
                    JOIN sources s ON s.kind = 'sequence' AND s.source_id = n.source_id
                    WHERE (\(list(sequenceColumns, of: "s."))) IS DISTINCT FROM (\(list(sequenceColumns, of: "n."))))
                THEN
                    UPDATE sources s SET (\(list(sequenceColumns))) = ROW (n.*)
                    FROM changed q CROSS JOIN LATERAL (SELECT \(sequenceSource(of: "q"))) n(\(list(sequenceColumns)))
                    WHERE s.kind = 'sequence' AND s.source_id = n.source_id
                      AND (\(list(sequenceColumns, of: "s."))) IS DISTINCT FROM (\(list(sequenceColumns, of: "n.")));
                END IF;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_source_inserted AFTER INSERT ON sequences
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sluice_sequence_source();
        CREATE TRIGGER sluice_source_updated AFTER UPDATE ON sequences
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sluice_sequence_source();
        CREATE TRIGGER sluice_source_deleted AFTER DELETE ON sequences
            REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION sluice_sequence_source();

        CREATE FUNCTION sluice_source_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state = 'cancelled' AND NEW.state <> 'cancelled' THEN
                RAISE EXCEPTION 'the % "%" was cancelled: it cannot be set %', NEW.kind, NEW.source_id, NEW.state
                    USING ERRCODE = 'check_violation', TABLE = 'sources', COLUMN = 'state';
            END IF;
            IF NEW.state = 'cancelled' AND OLD.state <> 'cancelled' THEN
                INSERT INTO source_cleanups (kind, source_id) VALUES (NEW.kind, NEW.source_id) ON CONFLICT DO NOTHING;
                NOTIFY sluice_intake;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_source_written BEFORE UPDATE OF state ON sources
            FOR EACH ROW EXECUTE FUNCTION sluice_source_written();

        INSERT INTO sources (\(list(sequenceColumns))) SELECT \(sequenceSource(of: "q")) FROM sequences q;
        """

    private static let sequenceColumns = [
        "kind", "source_id", "workspace_id", "name", "state", "priority", "on_unknown", "device_choice",
        "min_delay_seconds", "max_delay_seconds",
    ]

    private static func sequenceSource(of row: String) -> String {
        """
        'sequence', \(row).id::text, \(row).workspace_id, \(row).name,
            CASE WHEN \(row).is_active THEN 'running' ELSE 'paused' END, coalesce(\(row).priority, 10)::int,
            \(row).on_unknown, \(row).device_choice, \(row).min_delay_seconds::int, \(row).max_delay_seconds::int
        """
    }

    private static func list(_ columns: [String], of row: String = "") -> String {
        columns.map { row + $0 }.joined(separator: ", ")
    }
}
