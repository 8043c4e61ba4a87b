-- Campaigns and triggers of a system without Sluice: one campaign half sent, one trigger that nobody began.
CREATE TABLE flows (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(200), nodes jsonb, edges jsonb);
CREATE TABLE message_runs (id bigserial PRIMARY KEY, trigger_id bigint, page_ids bigint[], flow_id uuid,
    status varchar(20), total_messages int, success_count int);
CREATE TABLE trigger_runs (id bigserial PRIMARY KEY, trigger_id bigint, recipient_user_id text, page_id bigint,
    flow_id uuid, status varchar(20) DEFAULT 'queued', created_at timestamp DEFAULT now());
CREATE TABLE meta_subscribers (page_id bigint, user_id text, user_name text, is_active boolean);
CREATE TABLE user_devices (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), phone text);

INSERT INTO user_devices (phone) VALUES ('628110000001');
INSERT INTO meta_subscribers VALUES (1, '491510000001', 'Ann', true), (1, '491510000002', 'Ben', NULL);
INSERT INTO flows (id, name, nodes, edges) VALUES ('f10f0000-0000-0000-0000-000000000001', 'sale',
    '[{"id":"a","type":"message","data":{"text":"Sale"}}]', '[]');
INSERT INTO message_runs (page_ids, flow_id, status, total_messages, success_count) VALUES
    ('{1}', 'f10f0000-0000-0000-0000-000000000001', 'running', 2, 1),
    ('{1}', 'f10f0000-0000-0000-0000-000000000001', 'finished', 2, 2);
INSERT INTO trigger_runs (recipient_user_id, page_id, flow_id) VALUES
    ('491510000003', 1, 'f10f0000-0000-0000-0000-000000000001');
