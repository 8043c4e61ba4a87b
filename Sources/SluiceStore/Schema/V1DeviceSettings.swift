extension SchemaV1 {
    /// What is checked and derived when a device's settings are written, and when its phone is.
    ///
    /// Settings that cannot be used are refused here, where whoever writes them reads why. Those that got in otherwise
    /// hold their device alone: shards judge them by the same function.
    static let deviceSettings = """
        -- Why windows or credentials cannot be used, NULL when they can. Says no secret.
        CREATE FUNCTION sluice_settings_problem(windows jsonb, credentials jsonb) RETURNS text
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
            one jsonb;
            name text;
        BEGIN
            IF jsonb_typeof(windows) IS DISTINCT FROM 'array' THEN
                RETURN 'windows is no list';
            ELSIF jsonb_array_length(windows) > \(mostWindows) THEN
                RETURN 'windows holds more than \(mostWindows)';
            END IF;
            FOR one IN SELECT jsonb_array_elements(windows) LOOP
                IF jsonb_typeof(one) <> 'object' THEN
                    RETURN format('windows holds %s, which is no object', left(one::text, 100));
                ELSIF jsonb_path_exists(one, '$.seconds ? (@ >= 1 && @ <= \(longestWindow))', silent => true)
                    IS NOT TRUE
                THEN
                    RETURN format('in windows, %s needs "seconds", a number from 1 to \(longestWindow)',
                        left(one::text, 100));
                ELSIF jsonb_path_exists(one, '$.limit ? (@ >= 1 && @ <= \(Int32.max) && @ == @.floor())',
                    silent => true) IS NOT TRUE
                THEN
                    RETURN format('in windows, %s needs "limit", a whole number from 1 on', left(one::text, 100));
                END IF;
            END LOOP;
            IF credentials IS NULL THEN RETURN NULL; END IF;
            IF jsonb_typeof(credentials) <> 'object' THEN RETURN 'credentials is no object'; END IF;
            SELECT key INTO name FROM jsonb_each(credentials) WHERE jsonb_typeof(value) <> 'string' ORDER BY key LIMIT 1;
            RETURN CASE WHEN name IS NOT NULL THEN format('"%s" in credentials is no text', left(name, 100)) END;
        END $$;

        -- What may be told of credentials to who may not read them: why they cannot be used, and how they are called.
        CREATE FUNCTION sluice_device_problem(device uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT sluice_settings_problem(c.windows, coalesce(c.credentials,
                (SELECT g.credentials FROM gateways g
                    WHERE CASE WHEN c.gateway_id IS NULL THEN g.is_default ELSE g.id = c.gateway_id END)))
            FROM device_caps c WHERE c.device_id = device
        $$;
        CREATE FUNCTION sluice_credential_names(gateway text) RETURNS text[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT ARRAY(SELECT jsonb_object_keys(g.credentials) ORDER BY 1) FROM gateways g WHERE g.id = gateway
        $$;

        CREATE FUNCTION sluice_gateway_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            problem text := sluice_settings_problem('[]', NEW.credentials);
        BEGIN
            IF problem IS NOT NULL THEN
                RAISE EXCEPTION 'the gateway "%" cannot be used so: %', left(NEW.id, 100), problem
                    USING ERRCODE = 'check_violation', TABLE = 'gateways', COLUMN = 'credentials',
                        HINT = 'For example {"username": "u", "password": "p"}.';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_gateway_written BEFORE INSERT OR UPDATE OF credentials ON gateways
            FOR EACH ROW EXECUTE FUNCTION sluice_gateway_written();

        CREATE FUNCTION sluice_device_settings_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            problem text := sluice_settings_problem(NEW.windows, NEW.credentials);
        BEGIN
            IF problem IS NOT NULL THEN
                RAISE EXCEPTION 'the settings of device % cannot be used: %', NEW.device_id, problem
                    USING ERRCODE = 'check_violation', TABLE = 'device_caps',
                        HINT = 'Windows are written [{"seconds": 60, "limit": 20}], credentials {"username": "u"}.';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_device_settings_written BEFORE INSERT OR UPDATE OF windows, credentials ON device_caps
            FOR EACH ROW EXECUTE FUNCTION sluice_device_settings_written();

        -- A cap key that somebody writes is stated, and holds; NULL takes that back.
        CREATE FUNCTION sluice_cap_key_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            had text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.cap_key END;
        BEGIN
            IF NEW.cap_key IS DISTINCT FROM had THEN NEW.stated_cap_key := nullif(btrim(NEW.cap_key), ''); END IF;
            NEW.cap_key := coalesce(NEW.stated_cap_key,
                (SELECT sluice_digits(phone) FROM user_devices WHERE id = NEW.device_id), NEW.device_id::text);
            IF NEW.cap_key <> had THEN
                NEW.earlier_slots :=
                    ARRAY(SELECT DISTINCT s FROM unnest(NEW.earlier_slots || OLD.hash_slot) s ORDER BY s);
                NEW.key_changed_at := clock_timestamp();
                NEW.is_key_fenced := false;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_cap_key_written BEFORE INSERT OR UPDATE OF cap_key, stated_cap_key ON device_caps
            FOR EACH ROW EXECUTE FUNCTION sluice_cap_key_written();

        CREATE FUNCTION sluice_device_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Only touched: the key is derived where it is written.
            UPDATE device_caps c SET cap_key = c.cap_key FROM changed n JOIN was o ON o.id = n.id
                WHERE c.device_id = n.id AND sluice_digits(n.phone) IS DISTINCT FROM sluice_digits(o.phone);
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_device_changed AFTER UPDATE ON user_devices
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_device_changed();
        """

    private static let mostWindows = 20
    /// Seconds. What a take-over reads of the ledger reaches back a day.
    private static let longestWindow = 86_400
}
