extension SchemaV1 {
    /// The tables our users already have. Each is created bare and then given its columns one by one, so that a database which has
    /// it already gets what is missing and keeps the rest: adoption and creation are the same statements.
    static let userTables = """
        CREATE TABLE IF NOT EXISTS workspaces (id text PRIMARY KEY);
        ALTER TABLE workspaces
            ADD COLUMN IF NOT EXISTS name text,
            ADD COLUMN IF NOT EXISTS time_zone text NOT NULL DEFAULT 'UTC',
            ADD COLUMN IF NOT EXISTS default_from text,
            ADD COLUMN IF NOT EXISTS gateway text,
            ADD COLUMN IF NOT EXISTS reserve_high real NOT NULL DEFAULT 0 CHECK (reserve_high BETWEEN 0 AND 1),
            ADD COLUMN IF NOT EXISTS floor_low real NOT NULL DEFAULT 0.1 CHECK (floor_low BETWEEN 0 AND 1),
            ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now();
        INSERT INTO workspaces (id, name) VALUES ('default', 'default') ON CONFLICT DO NOTHING;

        CREATE TABLE IF NOT EXISTS user_devices (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
        ALTER TABLE user_devices
            ADD COLUMN IF NOT EXISTS user_id uuid,
            ADD COLUMN IF NOT EXISTS device_name text,
            ADD COLUMN IF NOT EXISTS phone text,
            ADD COLUMN IF NOT EXISTS jid text,
            ADD COLUMN IF NOT EXISTS status text DEFAULT 'offline',
            ADD COLUMN IF NOT EXISTS last_seen timestamptz,
            ADD COLUMN IF NOT EXISTS min_delay_seconds int DEFAULT 5,
            ADD COLUMN IF NOT EXISTS max_delay_seconds int DEFAULT 15,
            ADD COLUMN IF NOT EXISTS workspace_id text NOT NULL DEFAULT 'default',
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
            ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();

        CREATE TABLE IF NOT EXISTS leads (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
        ALTER TABLE leads
            ADD COLUMN IF NOT EXISTS user_id uuid,
            ADD COLUMN IF NOT EXISTS device_id uuid,
            ADD COLUMN IF NOT EXISTS name text,
            ADD COLUMN IF NOT EXISTS phone text,
            ADD COLUMN IF NOT EXISTS email text,
            ADD COLUMN IF NOT EXISTS niche text,
            ADD COLUMN IF NOT EXISTS status text,
            ADD COLUMN IF NOT EXISTS time_zone text,
            ADD COLUMN IF NOT EXISTS trigger varchar(1000),
            ADD COLUMN IF NOT EXISTS workspace_id text NOT NULL DEFAULT 'default',
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
            ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();

        CREATE TABLE IF NOT EXISTS sequences (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
        ALTER TABLE sequences
            ADD COLUMN IF NOT EXISTS user_id uuid,
            ADD COLUMN IF NOT EXISTS device_id uuid,
            ADD COLUMN IF NOT EXISTS name text,
            ADD COLUMN IF NOT EXISTS description text,
            ADD COLUMN IF NOT EXISTS niche text,
            ADD COLUMN IF NOT EXISTS status text,
            ADD COLUMN IF NOT EXISTS trigger_prefix text,
            ADD COLUMN IF NOT EXISTS start_trigger text,
            ADD COLUMN IF NOT EXISTS end_trigger text,
            ADD COLUMN IF NOT EXISTS total_days int,
            ADD COLUMN IF NOT EXISTS is_active boolean DEFAULT true,
            ADD COLUMN IF NOT EXISTS priority int DEFAULT 10,
            ADD COLUMN IF NOT EXISTS schedule_time text,
            ADD COLUMN IF NOT EXISTS min_delay_seconds int,
            ADD COLUMN IF NOT EXISTS max_delay_seconds int,
            ADD COLUMN IF NOT EXISTS progress_percentage numeric DEFAULT 0,
            ADD COLUMN IF NOT EXISTS estimated_completion_at timestamptz,
            ADD COLUMN IF NOT EXISTS workspace_id text NOT NULL DEFAULT 'default',
            ADD COLUMN IF NOT EXISTS device_choice text NOT NULL DEFAULT 'sticky'
                CHECK (device_choice IN ('sticky', 'prefer', 'any')),
            ADD COLUMN IF NOT EXISTS on_unknown text NOT NULL DEFAULT 'hold' CHECK (on_unknown IN ('hold', 'continue')),
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
            ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();

        -- By the text of its id: how a lane names it.
        CREATE INDEX IF NOT EXISTS sluice_sequences_source ON sequences ((id::text));

        CREATE TABLE IF NOT EXISTS sequence_steps (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
        ALTER TABLE sequence_steps
            ADD COLUMN IF NOT EXISTS sequence_id uuid,
            ADD COLUMN IF NOT EXISTS day_number int,
            ADD COLUMN IF NOT EXISTS trigger text,
            ADD COLUMN IF NOT EXISTS next_trigger text,
            ADD COLUMN IF NOT EXISTS trigger_delay_hours numeric DEFAULT 24,
            ADD COLUMN IF NOT EXISTS is_entry_point boolean DEFAULT false,
            ADD COLUMN IF NOT EXISTS message_type text DEFAULT 'text',
            ADD COLUMN IF NOT EXISTS message_text text,
            ADD COLUMN IF NOT EXISTS content text,
            ADD COLUMN IF NOT EXISTS media_url text,
            ADD COLUMN IF NOT EXISTS caption text,
            ADD COLUMN IF NOT EXISTS time_schedule text,
            ADD COLUMN IF NOT EXISTS min_delay_seconds int,
            ADD COLUMN IF NOT EXISTS max_delay_seconds int,
            ADD COLUMN IF NOT EXISTS workspace_id text NOT NULL DEFAULT 'default',
            -- The step lies on a cycle of steps that all wait nothing: nobody may enter it, or it would never end.
            ADD COLUMN IF NOT EXISTS is_endless boolean NOT NULL DEFAULT false,
            -- Why its message cannot be sent, as `sluice_content_problem` says.
            ADD COLUMN IF NOT EXISTS content_problem text,
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
            ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
        CREATE UNIQUE INDEX IF NOT EXISTS sluice_steps_trigger ON sequence_steps (workspace_id, trigger);
        CREATE INDEX IF NOT EXISTS sluice_steps_sequence ON sequence_steps (sequence_id);

        CREATE TABLE IF NOT EXISTS sequence_contacts (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
        ALTER TABLE sequence_contacts
            ADD COLUMN IF NOT EXISTS sequence_id uuid,
            ADD COLUMN IF NOT EXISTS contact_phone text,
            ADD COLUMN IF NOT EXISTS contact_name text,
            ADD COLUMN IF NOT EXISTS user_id uuid,
            ADD COLUMN IF NOT EXISTS current_trigger text,
            ADD COLUMN IF NOT EXISTS next_trigger_time timestamptz,
            ADD COLUMN IF NOT EXISTS processing_device_id uuid,
            ADD COLUMN IF NOT EXISTS processing_started_at timestamptz,
            ADD COLUMN IF NOT EXISTS assigned_device_id uuid,
            ADD COLUMN IF NOT EXISTS current_step int DEFAULT 0,
            ADD COLUMN IF NOT EXISTS status text DEFAULT 'active',
            ADD COLUMN IF NOT EXISTS completed_at timestamptz,
            ADD COLUMN IF NOT EXISTS retry_count int DEFAULT 0,
            ADD COLUMN IF NOT EXISTS last_error text,
            ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
            ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
        """
}
