extension SchemaV1 {
    /// Which external ids were used, and by whom. Not on the contact's row, which keeps only its latest: whoever enters
    /// again with a newer id must not make the older one good for another enrollment.
    ///
    /// An id is used up by the statement that names it first, in the same transaction as the enrollment, also when that
    /// found the person enrolled already. The leader's upkeep forgets ids with the ledger's days, which bounds the
    /// table.
    static let externalIDs = """
        CREATE TABLE external_ids (
            workspace_id text NOT NULL,
            external_id text NOT NULL,
            contact_id uuid NOT NULL,
            used_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (workspace_id, external_id)
        );
        CREATE INDEX external_ids_used ON external_ids (used_at);

        -- False when the id was used before. Waits for a transaction that is using it.
        CREATE FUNCTION sluice_use_external_id(workspace text, external text, contact uuid) RETURNS boolean
        LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO external_ids (workspace_id, external_id, contact_id) VALUES (workspace, external, contact)
                ON CONFLICT DO NOTHING;
            RETURN FOUND;
        END $$;

        INSERT INTO external_ids (workspace_id, external_id, contact_id)
            SELECT workspace_id, external_id, id FROM sequence_contacts WHERE external_id IS NOT NULL
            ON CONFLICT DO NOTHING;
        """
}
