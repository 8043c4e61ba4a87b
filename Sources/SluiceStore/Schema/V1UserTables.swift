extension SchemaV1 {
    /// The tables our users already have, and what makes them fit where they are there already.
    static let userTables =
        UserTable.all.map(\.definition).joined(separator: "\n")
            + """
            INSERT INTO workspaces (id, name) VALUES ('default', 'default') ON CONFLICT DO NOTHING;

            """ + userKeys + fittingTypes

    /// `user_id` is what the users made it; where it is missing it becomes what it is elsewhere.
    static let userKeys = """
        DO $$
        DECLARE
            relation text;
            kind text := coalesce((
                SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                WHERE attname = 'user_id' AND NOT attisdropped AND attrelid IN ('leads'::regclass,
                    'sequences'::regclass,
                    'user_devices'::regclass, 'sequence_contacts'::regclass, 'flows'::regclass,
                    'message_runs'::regclass)
                ORDER BY attrelid = 'leads'::regclass DESC LIMIT 1), 'uuid');
        BEGIN
            FOREACH relation IN ARRAY ARRAY['user_devices', 'leads', 'sequences', 'sequence_contacts', 'flows',
                'message_runs'] LOOP
                EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS user_id %s', relation, kind);
            END LOOP;
        END $$;

        """

    /// Times without a zone get one, what Sluice writes loses its length limit, and a contact's id makes itself, in the
    /// order of time.
    static let fittingTypes = """
        DO $$
        DECLARE
            col record;
        BEGIN
            FOR col IN
                SELECT a.attrelid::regclass AS relation, a.attname AS name, a.atttypid = 'timestamp'::regtype AS is_time
                FROM pg_attribute a JOIN (VALUES \(sqlColumns { $0.family == .instant })) w(relation, name)
                    ON a.attrelid = w.relation::regclass AND a.attname = w.name AND a.atttypid = 'timestamp'::regtype
                UNION ALL
                SELECT a.attrelid::regclass, a.attname, false FROM pg_attribute a
                WHERE a.attrelid = 'sequence_contacts'::regclass AND a.atttypid = 'varchar'::regtype AND a.atttypmod > 0
                  AND a.attname IN ('status', 'current_trigger', 'contact_name', 'contact_phone', 'last_error')
            LOOP
                EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', col.relation, col.name,
                    CASE WHEN col.is_time THEN 'timestamptz' ELSE 'text' END);
            END LOOP;
            IF NOT EXISTS (SELECT FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                WHERE d.adrelid = 'sequence_contacts'::regclass AND a.attname = 'id'
                  AND pg_get_expr(d.adbin, d.adrelid) <> 'gen_random_uuid()')
            THEN
                ALTER TABLE sequence_contacts ALTER COLUMN id SET DEFAULT sluice_contact_id();
            END IF;
        END $$;
        -- Of a lead whose phone is none.
        ALTER TABLE sequence_contacts ALTER COLUMN contact_phone DROP NOT NULL;
        CREATE INDEX IF NOT EXISTS sluice_steps_sequence ON sequence_steps (sequence_id);
        -- By the text of its id: how a lane names it.
        CREATE INDEX IF NOT EXISTS sluice_sequences_source ON sequences ((id::text));
        -- Operators and the API ask by phone number, however it was written.
        CREATE INDEX IF NOT EXISTS sluice_leads_phone ON leads (sluice_digits(phone));
        -- Triggers come off the leads of one page within moments, too soon for its old versions to be cleared out. With
        -- room for both versions the row stays in its page, and no index is touched.
        ALTER TABLE leads SET (fillfactor = 50);
        """

    /// Columns as rows of a VALUES list.
    private static func sqlColumns(_ isWanted: (UserColumn) -> Bool) -> String {
        UserTable.all.flatMap { table in
            table.columns.filter(isWanted).map { "('\(table.name)', '\($0.name)')" }
        }.joined(separator: ", ")
    }
}
