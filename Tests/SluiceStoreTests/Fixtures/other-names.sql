-- Names of the other products: workspaces with columns of their own, and tables that are called like ours.
CREATE TABLE workspaces (id varchar(64) PRIMARY KEY, name text, default_from text, gateway text, time_zone text,
    retry_attempts int DEFAULT 3);
INSERT INTO workspaces VALUES ('acme', 'Acme', '+15550100', 'twilio', 'Mars/One', 5);
CREATE TABLE scheduled_sms_jobs (id text PRIMARY KEY, to_phone text, body text, workspace_id text, status text, metadata jsonb);
INSERT INTO scheduled_sms_jobs VALUES ('job_1', '+15550101', 'Hi', 'acme', 'scheduled', '{}');
CREATE TABLE message_runs (id bigserial PRIMARY KEY, user_id text, status text);
CREATE TABLE trigger_runs (id bigserial PRIMARY KEY, status text);
CREATE TABLE gateways (name text PRIMARY KEY, secret text);
INSERT INTO gateways VALUES ('twilio', 's');
CREATE VIEW contact_counts AS SELECT count(*) AS n FROM scheduled_sms_jobs;
CREATE SCHEMA message_logs;
CREATE TABLE message_logs.message_logs (id bigserial PRIMARY KEY, run_id bigint, page_id bigint, user_id text, status text);
INSERT INTO message_logs.message_logs (run_id, page_id, user_id, status) VALUES (1, 100, '24000000000000001', 'sent');
