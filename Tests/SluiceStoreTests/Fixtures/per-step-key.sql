-- The second unique key, with the step in it, bigint users, and one row per person.
CREATE TABLE sequences (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id bigint, name text, is_active boolean DEFAULT true);
CREATE TABLE sequence_steps (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sequence_id uuid, day_number int, trigger text, next_trigger text,
    trigger_delay_hours double precision, is_entry_point boolean, message_text text, time_schedule time);
CREATE TABLE leads (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id bigint, name text, phone text, trigger varchar(1000));
CREATE TABLE sequence_contacts (
    id uuid PRIMARY KEY, sequence_id uuid, sequence_stepid uuid, contact_phone varchar(20), contact_name text,
    user_id bigint, current_trigger text, next_trigger_time timestamptz, current_step int, status text, retry_count bigint,
    UNIQUE (sequence_id, contact_phone, sequence_stepid));
INSERT INTO sequences VALUES ('50000000-0000-0000-0000-000000000001', 7, 'Fitness', true);
INSERT INTO sequence_steps VALUES
    ('57000000-0000-0000-0000-000000000001', '50000000-0000-0000-0000-000000000001', 1, 'one', 'two', 24, true, 'First', '09:30'),
    ('57000000-0000-0000-0000-000000000002', '50000000-0000-0000-0000-000000000001', 2, 'two', NULL, 24, false, 'Second', NULL);
INSERT INTO leads (user_id, name, phone, trigger) VALUES (7, 'Ann', '628115550001', 'one');
INSERT INTO sequence_contacts VALUES
    ('c0000000-0000-0000-0000-000000000001', '50000000-0000-0000-0000-000000000001', '57000000-0000-0000-0000-000000000001',
        '628115550001', 'Ann', 7, 'one', '2026-01-01 08:00+00', 1, 'active', 0);
