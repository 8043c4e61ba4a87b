extension SchemaV1 {
    /// Names of ours that a database may use for something else.
    static let ownRelations = [
        "sequence_branches", "branch_intake", "lanes", "claim_batches", "settles_left", "untouchable_contacts",
        "message_schedules", "message_templates", "sources", "source_cleanups", "own_messages", "work_intake",
        "webhook_endpoints", "webhook_deliveries", "message_events",
        "progress_intake", "in_flight_counts", "event_sessions", "event_message_types",
        "gateways", "device_caps", "device_states", "suppressions", "pauses", "audit_log", "api_keys",
        "idempotent_answers", "node_fences", "node_leases", "drained_nodes", "slot_owners", "coordinator_lease",
        "clock_steps", "cluster_versions", "control_changes", "send_ledger", "enrollment_intake", "intake_scans",
        "completion_intake", "lane_wakes", "external_ids", "contact_tallies", "contact_tally_changes",
        "device_load_balance", "contact_counts", "database_identity", "restores", "restored_devices",
        "source_paces", "enrollment_limits",
        "message_logs.message_logs",
    ]

    /// What a database that was here before Sluice needs. On an empty one these statements do nothing.
    ///
    /// Names of ours that are taken get out of the way first; nothing is dropped.
    static let makeRoom = """
        DO $$
        DECLARE
            taken text;
        BEGIN
            FOREACH taken IN ARRAY ARRAY[\(ownRelations.map { "'\($0.contains(".") ? $0 : "public." + $0)'" }.joined(separator: ", "))]
            LOOP
                IF to_regclass(taken) IS NOT NULL THEN
                    EXECUTE format('ALTER TABLE %s RENAME TO %I', taken, split_part(taken, '.', 2) || '_before_sluice');
                END IF;
            END LOOP;
        END $$;
        """

    /// Gives rows that users wrote their workspace and their identity, and says of what an old processor held that its
    /// outcome is unknown.
    static let adoptRows = """
        INSERT INTO workspaces (id, name)
            SELECT DISTINCT u.id, u.id FROM (SELECT user_id::text AS id FROM leads UNION SELECT user_id::text
                FROM sequences
                UNION SELECT user_id::text FROM user_devices UNION SELECT user_id::text FROM flows
                UNION SELECT user_id::text FROM message_runs UNION SELECT workspace_id FROM scheduled_sms_jobs) u
            WHERE u.id IS NOT NULL ON CONFLICT DO NOTHING;
        -- A zone that does not exist counts as UTC; nothing could be said in it.
        DO $$
        DECLARE
            relation text;
            zone text;
        BEGIN
            FOREACH relation IN ARRAY ARRAY['workspaces', 'events'] LOOP
                FOR zone IN EXECUTE format('SELECT DISTINCT time_zone FROM %I WHERE time_zone IS NOT NULL', relation)
                LOOP
                    BEGIN
                        PERFORM now() AT TIME ZONE zone;
                    EXCEPTION WHEN invalid_parameter_value THEN
                        EXECUTE format('UPDATE %I SET time_zone = ''UTC'' WHERE time_zone = $1', relation) USING zone;
                    END;
                END LOOP;
            END LOOP;
        END $$;
        UPDATE leads SET workspace_id = user_id::text WHERE user_id IS NOT NULL;
        UPDATE sequences SET workspace_id = user_id::text WHERE user_id IS NOT NULL;
        UPDATE user_devices SET workspace_id = user_id::text WHERE user_id IS NOT NULL;
        UPDATE flows SET workspace_id = user_id::text WHERE user_id IS NOT NULL;
        UPDATE message_runs SET workspace_id = user_id::text WHERE user_id IS NOT NULL;
        UPDATE sequence_steps st SET workspace_id = s.workspace_id FROM sequences s WHERE s.id = st.sequence_id;
        UPDATE sequence_steps SET content_problem = sluice_content_problem(content, message_text, media_url);

        UPDATE sequence_contacts c SET
            workspace_id = coalesce((SELECT s.workspace_id FROM sequences s WHERE s.id = c.sequence_id), 'default'),
            source_id = coalesce(c.sequence_id::text, 'none'),
            recipient = sluice_recipient(c.contact_phone, c.id),
            entry_trigger = (SELECT st.trigger FROM sequence_steps st
                WHERE st.sequence_id = c.sequence_id AND st.is_entry_point ORDER BY st.day_number, st.id LIMIT 1),
            status = coalesce(c.status, 'paused');
        -- Whose contact it is, within the workspace; joined by digits, because a probe per contact would walk all leads
        -- each time.
        UPDATE sequence_contacts c SET lead_id = l.id FROM (
                SELECT DISTINCT ON (workspace_id, sluice_digits(phone)) id, workspace_id, sluice_digits(phone) AS digits
                FROM leads WHERE sluice_digits(phone) IS NOT NULL
                ORDER BY workspace_id, sluice_digits(phone), id) l
            WHERE l.digits = c.recipient AND l.workspace_id = c.workspace_id AND c.lead_id IS NULL;
        UPDATE sequence_contacts SET
            status = 'unknown', last_error = 'in the hands of the previous system when it was adopted',
            processing_device_id = NULL, processing_started_at = NULL
            WHERE (processing_device_id IS NOT NULL OR processing_started_at IS NOT NULL)
              AND status NOT IN ('completed', 'failed', 'cancelled', 'paused');
        UPDATE sequence_contacts SET processing_device_id = NULL, processing_started_at = NULL
            WHERE processing_device_id IS NOT NULL OR processing_started_at IS NOT NULL;
        UPDATE sequence_contacts SET status = 'paused', hold_reason = 'no_due_time', last_error = 'held: no_due_time'
            WHERE status = 'active' AND next_trigger_time IS NULL;
        """

    /// Once the tables stand: active rows get a device and a lane, and leads whose trigger nobody has looked at are
    /// found.
    static let adoptWork = """
        INSERT INTO enrollment_intake (op, contact_id, workspace_id)
            SELECT 'place', id, workspace_id FROM sequence_contacts WHERE status = 'active';
        INSERT INTO intake_scans (purpose, workspace_id, trigger)
            SELECT 'enroll', st.workspace_id, st.trigger FROM sequence_steps st
                JOIN sequences s ON s.id = st.sequence_id
            WHERE st.is_entry_point AND s.is_active AND st.trigger IS NOT NULL;
        SELECT sluice_mark_endless(ARRAY(SELECT id FROM workspaces));
        """
}
