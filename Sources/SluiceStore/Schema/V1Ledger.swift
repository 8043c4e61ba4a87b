extension SchemaV1 {
    /// The send ledger: every attempt, from its reserve on. Partitioned by day; `sluice_ledger_day` makes a day's
    /// partition, created standalone and then attached, so that no insert waits behind a long reader.
    static let ledger = """
        CREATE TABLE send_ledger (
            day date NOT NULL,
            contact_id uuid NOT NULL,
            attempt int NOT NULL,
            workspace_id text NOT NULL,
            generation int NOT NULL,
            moves int NOT NULL,
            batch bigint NOT NULL,
            device_id uuid NOT NULL,
            cap_key text NOT NULL,
            slot smallint NOT NULL,
            epoch bigint NOT NULL,
            incarnation bigint NOT NULL,
            recipient text NOT NULL,
            source_id text NOT NULL,
            step_trigger text,
            reserved_at timestamptz NOT NULL,
            deadline timestamptz NOT NULL,
            state text NOT NULL DEFAULT 'reserved'
                CHECK (state IN ('reserved', 'sent', 'failed', 'unknown', 'aborted')),
            is_charged boolean NOT NULL DEFAULT true,
            settled_at timestamptz,
            code text,
            detail text,
            provider_id text,
            -- What the gateway told of the message after it had accepted it; NULL: nothing yet.
            delivery text CHECK (delivery IN ('delivered', 'undelivered', 'failed')),
            delivery_code text,
            delivered_at timestamptz,
            PRIMARY KEY (contact_id, attempt, day)
        ) PARTITION BY RANGE (day);
        CREATE INDEX send_ledger_slot ON send_ledger (slot, day);

        CREATE FUNCTION sluice_ledger_day(wanted date) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            name text := 'send_ledger_' || to_char(wanted, 'YYYYMMDD');
        BEGIN
            IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(name)) THEN RETURN false; END IF;
            PERFORM set_config('lock_timeout', '100ms', true);
            IF to_regclass(name) IS NULL THEN
                -- Every row is updated once, when it is settled, and is longer then: with more than half a page of room
                -- for that it stays in its page, and no index is touched.
                EXECUTE format('CREATE TABLE %I (LIKE send_ledger INCLUDING ALL) WITH (fillfactor = 45, '
                    'autovacuum_vacuum_insert_scale_factor = 0.05)', name);
                EXECUTE format('ALTER TABLE %I ADD CHECK (day = %L)', name, wanted);
            END IF;
            EXECUTE format('ALTER TABLE send_ledger ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                name, wanted, wanted + 1);
            RETURN true;
        END $$;
        """
}
