-- Everything that must be resolved by its owner first.
CREATE TABLE leads (id bigserial PRIMARY KEY, user_id uuid, phone text, trigger text);
CREATE TABLE sequences (id uuid PRIMARY KEY, user_id uuid, is_active int);
CREATE TABLE sequence_steps (id uuid PRIMARY KEY, sequence_id uuid, trigger text);
CREATE TABLE sequence_contacts (
    id uuid PRIMARY KEY, sequence_id uuid, contact_phone text, user_id text, source_id text, sequence_stepid uuid NOT NULL,
    next_trigger_time timestamp, status text CHECK (status IN ('active', 'completed', 'failed')));
CREATE VIEW due AS SELECT next_trigger_time FROM sequence_contacts;
CREATE VIEW user_devices AS SELECT gen_random_uuid() AS id;
