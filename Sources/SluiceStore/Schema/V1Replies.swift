/// What people answer, for the role that takes in gateways' webhooks: it needs no right to write contacts for that.
extension SchemaV1 {
    static let replies = """
        -- The devices at a gateway, and whether a message that names its receiver so came to them.
        CREATE FUNCTION sluice_devices_at(gateway text, names text[], number text)
        RETURNS TABLE (device_id uuid, workspace_id text, received boolean) LANGUAGE sql STABLE AS $$
            SELECT d.id, d.workspace_id, coalesce(c.gateway_device, d.device_name, d.id::text) = ANY (names)
                OR coalesce(sluice_digits(d.phone) = number, false)
                OR coalesce(sluice_digits(substring(d.jid FROM '^[0-9]+')) = number, false)
            FROM device_caps c JOIN user_devices d ON d.id = c.device_id
            WHERE c.gateway_id = gateway
                OR c.gateway_id IS NULL AND EXISTS (SELECT FROM gateways g WHERE g.id = gateway AND g.is_default)
        $$;

        -- Somebody wrote to a device: that is what they answered to the last message of each enrollment that they have on
        -- it, and to the last message of an event. A number from 1 to 10 is first of all a score that was asked for. Of a
        -- device that nobody knows it is only taken in where all of the gateway is one workspace. Who waits for a decision
        -- that asks for the reply waits no longer. Says how many enrollments and event messages it was an answer to.
        CREATE FUNCTION sluice_reply(gateway text, names text[], number text, person text, said text,
            OUT contacts int, OUT messages int)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET sluice.internal = 'on' AS $$
        DECLARE
            devices uuid[];
            places text[];
            is_awaited boolean;
            score int := CASE WHEN btrim(said) ~ '^(10|[1-9])$' THEN btrim(said)::int END;
        BEGIN
            SELECT array_agg(d.device_id) FILTER (WHERE d.received),
                coalesce(array_agg(DISTINCT d.workspace_id) FILTER (WHERE d.received),
                    array_agg(DISTINCT d.workspace_id))
                INTO devices, places FROM sluice_devices_at(gateway, names, number) d;
            contacts := 0;
            messages := 0;
            IF places IS NULL OR devices IS NULL AND cardinality(places) > 1 THEN RETURN; END IF;
            WITH answered AS (
                UPDATE sequence_contacts c SET last_reply = said
                WHERE c.recipient = person AND c.workspace_id = ANY (places) AND c.moves > 0
                  AND c.status IN ('active', 'paused', 'advance', 'unknown')
                  AND (devices IS NULL OR c.assigned_device_id = ANY (devices) OR c.home_device_id = ANY (devices))
                RETURNING id, generation, moves, status, workspace_id, current_trigger
            ), woken AS (
                UPDATE branch_intake i SET settled_at = now(), try_at = now()
                FROM answered a JOIN sequence_steps st
                    ON st.workspace_id = a.workspace_id AND st.trigger = a.current_trigger
                WHERE a.status = 'advance' AND st.wakes_on_reply AND i.contact_id = a.id
                  AND i.generation = a.generation AND i.moves = a.moves AND i.try_at > now()
                RETURNING i.id)
            SELECT (SELECT count(*) FROM answered), EXISTS (SELECT FROM woken) INTO contacts, is_awaited;
            IF is_awaited THEN NOTIFY sluice_intake; END IF;
            UPDATE event_messages m SET response_received = said, response_time = now(), updated_at = now(),
                pcr_score = CASE WHEN m.message_type = 'pcr_request' THEN coalesce(score, m.pcr_score)
                    ELSE m.pcr_score END
                WHERE m.id::text = (
                    SELECT e.id::text
                    FROM sequence_contacts c JOIN event_messages e ON e.id::text = c.source_id
                    CROSS JOIN LATERAL (SELECT score IS NOT NULL AND e.message_type = 'pcr_request'
                        AND e.pcr_score IS NULL AS is_scored) s
                    WHERE c.recipient = person AND c.kind = 'event' AND c.workspace_id = ANY (places)
                      AND e.status = 'sent' AND e.workspace_id = c.workspace_id
                      AND e.actual_send_time > now() - interval '7 days'
                      AND (s.is_scored OR e.response_received IS NULL)
                    ORDER BY s.is_scored DESC, e.actual_send_time DESC LIMIT 1);
            GET DIAGNOSTICS messages = ROW_COUNT;
        END $$;
        REVOKE EXECUTE ON FUNCTION sluice_reply FROM PUBLIC;
        """
}
