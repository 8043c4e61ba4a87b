extension SchemaV1 {
    /// The queue: what makes an enrollment out of a row of `sequence_contacts`, its lane, and the batches that are
    /// claimed.
    static let queue = """
        CREATE TABLE lanes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            device_id uuid NOT NULL,
            workspace_id text NOT NULL,
            kind text NOT NULL,
            source_id text NOT NULL,
            -- As it was when the lane was made. That of a sequence's lane is read from the sequence, so that nobody who
            -- changes a sequence and leaves the transaction open locks lanes.
            priority_class smallint NOT NULL CHECK (priority_class BETWEEN 0 AND 7),
            -- Enrollments ever put here: what "least loaded" goes by, so that no row is counted at enrollment.
            enrolled bigint NOT NULL DEFAULT 0,
            UNIQUE (device_id, kind, source_id)
        );
        CREATE INDEX lanes_source ON lanes (kind, source_id);

        -- Nothing is cleared out of a page while somebody keeps a snapshot open: it has room for every contact's four
        -- versions, as it was enrolled, claimed, reserved and settled. That is eight contacts; with seven of them (23) a
        -- message takes PostgreSQL a twentieth more.
        ALTER TABLE sequence_contacts SET (fillfactor = 28, autovacuum_vacuum_scale_factor = 0.02,
            autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

        CREATE TABLE claim_batches (
            batch bigint PRIMARY KEY,
            owner bigint NOT NULL,
            expires_at timestamptz NOT NULL,
            contacts uuid[] NOT NULL,
            lanes bigint[] NOT NULL,      -- of each contact: whose credit to give back when the contact's row is gone
            -- Claims not yet taken out of the state `claimed`. At 0 the row only waits to be deleted.
            open_claims int NOT NULL
        ) WITH (fillfactor = 50);
        CREATE INDEX claim_batches_owner ON claim_batches (owner, expires_at);
        CREATE INDEX claim_batches_expiry ON claim_batches (expires_at);

        -- Outcomes that could not be written, because somebody held the contact locked or a rule refused its row. They
        -- stand here whatever becomes of the node that knew them; the leader settles them when it can.
        CREATE TABLE settles_left (
            contact_id uuid NOT NULL,
            attempt int NOT NULL,
            day date NOT NULL,
            batch bigint NOT NULL,
            generation int NOT NULL,
            moves int NOT NULL,
            state text NOT NULL,
            verdict text,
            is_charged boolean NOT NULL,
            code text,
            detail text,
            provider_id text,
            not_before bigint NOT NULL,
            left_at timestamptz NOT NULL DEFAULT now(),
            try_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (contact_id, attempt, day)
        );
        CREATE INDEX settles_left_next ON settles_left (try_at);

        -- Contacts whose row a rule of the user's own refuses to let anybody write, so that not even a hold can be
        -- written on it. The claim passes them by; the leader tries them again now and then.
        CREATE TABLE untouchable_contacts (
            contact_id uuid PRIMARY KEY,
            fault text NOT NULL,          -- SQLSTATE and the rule's name, no values
            since timestamptz NOT NULL DEFAULT now(),
            tried_at timestamptz NOT NULL DEFAULT now()
        );
        """

    /// After the rows of an adopted database have been given their identity.
    static let queueIndexes = """
        ALTER TABLE sequence_contacts ALTER COLUMN source_id SET NOT NULL, ALTER COLUMN recipient SET NOT NULL;
        CREATE UNIQUE INDEX sluice_steps_trigger ON sequence_steps (workspace_id, trigger);
        CREATE INDEX sluice_contacts_due ON sequence_contacts (lane_id, next_trigger_time, id) WHERE status = 'active';
        CREATE UNIQUE INDEX sluice_contacts_identity ON sequence_contacts (recipient, source_id, kind, workspace_id);
        CREATE INDEX sluice_contacts_held ON sequence_contacts (hold_reason, workspace_id, current_trigger)
            WHERE hold_reason IS NOT NULL;
        -- In the order in which a limit that is raised lets them in.
        CREATE INDEX sluice_contacts_limited ON sequence_contacts (sequence_id, id)
            WHERE hold_reason = '\(HoldReason.enrollmentLimit.rawValue)';
        CREATE INDEX sluice_contacts_lead ON sequence_contacts (lead_id) WHERE lead_id IS NOT NULL;
        CREATE INDEX sluice_contacts_home ON sequence_contacts (home_device_id)
            WHERE home_device_id IS NOT NULL AND status = 'active';
        CREATE INDEX sluice_contacts_unknown ON sequence_contacts (workspace_id) WHERE status = 'unknown';
        DO $$
        DECLARE
            unique_index regclass;
        BEGIN
            IF NOT EXISTS (
                SELECT FROM pg_index i
                WHERE i.indrelid = 'sequence_contacts'::regclass AND i.indisunique AND i.indpred IS NULL
                  AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
                       WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))
                      = ARRAY['contact_phone', 'sequence_id'])
            THEN
                ALTER TABLE sequence_contacts ADD UNIQUE (sequence_id, contact_phone);
            END IF;
            -- A contact whose status changes is entered anew. Where the first entries came in order, the pages have room
            -- for the second ones, and nothing is cleared out of them for it.
            FOR unique_index IN
                SELECT indexrelid FROM pg_index WHERE indrelid = 'sequence_contacts'::regclass AND indisunique
            LOOP
                EXECUTE format('ALTER INDEX %s SET (fillfactor = 45)', unique_index);
            END LOOP;
        END $$;
        """
}
