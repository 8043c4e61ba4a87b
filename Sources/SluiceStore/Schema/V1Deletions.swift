extension SchemaV1 {
    /// What a deleted sequence or device leaves behind: contacts that would wait for ever.
    static let deletions = """
        -- The steps go along, so that their triggers are free for others. The contacts go through the intake, in chunks:
        -- no DELETE waits for a million of them, and what is in flight ends when it is settled.
        CREATE FUNCTION sluice_sequences_deleted() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
        BEGIN
            DELETE FROM sequence_steps WHERE sequence_id IN (SELECT id FROM gone);
            INSERT INTO enrollment_intake (op, contact_id, workspace_id)
                SELECT 'place', id, workspace_id FROM sequence_contacts
                WHERE sequence_id IN (SELECT id FROM gone) AND status IN ('active', 'paused', 'advance');
            IF EXISTS (SELECT FROM gone) THEN
                -- Who is entering this moment is not seen here, and whoever enters them does not see this.
                INSERT INTO intake_scans (purpose, workspace_id) VALUES ('homeless', '*');
                NOTIFY sluice_intake;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_sequences_deleted AFTER DELETE ON sequences
            REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION sluice_sequences_deleted();

        -- Whatever sets a contact going again (a settled unknown, a decided branch, a step that is back, a hand) may do
        -- so after its sequence or its device was deleted. No index finds such contacts at the deletion, so they are
        -- seen here, where all of them pass, whoever writes.
        CREATE FUNCTION sluice_contact_resumed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            is_homeless boolean := NEW.status = 'active' AND NEW.lane_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM lanes l JOIN user_devices d ON d.id = l.device_id WHERE l.id = NEW.lane_id);
        BEGIN
            IF is_homeless OR NEW.sequence_id IS NOT NULL
                AND NOT EXISTS (SELECT FROM sequences WHERE id = NEW.sequence_id)
            THEN
                IF is_homeless AND NEW.claim_state = 0 THEN NEW.lane_id := NULL; END IF;
                INSERT INTO enrollment_intake (op, contact_id, workspace_id)
                    VALUES ('place', NEW.id, NEW.workspace_id);
                NOTIFY sluice_intake;
            END IF;
            RETURN NEW;
        END $$;
        -- By its name it runs after `sluice_contact_corrected`, which may set a contact active.
        CREATE TRIGGER sluice_contact_resumed BEFORE UPDATE ON sequence_contacts
            FOR EACH ROW WHEN (NEW.status IN ('active', 'paused', 'advance') AND NEW.status IS DISTINCT FROM OLD.status)
            EXECUTE FUNCTION sluice_contact_resumed();
        """
}
