extension SchemaV1 {
    /// TRUNCATE passes by the triggers that see rows, so each table that users empty has one of its own that leaves
    /// behind what a DELETE of all rows would.
    static let truncateTriggers = """
        -- Whoever entered by a lead's trigger ends with the lead; a scan finds them.
        CREATE FUNCTION sluice_leads_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM enrollment_intake WHERE lead_id IS NOT NULL;
            DELETE FROM completion_intake;
            INSERT INTO intake_scans (purpose, workspace_id) VALUES ('leadless', '*');
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_leads_truncated AFTER TRUNCATE ON leads
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_leads_truncated();

        -- Nobody is left to count, to place, to wake or to decide about. The lock: the fold of the counts must not
        -- bring back what it read before.
        CREATE FUNCTION sluice_contacts_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            LOCK TABLE contact_tallies, contact_tally_changes IN SHARE ROW EXCLUSIVE MODE;
            DELETE FROM contact_tallies;
            DELETE FROM contact_tally_changes;
            DELETE FROM enrollment_intake WHERE op = 'place';
            DELETE FROM branch_intake;
            DELETE FROM own_messages;
            DELETE FROM progress_intake;
            DELETE FROM lane_wakes;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_contacts_truncated AFTER TRUNCATE ON sequence_contacts
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_contacts_truncated();

        -- Nobody enters what is gone. Contacts stay, as after a DELETE: those of no sequence wait, those at no step are
        -- held as `step_missing`.
        CREATE FUNCTION sluice_entries_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM intake_scans WHERE purpose = 'enroll';
            IF TG_TABLE_NAME = 'sequences' THEN DELETE FROM sources WHERE kind = 'sequence'; END IF;
            IF TG_TABLE_NAME = 'sequence_steps' THEN DELETE FROM sequence_branches; END IF;
            INSERT INTO control_changes (relation) VALUES (TG_TABLE_NAME);
            NOTIFY sluice_control;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_sequences_truncated AFTER TRUNCATE ON sequences
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_entries_truncated();
        CREATE TRIGGER sluice_steps_truncated AFTER TRUNCATE ON sequence_steps
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_entries_truncated();

        -- Only those in a lane: the others are held, or in the intake on their way to a device.
        CREATE FUNCTION sluice_devices_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE sequence_contacts
                SET status = 'paused', hold_reason = 'unknown_device', last_error = 'held: unknown_device'
                WHERE lane_id IS NOT NULL AND status = 'active';
            DELETE FROM device_caps;
            DELETE FROM device_states;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_devices_truncated AFTER TRUNCATE ON user_devices
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_devices_truncated();
        """
}
