import SluiceCore

extension SchemaV1 {
    /// Contacts that a rule of the user's own lets nobody write to.
    static let untouchable = """
        -- Why the row of a contact refuses what a claim or its return writes there, NULL when it does not. It is tried,
        -- and undone.
        CREATE FUNCTION sluice_contact_fault(contact uuid) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE
            rule text;
        BEGIN
            UPDATE sequence_contacts SET
                claim_state = CASE claim_state WHEN 0 THEN 1 ELSE 0 END,
                claim_batch = CASE claim_state WHEN 0 THEN 0 END,
                processing_device_id = CASE claim_state WHEN 0 THEN assigned_device_id END,
                processing_started_at = CASE claim_state WHEN 0 THEN clock_timestamp() END
            WHERE id = contact;
            RAISE EXCEPTION 'undone' USING ERRCODE = 'SLU00';
        EXCEPTION
            WHEN SQLSTATE 'SLU00' THEN RETURN NULL;
            WHEN OTHERS THEN
                IF left(SQLSTATE, 2) <> ALL (\(RowFault.sqlClasses)) THEN RAISE; END IF;
                GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME;
                RETURN SQLSTATE || coalesce(' (' || nullif(rule, '') || ')', '');
        END $$;
        """

    /// No trigger is so long that an index cannot hold it (54000). Rows that are there already are judged when they are
    /// next written.
    static let triggerLengths = """
        ALTER TABLE sequence_contacts ADD CONSTRAINT current_trigger_at_most_1000_characters
            CHECK (\(isShort("current_trigger"))) NOT VALID;
        ALTER TABLE sequence_steps ADD CONSTRAINT trigger_at_most_1000_characters
            CHECK (\(isShort("trigger")) AND \(isShort("next_trigger"))) NOT VALID;
        ALTER TABLE sequence_branches ADD CONSTRAINT next_trigger_at_most_1000_characters
            CHECK (\(isShort("next_trigger")));
        """

    /// An index row holds 2,704 bytes, and a workspace's id stands beside the trigger.
    private static func isShort(_ column: String) -> String {
        "length(\(column)) <= 1000 AND octet_length(\(column)) <= 2000"
    }
}
