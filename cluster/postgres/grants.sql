-- What each role may do in a Sluice database. Run in that database as its owner, after every `sluice migrate`:
--
--     psql -d sluice -U sluice_owner -f grants.sql
--
-- Safe to run again: everything is taken back first, in the same transaction. The store's test suites run under these
-- roles, so a statement that a role may not run fails there first.

BEGIN;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
DO $$
DECLARE
    who text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    FOREACH who IN ARRAY ARRAY['sluice_coordinator', 'sluice_shard', 'sluice_api', 'sluice_operator', 'sluice_reader']
    LOOP
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), who);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', who);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public, message_logs FROM %I', who);
    END LOOP;
END $$;

-- The ledger and its partitions belong to the coordinator.
GRANT CREATE ON SCHEMA public TO sluice_coordinator;
DO $$
DECLARE
    part regclass;
BEGIN
    ALTER TABLE send_ledger OWNER TO sluice_coordinator;
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'send_ledger'::regclass LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO sluice_coordinator', part);
    END LOOP;
END $$;
GRANT ALL ON send_ledger TO sluice_coordinator;

-- Every node: its own life.
GRANT SELECT, INSERT, UPDATE, DELETE ON node_leases TO sluice_coordinator, sluice_shard, sluice_api;
GRANT SELECT, INSERT, UPDATE ON node_fences TO sluice_coordinator, sluice_shard, sluice_api;
GRANT SELECT ON cluster_versions, control_changes TO sluice_coordinator, sluice_shard, sluice_api;
GRANT UPDATE (assignment) ON cluster_versions TO sluice_coordinator, sluice_shard, sluice_api;

-- What a node sees of the database's clock it writes down; to confirm it is an operator's.
GRANT INSERT, UPDATE (seconds, noticed_at, times) ON clock_steps TO sluice_coordinator, sluice_shard;

-- What everybody reads: no lead and no credential is in here.
GRANT SELECT ON sluice_schema, workspaces, sequences, sequence_steps, sequence_branches, lanes, device_states, pauses,
    drained_nodes, restores, slot_owners, coordinator_lease, claim_batches, untouchable_contacts, clock_steps, sources,
    source_paces, source_cleanups, enrollment_limits
    TO sluice_coordinator, sluice_shard, sluice_api, sluice_operator, sluice_reader;
GRANT SELECT ON user_devices TO sluice_coordinator, sluice_shard, sluice_api, sluice_operator, sluice_reader;
-- Everything about gateways and devices but credentials.
DO $$
DECLARE
    relation regclass;
    readable text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['gateways', 'device_caps']::regclass[] LOOP
        SELECT string_agg(quote_ident(attname), ', ') INTO readable FROM pg_attribute
            WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attname <> 'credentials';
        EXECUTE format('GRANT SELECT (%s) ON %s TO sluice_coordinator, sluice_api, sluice_operator, sluice_reader',
            readable, relation);
    END LOOP;
END $$;

-- Webhooks: everything but what signs.
DO $$
DECLARE
    readable text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO readable FROM pg_attribute
        WHERE attrelid = 'webhook_endpoints'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'secret';
    EXECUTE format('GRANT SELECT (%s) ON webhook_endpoints TO sluice_coordinator, sluice_shard, sluice_operator, '
        'sluice_reader', readable);
END $$;
GRANT SELECT ON webhook_deliveries, message_events TO sluice_operator, sluice_reader;
GRANT INSERT ON message_events TO sluice_coordinator, sluice_shard;
-- It signs, and delivers.
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints, webhook_deliveries, message_events TO sluice_api;

-- The queue.
GRANT SELECT ON sequence_contacts, suppressions, own_messages
    TO sluice_coordinator, sluice_shard, sluice_api, sluice_operator, sluice_reader;
GRANT SELECT ON work_intake, progress_intake, in_flight_counts
    TO sluice_coordinator, sluice_api, sluice_operator, sluice_reader;
-- Runs and whom they are for; of pages everything but their tokens.
GRANT SELECT ON flows, trigger_runs, message_runs, meta_subscribers, scheduled_sms_jobs, message_schedules,
    message_templates, contractors, events, event_sessions, event_messages, event_message_types
    TO sluice_coordinator, sluice_api, sluice_operator, sluice_reader;
