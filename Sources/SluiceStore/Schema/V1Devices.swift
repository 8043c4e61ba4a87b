import SluiceCore

extension SchemaV1 {
    /// What a device may do and where its messages go, beside the users' own table of devices.
    static let devices = """
        CREATE TABLE gateways (
            id text PRIMARY KEY,
            dialect text NOT NULL,
            base_url text NOT NULL,
            credentials jsonb NOT NULL DEFAULT '{}',
            http_timeout_ms int CHECK (http_timeout_ms > 0),
            accepts_late_ms int CHECK (accepts_late_ms >= 0),
            is_default boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX gateways_default ON gateways (is_default) WHERE is_default;

        CREATE TABLE device_caps (
            device_id uuid PRIMARY KEY,
            -- What its caps are counted under: what somebody stated, else the phone's digits, else the device's id.
            cap_key text NOT NULL,
            -- Stated by hand (by writing cap_key); NULL: the key follows the phone.
            stated_cap_key text,
            hash_slot smallint NOT NULL GENERATED ALWAYS AS (sluice_hash_slot(cap_key)) STORED,
            hourly_cap int NOT NULL DEFAULT 80 CONSTRAINT hourly_cap_is_positive CHECK (hourly_cap > 0),
            daily_cap int NOT NULL DEFAULT 800 CONSTRAINT daily_cap_is_positive CHECK (daily_cap > 0),
            concurrent_cap int NOT NULL DEFAULT 50 CONSTRAINT concurrent_cap_is_positive CHECK (concurrent_cap > 0),
            -- Further windows: [{"seconds": 60, "limit": 20}].
            windows jsonb NOT NULL DEFAULT '[]',
            -- NULL: the default gateway.
            gateway_id text REFERENCES gateways (id),
            -- Override the gateway's own for this device.
            base_url text,
            credentials jsonb,
            -- The gateway's name for the device; NULL: the device's name.
            gateway_device text,
            paused_at timestamptz,
            paused_reason text,
            -- Since when the ledger holds all the device sent; NULL: always did.
            history_from timestamptz,
            -- Slots of the keys it had before: where the ledger has what it sent under them.
            earlier_slots smallint[] NOT NULL DEFAULT '{}',
            key_changed_at timestamptz,
            -- Every reserve that may have begun before the last change of the key has ended or is forbidden.
            is_key_fenced boolean NOT NULL DEFAULT true,
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX device_caps_slot ON device_caps (hash_slot);
        CREATE INDEX device_caps_paused ON device_caps (device_id) WHERE paused_at IS NOT NULL;

        CREATE TABLE device_states (
            device_id uuid PRIMARY KEY,
            state text NOT NULL CHECK (state IN ('connected', 'disconnected', 'logged_out', 'not_found',
                'credentials_refused', 'banned')),
            detail text,
            until timestamptz,
            observed_at timestamptz NOT NULL DEFAULT now(),
            -- Since when it is in this state, trials in between left out.
            since timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX device_states_away ON device_states (device_id) WHERE state <> 'connected';

        CREATE TABLE suppressions (
            workspace_id text NOT NULL DEFAULT 'default',   -- '*': everywhere
            phone text NOT NULL,
            reason text NOT NULL DEFAULT 'operator',
            -- The person said so in a message, and may take it back in another.
            by_message boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (phone, workspace_id)
        );

        CREATE TABLE pauses (
            scope text PRIMARY KEY,       -- '*': everything, else a workspace
            reason text,
            paused_by text,
            since timestamptz NOT NULL DEFAULT now()
        );

        CREATE TABLE audit_log (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT now(),
            actor text NOT NULL,
            action text NOT NULL,
            target text NOT NULL,
            before jsonb,
            after jsonb
        );

        -- Whether a device's gateway knows people by ids of its own and not by phone numbers.
        CREATE FUNCTION sluice_addresses_by_id(device uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (SELECT FROM device_caps c JOIN gateways g
                ON g.id = coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default))
                WHERE c.device_id = device AND g.dialect = ANY (\(dialectsWithoutPhones)))
        $$;

        -- Whether a device sends mail: its gateway is somebody's own program.
        CREATE FUNCTION sluice_sends_mail(device uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (SELECT FROM device_caps c JOIN gateways g
                ON g.id = coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default))
                WHERE c.device_id = device AND g.dialect = ANY (\(dialectsWithMail)))
        $$;

        -- Whether a device can send to a recipient: 7-15 digits, an address, or what its gateway knows people by.
        CREATE FUNCTION sluice_is_addressable(recipient text, device uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT recipient ~ '^[0-9]{7,15}$'
                OR recipient !~ '^invalid:' AND sluice_addresses_by_id(device)
                OR recipient LIKE '%@%' AND sluice_sends_mail(device)
        $$;

        -- Every device has its row of caps. One that is here before Sluice has a past the ledger does not know.
        INSERT INTO device_caps (device_id, cap_key, history_from)
            SELECT id, coalesce(sluice_digits(phone), id::text), now() FROM user_devices;

        CREATE FUNCTION sluice_device_added() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO device_caps (device_id) SELECT id FROM added ON CONFLICT DO NOTHING;
            -- Contacts that waited for any device of the workspace, or for this one.
            INSERT INTO intake_scans (workspace_id, purpose)
                SELECT DISTINCT workspace_id, 'place' FROM added;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_device_added AFTER INSERT ON user_devices
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sluice_device_added();

        CREATE FUNCTION sluice_device_removed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE sequence_contacts c
                SET status = 'paused', hold_reason = 'unknown_device', last_error = 'held: unknown_device'
                FROM removed r JOIN lanes l ON l.device_id = r.id
                WHERE c.lane_id = l.id AND c.status = 'active';
            DELETE FROM device_caps d USING removed r WHERE d.device_id = r.id;
            DELETE FROM device_states d USING removed r WHERE d.device_id = r.id;
            IF EXISTS (SELECT FROM removed) THEN
                -- Who is given this device this moment is not seen here.
                INSERT INTO intake_scans (purpose, workspace_id) VALUES ('homeless', '*');
                NOTIFY sluice_intake;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_device_removed AFTER DELETE ON user_devices
            REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION sluice_device_removed();
        """

    /// As an SQL array of text.
    static let dialectsWithoutPhones = array(Dialect.namesWithoutPhones)
    static let dialectsWithMail = array(Dialect.namesWithMail)

    private static func array(_ names: [String]) -> String {
        "ARRAY[" + names.map { "'\($0)'" }.joined(separator: ", ") + "]::text[]"
    }
}
