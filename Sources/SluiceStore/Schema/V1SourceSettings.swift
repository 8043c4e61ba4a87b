extension SchemaV1 {
    /// Settings of sources that hold messages back: a rate, quiet hours, an expiry. Whoever sets one writes `sources`.
    static let sourceSettings = """
        -- What was claimed of the sources that have a rate, in the last minute: when, rounded up to a tenth of a second,
        -- and how many. One row, locked by a claim while it counts, so that no two claims count on the same room.
        CREATE TABLE source_paces (
            kind text NOT NULL,
            source_id text NOT NULL,
            claimed_at timestamptz[] NOT NULL DEFAULT '{}',
            claimed int[] NOT NULL DEFAULT '{}',
            PRIMARY KEY (kind, source_id)
        ) WITH (fillfactor = 50);

        -- Until when nothing more may be claimed of a source of this rate: until so much of what was claimed is a minute
        -- old that there is room for one. NULL: there is room.
        CREATE FUNCTION sluice_pace_until(claimed_at timestamptz[], claimed int[], rate int, at timestamptz)
        RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN (
            SELECT min(c.moment) + interval '1 minute' FROM (
                SELECT e.moment, sum(e.n) OVER () AS used, sum(e.n) OVER (ORDER BY e.moment DESC) - e.n AS later
                FROM unnest(claimed_at, claimed) AS e(moment, n) WHERE e.moment > at - interval '1 minute') c
            WHERE c.used >= rate AND c.later < rate);

        -- With the owner's rights: who may set a rate need not be let write what was claimed.
        CREATE FUNCTION sluice_source_paced() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                DELETE FROM source_paces WHERE kind = OLD.kind AND source_id = OLD.source_id;
            ELSE
                INSERT INTO source_paces (kind, source_id) VALUES (NEW.kind, NEW.source_id) ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_source_paced AFTER INSERT OR UPDATE OF rate_per_minute ON sources
            FOR EACH ROW WHEN (NEW.rate_per_minute IS NOT NULL) EXECUTE FUNCTION sluice_source_paced();
        CREATE TRIGGER sluice_source_unpaced AFTER DELETE ON sources
            FOR EACH ROW WHEN (OLD.rate_per_minute IS NOT NULL) EXECUTE FUNCTION sluice_source_paced();

        -- The zone that somebody's times of day are in: their own, else their workspace's, else UTC. One that does not
        -- exist is none.
        CREATE FUNCTION sluice_zone(zone text, workspace text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            named text;
        BEGIN
            FOREACH named IN ARRAY ARRAY[zone, (SELECT w.time_zone FROM workspaces w WHERE w.id = workspace)] LOOP
                BEGIN
                    IF named <> '' AND now() AT TIME ZONE named IS NOT NULL THEN RETURN named; END IF;
                EXCEPTION WHEN invalid_parameter_value THEN
                    CONTINUE;
                END;
            END LOOP;
            RETURN 'UTC';
        END $$;

        -- The end of the quiet hours that `at` lies in; NULL when it lies in none. They are what the clock on the wall
        -- says: on a day that is set back they may come twice. The result lies after `at`, whichever of two equal times
        -- of day the zone's rules mean.
        CREATE FUNCTION sluice_quiet_until(at timestamptz, quiet_from time, quiet_to time, zone text, workspace text)
        RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            here text;
            wall timestamp;
            ends timestamp;
        BEGIN
            IF quiet_from IS NULL OR quiet_to IS NULL THEN RETURN NULL; END IF;
            here := sluice_zone(zone, workspace);
            wall := at AT TIME ZONE here;
            ends := quiet_to + CASE
                WHEN wall::time < quiet_to AND (wall::time >= quiet_from OR quiet_from > quiet_to) THEN wall::date
                WHEN wall::time >= quiet_from AND quiet_from > quiet_to THEN wall::date + 1 END;
            RETURN CASE WHEN ends AT TIME ZONE here > at THEN ends AT TIME ZONE here ELSE at + (ends - wall) END;
        END $$;
        """
}
