-- Trigger-driven sequences with uuid users, times without a zone, length limits, and an old processor's rows in every state.
CREATE TABLE leads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, device_id uuid, name varchar(255), phone varchar(50),
    email varchar(255), niche varchar(255), status varchar(50), trigger varchar(1000), created_at timestamp DEFAULT now());
CREATE INDEX idx_leads_trigger ON leads (trigger) WHERE trigger IS NOT NULL;
CREATE TABLE sequences (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, device_id uuid, name varchar(255), description text,
    niche varchar(255), status varchar(50) DEFAULT 'draft', trigger_prefix varchar(100), start_trigger varchar(255),
    end_trigger varchar(255), total_days int, is_active boolean, priority int DEFAULT 0, schedule_time varchar(10));
CREATE TABLE sequence_steps (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sequence_id uuid NOT NULL REFERENCES sequences ON DELETE CASCADE,
    day_number int, trigger varchar(255), next_trigger varchar(255), trigger_delay_hours int DEFAULT 24,
    is_entry_point boolean DEFAULT false, message_type varchar(50), message_text text, content text, media_url text,
    caption text, time_schedule varchar(10), min_delay_seconds int, max_delay_seconds int);
CREATE TABLE sequence_contacts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sequence_id uuid NOT NULL, contact_phone varchar(50) NOT NULL,
    contact_name varchar(255), user_id uuid, current_trigger varchar(255), next_trigger_time timestamp,
    processing_device_id uuid, processing_started_at timestamp, assigned_device_id uuid, current_step int DEFAULT 1,
    status varchar(50) DEFAULT 'active', completed_at timestamp, retry_count int DEFAULT 0, last_error text,
    UNIQUE (sequence_id, contact_phone));
CREATE INDEX idx_seq_contacts_trigger ON sequence_contacts (current_trigger, next_trigger_time) WHERE status = 'active';
CREATE INDEX idx_seq_contacts_processing ON sequence_contacts (processing_device_id) WHERE processing_device_id IS NOT NULL;
CREATE TABLE user_devices (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, device_name varchar(255), phone varchar(50),
    jid varchar(255), status varchar(50) DEFAULT 'offline', last_seen timestamp, min_delay_seconds int DEFAULT 5,
    max_delay_seconds int DEFAULT 15);
CREATE TABLE device_load_balance (
    device_id uuid PRIMARY KEY, messages_hour int DEFAULT 0, messages_today int DEFAULT 0, current_processing int DEFAULT 0,
    is_available boolean DEFAULT true, last_reset_hour timestamp, last_reset_day timestamp, updated_at timestamp);

INSERT INTO user_devices (id, user_id, device_name, phone, status) VALUES
    ('d0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Front desk', '628110000001', 'online'),
    ('d0000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000002', 'Shop', NULL, 'offline');
INSERT INTO device_load_balance (device_id, messages_hour) VALUES ('d0000000-0000-0000-0000-000000000001', 17);
INSERT INTO sequences (id, user_id, name, is_active) VALUES
    ('50000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Fitness', true),
    ('50000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000002', 'Crypto', NULL);
INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, is_entry_point, content) VALUES
    ('50000000-0000-0000-0000-000000000001', 1, 'fitness_start', 'fitness_day2', true, 'Welcome'),
    ('50000000-0000-0000-0000-000000000001', 2, 'fitness_day2', NULL, false, 'Day two'),
    ('50000000-0000-0000-0000-000000000002', 1, 'fitness_start', NULL, true, 'Another user, the same trigger');
INSERT INTO leads (id, user_id, name, phone, trigger) VALUES
    ('1ead0000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Ann', '+62 811-555-0001', 'fitness_start'),
    ('1ead0000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000001', 'Ben', '628115550002', 'fitness_start'),
    ('1ead0000-0000-0000-0000-000000000003', 'a0000000-0000-0000-0000-000000000002', 'Cid', '628115550001', NULL);
INSERT INTO sequence_contacts (sequence_id, contact_phone, contact_name, user_id, current_trigger, next_trigger_time,
    processing_device_id, processing_started_at, assigned_device_id, status, retry_count) VALUES
    ('50000000-0000-0000-0000-000000000001', '628115550001', 'Ann', 'a0000000-0000-0000-0000-000000000001', 'fitness_day2',
        '2026-01-01 08:00', NULL, NULL, 'd0000000-0000-0000-0000-000000000001', 'active', 0),
    ('50000000-0000-0000-0000-000000000001', '628115550003', 'Held', NULL, 'fitness_start', '2026-01-01 08:00',
        'd0000000-0000-0000-0000-000000000001', '2026-01-01 08:01', 'd0000000-0000-0000-0000-000000000001', 'active', 2),
    ('50000000-0000-0000-0000-000000000001', '628115550004', 'Done', NULL, 'fitness_day2', NULL,
        'd0000000-0000-0000-0000-000000000001', '2026-01-01 08:01', NULL, 'completed', 0),
    ('50000000-0000-0000-0000-000000000001', '628115550005', 'No time', NULL, 'fitness_start', NULL, NULL, NULL, NULL, 'active', 0),
    ('50000000-0000-0000-0000-000000000001', 'call me', 'No number', NULL, 'fitness_start', '2026-01-01 08:00', NULL, NULL, NULL,
        'active', 0),
    ('50000000-0000-0000-0000-000000000001', '628115550006', 'No status', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0);
