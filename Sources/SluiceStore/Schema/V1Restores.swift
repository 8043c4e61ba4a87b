extension SchemaV1 {
    /// A database that came back from a backup: how that is noticed, and what holds until somebody confirms it.
    ///
    /// What was sent since the backup is not in it. So nothing starts from it before an operator has said what to
    /// think of that: while a row of `restores` is unconfirmed no shard is assigned a slot.
    static let restores = """
        -- Which database this is. A copy of it elsewhere, or a past of it, is told by these.
        CREATE TABLE database_identity (
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
            system_identifier bigint NOT NULL,
            database oid NOT NULL,
            timeline text NOT NULL
        );

        CREATE TABLE restores (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            evidence text NOT NULL,
            declared_by text NOT NULL,
            -- The leader's last sign of life in it: when the backup was made, or a little earlier.
            alive_at timestamptz,
            -- What was due by then may have been sent. NULL with `confirmed_at`: nothing was sent since the backup.
            sent_until timestamptz,
            confirmed_at timestamptz,
            confirmed_by text
        );
        CREATE UNIQUE INDEX restores_unconfirmed ON restores ((true)) WHERE confirmed_at IS NULL;

        -- What `device_caps.history_from` was, for the case that nothing was sent.
        CREATE TABLE restored_devices (
            restore_id bigint NOT NULL REFERENCES restores (id) ON DELETE CASCADE,
            device_id uuid NOT NULL,
            history_from timestamptz,
            PRIMARY KEY (restore_id, device_id)
        );

        CREATE FUNCTION sluice_system_identifier() RETURNS bigint LANGUAGE sql STABLE AS $$
            SELECT system_identifier FROM pg_control_system()
        $$;
        -- What a dump is restored into, or a copy, is another one.
        CREATE FUNCTION sluice_database() RETURNS oid LANGUAGE sql STABLE AS $$
            SELECT oid FROM pg_database WHERE datname = current_database()
        $$;
        -- It grows with every promotion, and so with every recovery to a point in time.
        CREATE FUNCTION sluice_timeline() RETURNS text LANGUAGE sql STABLE AS $$
            SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)
        $$;
        INSERT INTO database_identity (system_identifier, database, timeline)
            VALUES (sluice_system_identifier(), sluice_database(), sluice_timeline());

        -- From here on nothing that was handed out before counts: numbers go on far above what the lost time can have
        -- used, so that no incarnation, term or epoch is ever shared with a node that lived in it (I10); every device's
        -- history is incomplete, so its caps count as full until a window lies behind (I5, I6).
        CREATE FUNCTION sluice_declare_restore(why text, who text) RETURNS bigint LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp SET sluice.internal = on AS $$
        DECLARE
            beyond CONSTANT bigint := 1000000;
            declared bigint;
        BEGIN
            PERFORM FROM database_identity FOR UPDATE;
            SELECT id INTO declared FROM restores WHERE confirmed_at IS NULL;
            IF FOUND THEN RETURN declared; END IF;
            INSERT INTO restores (evidence, declared_by, alive_at)
                SELECT why, who, nullif(greatest(expires_at, (SELECT max(renewed_at) FROM node_leases)), '-infinity')
                FROM coordinator_lease
                RETURNING id INTO declared;
            UPDATE database_identity SET system_identifier = sluice_system_identifier(),
                database = sluice_database(), timeline = sluice_timeline();
            UPDATE node_fences SET closed_at = clock_timestamp() WHERE closed_at IS NULL;
            DELETE FROM node_leases;
            PERFORM setval(pg_get_serial_sequence('node_fences', 'incarnation'),
                nextval(pg_get_serial_sequence('node_fences', 'incarnation')) + beyond);
            UPDATE coordinator_lease SET term = term + beyond, incarnation = NULL, expires_at = '-infinity';
            UPDATE slot_owners SET epoch = epoch + beyond, owner = NULL, wanted = NULL;
            UPDATE cluster_versions SET assignment = assignment + beyond, control_folded = control_folded + beyond,
                devices_folded = devices_folded + beyond;
            INSERT INTO restored_devices SELECT declared, device_id, history_from FROM device_caps;
            UPDATE device_caps SET history_from = clock_timestamp();
            RETURN declared;
        END $$;

        -- Asked by every coordinator before it registers. `silence`: a leader that fell silent for longer without having
        -- left is taken for one of a backup, if PostgreSQL was started since: one that runs on was not restored, however
        -- long nobody came or however far its clock was set. NULL: never. A standby that was promoted within a minute is
        -- no backup.
        CREATE FUNCTION sluice_notice_restore(silence interval) RETURNS boolean LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            known database_identity;
            alive timestamptz;
            evidence text;
        BEGIN
            -- One coordinator at a time: the second finds what the first has written.
            SELECT * INTO known FROM database_identity FOR UPDATE;
            SELECT expires_at INTO alive FROM coordinator_lease;
            IF known.system_identifier <> sluice_system_identifier() THEN
                evidence := 'the tables came from another PostgreSQL cluster';
            ELSIF known.database <> sluice_database() THEN
                evidence := 'the tables came from another database';
            ELSIF known.timeline <> sluice_timeline() AND alive < clock_timestamp() - interval '1 minute' THEN
                evidence := format('the timeline went from %s to %s', known.timeline, sluice_timeline());
            ELSIF isfinite(alive) AND alive < least(clock_timestamp() - silence, pg_postmaster_start_time()) THEN
                evidence := format('its leader fell silent at %s', alive);
            END IF;
            IF evidence IS NOT NULL THEN
                PERFORM sluice_declare_restore(evidence, 'sluice');
                RETURN true;
            END IF;
            IF known.timeline <> sluice_timeline() THEN UPDATE database_identity SET timeline = sluice_timeline(); END IF;
            RETURN false;
        END $$;
        REVOKE EXECUTE ON FUNCTION sluice_declare_restore, sluice_notice_restore FROM PUBLIC;

        -- A device that is added while nobody knows what was sent may have sent in the lost time.
        CREATE FUNCTION sluice_device_after_restore() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            unconfirmed bigint := (SELECT id FROM restores WHERE confirmed_at IS NULL);
        BEGIN
            IF unconfirmed IS NULL THEN RETURN NEW; END IF;
            INSERT INTO restored_devices VALUES (unconfirmed, NEW.device_id, NEW.history_from) ON CONFLICT DO NOTHING;
            NEW.history_from := clock_timestamp();
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_device_after_restore BEFORE INSERT ON device_caps
            FOR EACH ROW EXECUTE FUNCTION sluice_device_after_restore();
        """
}