GRANT SELECT (page_id, page_name, is_active, blocked_until, block_reason, last_error_code, device_id, created_at,
    updated_at) ON meta_pages TO sluice_coordinator, sluice_api, sluice_operator, sluice_reader;
GRANT SELECT ON enrollment_intake, branch_intake, settles_left, completion_intake, intake_scans, lane_wakes,
    contact_tallies, contact_tally_changes, external_ids
    TO sluice_coordinator, sluice_api, sluice_operator, sluice_reader;
GRANT SELECT ON contact_counts, device_load_balance
    TO sluice_coordinator, sluice_api, sluice_operator, sluice_reader;
GRANT USAGE ON SCHEMA message_logs TO sluice_api, sluice_operator, sluice_reader;
GRANT SELECT ON message_logs.message_logs TO sluice_api, sluice_operator, sluice_reader;

-- Coordinator: claims, intake, slots, upkeep.
GRANT UPDATE ON coordinator_lease, slot_owners, cluster_versions TO sluice_coordinator;
GRANT DELETE ON control_changes TO sluice_coordinator;
GRANT INSERT ON control_changes TO sluice_coordinator;
GRANT INSERT, UPDATE, DELETE ON claim_batches, untouchable_contacts, settles_left, enrollment_intake, branch_intake,
    completion_intake, intake_scans, lane_wakes, contact_tallies, contact_tally_changes, external_ids
    TO sluice_coordinator;
GRANT UPDATE (version, is_compiled, problem, entry_step, entry_seconds, entry_decides) ON flows TO sluice_coordinator;
GRANT UPDATE (workspace_id, status, next_step_at, next_step_id, last_step_id, error_details, completed_at, updated_at)
    ON trigger_runs TO sluice_coordinator;
GRANT UPDATE (status, total_messages, success_count, failure_count, error_summary, fan_out_page, fan_out_after,
    fanned_out_at, completed_at, updated_at) ON message_runs TO sluice_coordinator;
GRANT INSERT, UPDATE, DELETE ON flows, trigger_runs, message_runs, scheduled_sms_jobs, message_schedules,
    message_templates TO sluice_api;
GRANT INSERT, UPDATE (status, message_status, error, completed_time, updated_at) ON scheduled_sms_jobs
    TO sluice_coordinator;
GRANT UPDATE (next_time, last_time, problem) ON message_schedules TO sluice_coordinator;
GRANT INSERT, UPDATE ON event_messages TO sluice_api;
GRANT UPDATE (status, recipient, error_message, actual_send_time, delay_minutes, ghl_message_id, updated_at)
    ON event_messages TO sluice_coordinator;
GRANT INSERT ON sequence_steps, sequence_branches TO sluice_coordinator;
GRANT UPDATE (has_branches, is_endless, content_problem, workspace_id) ON sequence_steps TO sluice_coordinator;
GRANT UPDATE ON source_paces, enrollment_limits TO sluice_coordinator;
GRANT INSERT, UPDATE, DELETE ON sources, source_cleanups, work_intake, progress_intake TO sluice_coordinator;
GRANT INSERT, UPDATE ON lanes, sequence_contacts, own_messages TO sluice_coordinator;
GRANT EXECUTE ON FUNCTION sluice_notice_restore, sluice_opted_out TO sluice_coordinator;
GRANT SELECT ON leads TO sluice_coordinator;
GRANT UPDATE (trigger, updated_at) ON leads TO sluice_coordinator;
GRANT UPDATE (earlier_slots, is_key_fenced) ON device_caps TO sluice_coordinator;

-- Shard: reserve, settle, take-over, and what a gateway said of a device. It alone reads all credentials.
GRANT SELECT ON gateways, device_caps TO sluice_shard;
GRANT SELECT, INSERT, UPDATE ON send_ledger TO sluice_shard;
GRANT UPDATE (claim_state, claim_batch, attempts, row_faults, reserved_day, processing_device_id,
    processing_started_at, status, hold_reason, completed_at, last_error, lane_id, next_trigger_time, moves,
    current_trigger, current_step, retry_count, last_reply, expires_at, updated_at) ON sequence_contacts TO sluice_shard;
GRANT UPDATE (epoch, owner) ON slot_owners TO sluice_shard;
GRANT UPDATE (open_claims) ON claim_batches TO sluice_shard;
GRANT SELECT, INSERT, UPDATE, DELETE ON settles_left TO sluice_shard;
GRANT UPDATE (is_key_fenced) ON device_caps TO sluice_shard;
GRANT INSERT, UPDATE ON device_states, untouchable_contacts TO sluice_shard;
GRANT UPDATE (status, last_seen) ON user_devices TO sluice_shard;
GRANT INSERT ON enrollment_intake, branch_intake, completion_intake, contact_tally_changes, progress_intake, lane_wakes,
    work_intake TO sluice_shard;

