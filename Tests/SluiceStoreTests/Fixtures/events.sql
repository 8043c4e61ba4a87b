-- Event messages of a system without Sluice, with keys of other types and times without a zone: one overdue, one to come.
CREATE TABLE contractors (id varchar(40) PRIMARY KEY, first_name varchar(50), phone varchar(20));
CREATE TABLE events (id uuid PRIMARY KEY, name varchar(100), date timestamp);
CREATE TABLE event_messages (id serial PRIMARY KEY, event_id uuid, contractor_id varchar(40), message_type varchar(50),
    scheduled_time timestamp NOT NULL, message_content text, personalization_data jsonb, status varchar(20),
    delay_minutes int, pcr_score int, created_at timestamp DEFAULT now());
CREATE TABLE user_devices (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), phone text);

INSERT INTO user_devices (phone) VALUES ('628110000001');
INSERT INTO contractors VALUES ('c-1', 'Ann', '491510000001');
INSERT INTO events VALUES ('e0000000-0000-0000-0000-000000000001', 'Expo', now() + interval '3 days');
INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time, message_content, status) VALUES
    ('e0000000-0000-0000-0000-000000000001', 'c-1', 'speaker_alert', now() - interval '90 days', 'Late', 'scheduled'),
    ('e0000000-0000-0000-0000-000000000001', 'c-1', 'pcr_request', now() + interval '1 day', 'Hi {firstName}', 'scheduled');
