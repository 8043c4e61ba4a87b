import SluiceCore

extension SchemaV1 {
    /// Who is alive and who owns what.
    static let cluster = """
        -- The fence: one row per life of a node. A reserve share-locks it; a take-over closes it.
        CREATE TABLE node_fences (
            incarnation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            node_name text NOT NULL,
            role text NOT NULL,
            closed_at timestamptz,
            -- A reserve that began before this commits nothing: it may not have seen a device's new cap key.
            reserves_from timestamptz NOT NULL DEFAULT '-infinity'
        );

        -- The expiry, in a table of its own: a renewal never waits for a reserve.
        CREATE TABLE node_leases (
            incarnation bigint PRIMARY KEY,
            node_name text NOT NULL,
            role text NOT NULL,
            version text NOT NULL,
            host text NOT NULL,
            lease interval NOT NULL,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            expires_at timestamptz NOT NULL,
            is_draining boolean NOT NULL DEFAULT false
        ) WITH (fillfactor = 50);

        -- By name, so that a node that an operator drained is drained after its restart too.
        CREATE TABLE drained_nodes (
            role text NOT NULL,
            node_name text NOT NULL,
            drained_at timestamptz NOT NULL DEFAULT now(),
            drained_by text,
            reason text,
            PRIMARY KEY (role, node_name)
        );

        CREATE TABLE slot_owners (
            slot smallint PRIMARY KEY CHECK (slot BETWEEN 0 AND \(HashSlot.count - 1)),
            epoch bigint NOT NULL DEFAULT 0,
            owner bigint,
            -- By the leader; NULL while there is an owner: it shall give the slot up to nobody.
            wanted bigint
        ) WITH (fillfactor = 50);
        INSERT INTO slot_owners (slot) SELECT generate_series(0, \(HashSlot.count - 1));
        CREATE INDEX slot_owners_owner ON slot_owners (owner);

        CREATE TABLE coordinator_lease (
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
            term bigint NOT NULL,
            incarnation bigint,
            expires_at timestamptz NOT NULL
        );
        INSERT INTO coordinator_lease (term, expires_at) VALUES (0, '-infinity');

        -- Nodes that saw the database's clock step: until confirmed, a take-over trusts no date of the ledger.
        CREATE TABLE clock_steps (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            node_name text NOT NULL,
            noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            -- By how much the database's clock went ahead; negative: back.
            seconds double precision NOT NULL,
            -- How often this node has seen one since the last confirmation.
            times integer NOT NULL DEFAULT 1,
            confirmed_at timestamptz,
            confirmed_by text
        );
        CREATE UNIQUE INDEX clock_steps_open ON clock_steps (node_name) WHERE confirmed_at IS NULL;

        -- Versions that a renewal reads, so that nodes know when to read more. The assignment is written by one leader
        -- and the owners, briefly: a counter. Control changes come from operators' transactions, which may stay open:
        -- each appends a row, and the version is how many have become visible, so a late commit is never overlooked and
        -- nobody waits for anybody.
        CREATE TABLE cluster_versions (
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
            assignment bigint NOT NULL DEFAULT 0,
            control_folded bigint NOT NULL DEFAULT 0,
            devices_folded bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 50);
        INSERT INTO cluster_versions DEFAULT VALUES;
        CREATE TABLE control_changes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            relation text NOT NULL
        );
        CREATE FUNCTION sluice_concerns_devices(relation text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
            SELECT relation NOT IN ('sources', 'pauses', 'sequences', 'sequence_steps')
        $$;

        CREATE FUNCTION sluice_control_version() RETURNS bigint LANGUAGE sql STABLE AS $$
            SELECT control_folded + (SELECT count(*) FROM control_changes) FROM cluster_versions
        $$;
        -- Of those the ones that concern more than which lanes may send: shards read their devices anew when it rises, the
        -- leader where devices are. A pause or a new campaign costs neither.
        CREATE FUNCTION sluice_device_version() RETURNS bigint LANGUAGE sql STABLE AS $$
            SELECT devices_folded + (SELECT count(*) FROM control_changes WHERE sluice_concerns_devices(relation))
            FROM cluster_versions
        $$;

        -- Whoever leads hears of it at once and tells the shards: a renewal is up to a second away, and a slot that moves
        -- waits for two of them.
        CREATE FUNCTION sluice_assignment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NOTIFY sluice_assignment;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_assignment_changed AFTER UPDATE OF assignment ON cluster_versions
            FOR EACH ROW WHEN (NEW.assignment <> OLD.assignment) EXECUTE FUNCTION sluice_assignment_changed();

        CREATE FUNCTION sluice_control_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO control_changes (relation) VALUES (TG_TABLE_NAME);
            NOTIFY sluice_control;
            RETURN NULL;
        END $$;
        """

    /// Statement triggers on everything an operator changes and a node must hear of. What a shard records of its own
    /// devices is no news to anybody: a thousand devices that reconnect must not make every node read all of them a
    /// thousand times. A sequence's changes are its source's.
    static let controlTriggers =
        [
            "sources", "workspaces", "pauses", "gateways", "device_caps", "device_states", "user_devices",
            "drained_nodes", "clock_steps",
        ]
        .map { table in
            """
            CREATE TRIGGER sluice_control_changed AFTER INSERT OR UPDATE OR DELETE ON \(table)
                FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_control_changed();
            """
        }
        .joined(separator: "\n")
}