-- API: leads and enrollments, in a session like a user's: the schema's triggers write the intake as the role.
GRANT SELECT, INSERT ON leads, sequence_contacts TO sluice_api;
GRANT UPDATE (name, trigger, device_id, updated_at) ON leads TO sluice_api;
GRANT UPDATE (generation, moves, retry_count, status, hold_reason, last_error, completed_at, next_trigger_time, lane_id,
    external_id, lead_id, contact_name, assigned_device_id, current_trigger, entry_trigger, current_step, updated_at)
    ON sequence_contacts TO sluice_api;
GRANT INSERT ON meta_subscribers TO sluice_api;
GRANT DELETE ON branch_intake TO sluice_api;
GRANT INSERT ON enrollment_intake, intake_scans, contact_tally_changes, lane_wakes, external_ids, lanes, audit_log,
    work_intake, progress_intake, source_cleanups TO sluice_api;
GRANT INSERT, UPDATE ON sources TO sluice_api;
-- A campaign that begins, or is held, is news for everybody who claims.
GRANT INSERT ON control_changes TO sluice_api;
GRANT SELECT ON send_ledger TO sluice_api, sluice_operator, sluice_reader;
GRANT SELECT ON api_keys TO sluice_api;
GRANT SELECT, INSERT, UPDATE ON idempotent_answers TO sluice_api;
-- What became of messages, as gateways tell it.
GRANT UPDATE (delivery, delivery_code, delivered_at) ON send_ledger TO sluice_api;
-- What people tell it. It learns what their webhooks are signed with and no other credential, and writes what people
-- wish by message and no operator's suppression.
GRANT EXECUTE ON FUNCTION sluice_webhook_secret, sluice_opt_out, sluice_opt_in, sluice_reply TO sluice_api;
GRANT SELECT, DELETE ON idempotent_answers TO sluice_coordinator;
GRANT SELECT ON leads, node_leases, node_fences, cluster_versions, control_changes TO sluice_operator, sluice_reader;

-- Operator: stops and starts, limits and suppresses. It changes neither where messages go nor what became of them, and
-- points no device at another address: that would send the gateway's credentials there.
GRANT SELECT ON audit_log TO sluice_operator;
GRANT INSERT ON audit_log, control_changes TO sluice_operator;
GRANT INSERT, DELETE ON pauses, drained_nodes, suppressions TO sluice_operator;
GRANT UPDATE (reason, by_message) ON suppressions TO sluice_operator;
GRANT UPDATE (hourly_cap, daily_cap, concurrent_cap, paused_at, paused_reason, updated_at) ON device_caps
    TO sluice_operator;
GRANT UPDATE (is_active, enrollment_limit, updated_at) ON sequences TO sluice_operator;
GRANT UPDATE (status, updated_at) ON message_runs TO sluice_operator;
GRANT UPDATE (state, rate_per_minute, quiet_from, quiet_to, expires_after) ON sources TO sluice_operator;
-- A trigger has a source once somebody gives it settings.
GRANT INSERT (kind, source_id, workspace_id, name, priority, on_unknown) ON sources TO sluice_operator;
GRANT INSERT ON source_cleanups, work_intake TO sluice_operator;
GRANT UPDATE (status) ON scheduled_sms_jobs TO sluice_operator;
GRANT UPDATE (is_active), DELETE ON message_schedules TO sluice_operator;
-- Imports of people; the schema's triggers write the intake as the role.
GRANT INSERT ON leads, meta_subscribers, enrollment_intake TO sluice_operator;
-- A sequence that goes on has the leads looked through that came meanwhile.
GRANT INSERT ON intake_scans TO sluice_operator;
-- Confirms the database's clock, which ends leases and claims that a wrong one made hours long. To end or to lengthen
-- one costs time and nothing else: the fence alone says who may reserve.
GRANT UPDATE (confirmed_at, confirmed_by) ON clock_steps TO sluice_operator;
GRANT UPDATE (expires_at) ON node_leases, coordinator_lease, claim_batches TO sluice_operator;

COMMIT;
