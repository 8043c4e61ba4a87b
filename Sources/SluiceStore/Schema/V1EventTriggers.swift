extension SchemaV1 {
    /// What users write into the tables of event messages.
    static let eventTriggers = """
        CREATE FUNCTION sluice_event_message_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            type event_message_types;
            due timestamptz;
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.status = 'sent' AND NEW.status IS DISTINCT FROM OLD.status THEN
                RAISE EXCEPTION 'event message % is sent: it cannot be set %', NEW.id, NEW.status
                    USING ERRCODE = 'check_violation', TABLE = 'event_messages', COLUMN = 'status',
                        HINT = 'Insert another message.';
            END IF;
            NEW.workspace_id := coalesce((SELECT e.workspace_id FROM events e WHERE e.id::text = NEW.event_id::text),
                NEW.workspace_id, 'default');
            NEW.status := coalesce(NEW.status, 'scheduled');
            NEW.channel := coalesce(NEW.channel, 'sms');
            NEW.direction := coalesce(NEW.direction, 'outbound');
            NEW.offset_seconds := coalesce(NEW.offset_seconds, 0);
            NEW.updated_at := now();
            type := sluice_event_type(NEW.message_type, NEW.workspace_id);
            NEW.message_category := coalesce(NEW.message_category, type.message_category);
            IF NEW.message_type = 'pcr_request' AND NEW.pcr_score IS NULL
                AND btrim(NEW.response_received) ~ '^(10|[1-9])$'
            THEN
                NEW.pcr_score := btrim(NEW.response_received)::int;
            END IF;
            IF NEW.response_received IS NOT NULL AND NEW.response_time IS NULL THEN NEW.response_time := now(); END IF;
            IF NEW.status <> 'scheduled' OR NEW.direction = 'inbound' THEN RETURN NEW; END IF;
            IF TG_OP = 'UPDATE' AND OLD.status <> 'scheduled' THEN
                NEW.error_message := NULL;
                NEW.actual_send_time := NULL;
                NEW.delay_minutes := NULL;
            END IF;
            IF NEW.anchor IS NOT NULL THEN
                due := sluice_event_due(NEW);
                -- A time that somebody writes hangs on nothing any more.
                IF TG_OP = 'UPDATE' AND NEW.anchor = OLD.anchor AND NEW.scheduled_time IS DISTINCT FROM due
                    AND NEW.scheduled_time IS DISTINCT FROM OLD.scheduled_time
                THEN
                    NEW.anchor := NULL;
                ELSE
                    NEW.scheduled_time := due;
                END IF;
            END IF;
            IF NEW.scheduled_time IS NULL AND NEW.anchor IS NULL THEN
                NEW.anchor := nullif(type.anchor, 'now');
                NEW.offset_seconds := coalesce(type.offset_seconds, 0);
                NEW.scheduled_time := CASE WHEN type.anchor = 'now' THEN now() + NEW.offset_seconds * interval '1 second'
                    ELSE sluice_event_due(NEW) END;
            END IF;
            PERFORM sluice_require_moment(NEW.scheduled_time, 'event_messages', 'scheduled_time');
            IF NEW.scheduled_time IS NULL THEN
                NEW.error_message := 'no_time';
            ELSIF NEW.error_message = 'no_time' THEN
                NEW.error_message := NULL;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_event_message_written BEFORE INSERT OR UPDATE ON event_messages
            FOR EACH ROW WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_event_message_written();

        -- The same message of the same session again takes the place of the one that waits.
        CREATE FUNCTION sluice_event_messages_inserted() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        BEGIN
            UPDATE event_messages o SET status = 'cancelled', error_message = 'replaced'
            FROM written n
            WHERE \(waits("n")) AND \(waits("o")) AND o.event_id::text = n.event_id::text
              AND o.contractor_id::text = n.contractor_id::text AND o.message_type = n.message_type
              AND o.session_id IS NOT DISTINCT FROM n.session_id AND o.workspace_id = n.workspace_id AND o.id <> n.id
              AND (o.id < n.id OR NOT EXISTS (SELECT FROM written x WHERE x.id = o.id));
            INSERT INTO work_intake (area, item)
                SELECT 'event', m.id::text FROM written n JOIN event_messages m ON m.id = n.id
                WHERE \(waits("m")) AND m.scheduled_time IS NOT NULL;
            IF FOUND THEN NOTIFY sluice_intake; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_event_messages_inserted AFTER INSERT ON event_messages
            REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sluice_event_messages_inserted();

        -- Ends the contacts of messages that are not to be sent any more, or not to them.
        CREATE FUNCTION sluice_event_messages_release(keys text[]) RETURNS void LANGUAGE sql \(byKeys) AS $$
            \(letGo(of: "unnest(keys) key JOIN event_messages m ON m.id::text = key", """
            m.status <> 'scheduled' OR m.scheduled_time IS NULL
                    OR m.recipient IS DISTINCT FROM sluice_event_recipient(m)
            """))
        $$;

        -- What waits is entered again as it is now.
        CREATE FUNCTION sluice_event_messages_updated() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        DECLARE
            keys text[] := ARRAY(SELECT id::text FROM (\(changes(of: messageContent))) n);
        BEGIN
            PERFORM sluice_event_messages_release(keys);
            INSERT INTO work_intake (area, item)
                SELECT 'event', key FROM unnest(keys) key JOIN event_messages m ON m.id::text = key
                WHERE \(waits("m")) AND m.scheduled_time IS NOT NULL;
            IF FOUND THEN NOTIFY sluice_intake; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_event_messages_updated AFTER UPDATE ON event_messages
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_event_messages_updated();

        CREATE FUNCTION sluice_event_messages_deleted() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        BEGIN
            \(letGo(of: "was m", "true"));
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_event_messages_deleted AFTER DELETE ON event_messages
            REFERENCING OLD TABLE AS was
            FOR EACH STATEMENT WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_event_messages_deleted();

        CREATE FUNCTION sluice_event_messages_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE sequence_contacts SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                completed_at = now()
            WHERE kind = 'event' AND status IN ('active', 'paused', 'advance');
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_event_messages_truncated AFTER TRUNCATE ON event_messages
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_event_messages_truncated();

        CREATE TRIGGER sluice_zone_written BEFORE INSERT OR UPDATE OF time_zone ON events
            FOR EACH ROW EXECUTE FUNCTION sluice_zone_written();

        -- Messages move with what their time hangs on, and say what is true when they are sent.
        CREATE FUNCTION sluice_events_updated() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        BEGIN
            \(move(where: "m.event_id::text = n.id::text"));
            \(renew(["name", "date", "location", "device_id"], where: "m.event_id::text = n.id::text"));
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_events_updated AFTER UPDATE ON events
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_events_updated();

        CREATE FUNCTION sluice_event_sessions_updated() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        BEGIN
            \(move(where: "m.session_id = n.id"));
            \(renew(["title"], where: "m.session_id = n.id"));
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_event_sessions_updated AFTER UPDATE ON event_sessions
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_event_sessions_updated();

        CREATE FUNCTION sluice_contractors_updated() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        BEGIN
            \(move(where: "m.contractor_id::text = n.id::text AND m.anchor = 'profile'"));
            PERFORM sluice_event_messages_release(ARRAY(
                SELECT m.id::text FROM changed n JOIN event_messages m ON m.contractor_id::text = n.id::text
                WHERE \(waits("m"))));
            \(renew(["name", "first_name", "last_name", "email", "phone", "company_name"],
                where: "m.contractor_id::text = n.id::text"));
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_contractors_updated AFTER UPDATE ON contractors
            REFERENCING OLD TABLE AS was NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_contractors_updated();

        -- Whose event, session or contractor is gone is not to be sent.
        \(end(with: "event", of: "events", where: "m.event_id::text = was.id::text"))
        \(end(with: "session", of: "event_sessions", where: "m.session_id = was.id"))
        \(end(with: "contractor", of: "contractors", where: "m.contractor_id::text = was.id::text"))

        -- What waited for somebody to send mail looks again when devices or gateways change.
        CREATE FUNCTION sluice_channels_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO work_intake (area, item) SELECT 'event', id::text FROM event_messages
                WHERE status = 'scheduled' AND error_message = 'no_gateway_for_channel';
            IF FOUND THEN NOTIFY sluice_intake; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_channels_of_devices AFTER INSERT OR UPDATE OF gateway_id ON device_caps
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_channels_changed();
        CREATE TRIGGER sluice_channels_of_gateways AFTER INSERT OR UPDATE OF dialect, is_default ON gateways
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_channels_changed();

        -- Messages that were here before Sluice and whose time has not passed.
        INSERT INTO work_intake (area, item) SELECT 'event', m.id::text FROM event_messages m
            WHERE \(waits("m")) AND m.scheduled_time >= now();
        """

    private static func waits(_ row: String) -> String {
        "\(row).status = 'scheduled' AND \(row).direction IS DISTINCT FROM 'inbound'"
    }

    /// Ends the contacts of messages `m`, one by one by their keys.
    private static func letGo(of messages: String, _ condition: String) -> String {
        """
        UPDATE sequence_contacts c SET status = 'cancelled', hold_reason = NULL, last_error = 'source_cancelled',
                completed_at = now()
            FROM (SELECT x.id FROM \(messages) CROSS JOIN LATERAL (
                    SELECT id FROM sequence_contacts
                    WHERE recipient = m.recipient AND source_id = m.id::text AND kind = 'event'
                      AND workspace_id = m.workspace_id LIMIT 1) x
                WHERE \(condition) OFFSET 0) g
            WHERE c.id = g.id AND c.status IN ('active', 'paused', 'advance')
        """
    }

    /// Gives messages the times that hang on rows `n` of `changed`.
    private static func move(where condition: String) -> String {
        """
        UPDATE event_messages t SET scheduled_time = d.due
            FROM (SELECT m.id, sluice_event_due(m) AS due FROM changed n JOIN event_messages m ON \(condition)
                WHERE \(waits("m")) AND m.anchor IS NOT NULL OFFSET 0) d
            WHERE t.id = d.id AND t.scheduled_time IS DISTINCT FROM d.due
        """
    }

    /// Enters messages of rows that changed in these columns again.
    private static func renew(_ columns: [String], where condition: String) -> String {
        """
        INSERT INTO work_intake (area, item)
                SELECT 'event', m.id::text FROM (\(changes(of: columns))) n JOIN event_messages m ON \(condition)
                WHERE \(waits("m")) AND m.scheduled_time IS NOT NULL
        """
    }

    /// Cancels messages with what they are about.
    private static func end(with part: String, of table: String, where condition: String) -> String {
        """
        CREATE FUNCTION sluice_\(table)_deleted() RETURNS trigger LANGUAGE plpgsql \(byKeys) AS $$
        BEGIN
            UPDATE event_messages m SET status = 'cancelled', error_message = '\(part)_deleted' FROM was
            WHERE m.status = 'scheduled' AND \(condition);
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_\(table)_deleted AFTER DELETE ON \(table)
            REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION sluice_\(table)_deleted();
        """
    }

    /// What a message is made of, when it is due and for whom it is.
    private static let messageContent = [
        "status", "workspace_id", "event_id", "contractor_id", "session_id", "message_type", "scheduled_time",
        "message_content", "personalization_data::jsonb", "phone", "to_email", "channel", "from_email", "subject",
        "expires_at",
    ]

    /// Keys of rows that differ in these columns from what they were. Not by a join of the two: its plan is kept, and one
    /// for a row is a loop in a loop over thousands.
    private static func changes(of columns: [String]) -> String {
        let list = columns.joined(separator: ", ")
        return "SELECT id FROM (SELECT id, \(list) FROM changed EXCEPT SELECT id, \(list) FROM was) d"
    }

    /// A plan that is kept from when the tables were small goes by their keys all the same.
    private static let byKeys = "SET jit = off SET enable_seqscan = off"
}
