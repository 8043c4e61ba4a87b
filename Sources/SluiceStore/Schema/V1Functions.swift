extension SchemaV1 {
    /// Small pure functions that tables, triggers and statements share, so that each rule stands in one place.
    static let functions = """
        -- Digits of a phone number; NULL when it is not one: 7-15 digits, an optional +, spaces and dashes dropped.
        CREATE OR REPLACE FUNCTION sluice_digits(phone text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            CASE WHEN regexp_replace(phone, '[ \\-]', '', 'g') ~ '^\\+?[0-9]{7,15}$'
                 THEN regexp_replace(phone, '[^0-9]', '', 'g') END;

        -- Whom an enrollment is for: the digits of a phone. A malformed one is nobody's: it is named by the id of what
        -- has it, so that two of them are two, and a long one fits into an index.
        CREATE OR REPLACE FUNCTION sluice_recipient(phone text, id uuid) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(sluice_digits(phone), 'invalid:' || id::text);

        -- The id of a new contact, in the order of time (RFC 9562, version 7, with 62 random bits): contacts that come
        -- together, and are claimed together, lie together in the indexes of a table of millions.
        CREATE OR REPLACE FUNCTION sluice_contact_id() RETURNS uuid
        LANGUAGE sql VOLATILE PARALLEL SAFE RETURN encode(
            int8send((date_part('epoch', clock_timestamp()) * 1000)::bigint << 16 | x'7000'::bigint)
                || substr(uuid_send(gen_random_uuid()), 9), 'hex')::uuid;

        -- The hash slot of a cap key: the first 12 bits of its MD5, 0-4095.
        CREATE OR REPLACE FUNCTION sluice_hash_slot(cap_key text) RETURNS smallint
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            ('x' || substr(md5(cap_key), 1, 3))::bit(12)::int::smallint;

        -- The lane class of a user's priority; the bounds of PriorityClass(priority:).
        CREATE OR REPLACE FUNCTION sluice_priority_class(priority int) RETURNS smallint
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            width_bucket(coalesce(priority, 10), ARRAY[2, 4, 6, 11, 21, 51, 101])::smallint;

        -- A time at which something can be sent.
        CREATE FUNCTION sluice_require_moment(at timestamptz, relation text, name text) RETURNS void
        LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN
            IF NOT isfinite(at) THEN
                RAISE EXCEPTION '% of % must be a moment, not %', name, relation, at
                    USING ERRCODE = 'check_violation', TABLE = relation, COLUMN = name;
            END IF;
        END $$;

        -- For tables with a time_zone.
        CREATE FUNCTION sluice_zone_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM now() AT TIME ZONE NEW.time_zone;
            RETURN NEW;
        EXCEPTION WHEN invalid_parameter_value THEN
            RAISE EXCEPTION 'there is no time zone "%"', left(NEW.time_zone, 100)
                USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, COLUMN = 'time_zone',
                    HINT = 'For example Europe/Berlin.';
        END $$;

        -- The triggers of a lead: whole words between commas, each once.
        CREATE OR REPLACE FUNCTION sluice_triggers(list text) RETURNS SETOF text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2 AS $$
            SELECT DISTINCT btrim(word) FROM unnest(string_to_array(list, ',')) word WHERE btrim(word) <> ''
        $$;

        -- Why a step cannot be sent, NULL when it can. 65,536 characters is WhatsApp's own limit.
        CREATE OR REPLACE FUNCTION sluice_content_problem(content text, message_text text, media_url text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
            WHEN length(coalesce(content, message_text, '')) > 65536 THEN 'text_too_long'
            WHEN btrim(coalesce(content, message_text, ''), E' \\t\\r\\n') = '' AND coalesce(media_url, '') = ''
                THEN 'empty_text' END;

        -- When a contact that waits `delay` from `base` is due: then, or at the step's local time of day at or after
        -- it. A time of day that does not parse and a zone that does not exist count as not given.
        CREATE OR REPLACE FUNCTION sluice_due(base timestamptz, delay interval, time_of_day text, zone text)
        RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            due timestamptz := base + delay;
            here text := coalesce(nullif(zone, ''), 'UTC');
            clock time;
            local timestamp;
        BEGIN
            IF time_of_day IS NULL OR time_of_day !~ '^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$' THEN
                RETURN due;
            END IF;
            clock := time_of_day::time;
            BEGIN
                local := due AT TIME ZONE here;
            EXCEPTION WHEN invalid_parameter_value THEN
                here := 'UTC';
                local := due AT TIME ZONE here;
            END;
            IF local::time <= clock THEN
                RETURN (local::date + clock) AT TIME ZONE here;
            END IF;
            RETURN (local::date + 1 + clock) AT TIME ZONE here;
        END $$;

        -- True in Sluice's own sessions. Triggers that watch for what users write skip those.
        CREATE OR REPLACE FUNCTION sluice_is_internal() RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE RETURN coalesce(current_setting('sluice.internal', true), '') = 'on';
        """

    /// `NOT sluice_is_internal()` in words that cost less: a trigger's condition is read and planned by each statement on
    /// its table, and the function with it, 0.1 ms a statement on the hot tables.
    static let byUsers = "current_setting('sluice.internal', true) IS DISTINCT FROM 'on'"
}
