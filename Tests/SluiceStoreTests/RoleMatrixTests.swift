import PostgresDriver
import TestSupport
import Testing

/// The whole matrix of `cluster/postgres/grants.sql`: for each role every table it may write and how, and every table it
/// may not read. A grant that is not in here fails, so that none comes by accident.
@Suite struct RoleMatrixTests {
    /// `table` and what the role may do with rows: I, U, D for whole ones, `u(columns)` for an update of some.
    private static let writes: [DatabaseRole: String] = [
        .coordinator: """
        branch_intake IUD
        claim_batches IUD
        clock_steps Iu(noticed_at seconds times)
        cluster_versions U
        completion_intake IUD
        contact_tallies IUD
        contact_tally_changes IUD
        control_changes ID
        coordinator_lease U
        device_caps u(earlier_slots is_key_fenced)
        enrollment_intake IUD
        enrollment_limits U
        event_messages u(actual_send_time delay_minutes error_message ghl_message_id recipient status updated_at)
        external_ids IUD
        flows u(entry_decides entry_seconds entry_step is_compiled problem version)
        idempotent_answers D
        intake_scans IUD
        lane_wakes IUD
        lanes IU
        leads u(trigger updated_at)
        message_events I
        message_runs u(completed_at error_summary failure_count fan_out_after fan_out_page fanned_out_at status \
        success_count total_messages updated_at)
        message_schedules u(last_time next_time problem)
        node_fences IU
        node_leases IUD
        own_messages IU
        progress_intake IUD
        scheduled_sms_jobs Iu(completed_time error message_status status updated_at)
        send_ledger IUD
        sequence_branches I
        sequence_contacts IU
        sequence_steps Iu(content_problem has_branches is_endless workspace_id)
        settles_left IUD
        slot_owners U
        source_cleanups IUD
        source_paces U
        sources IUD
        trigger_runs u(completed_at error_details last_step_id next_step_at next_step_id status updated_at \
        workspace_id)
        untouchable_contacts IUD
        work_intake IUD
        """,
        .shard: """
        branch_intake I
        claim_batches u(open_claims)
        clock_steps Iu(noticed_at seconds times)
        cluster_versions u(assignment)
        completion_intake I
        contact_tally_changes I
        device_caps u(is_key_fenced)
        device_states IU
        enrollment_intake I
        lane_wakes I
        message_events I
        node_fences IU
        node_leases IUD
        progress_intake I
        send_ledger IU
        sequence_contacts u(attempts claim_batch claim_state completed_at current_step current_trigger expires_at \
        hold_reason lane_id last_error last_reply moves next_trigger_time processing_device_id processing_started_at \
        reserved_day retry_count row_faults status updated_at)
        settles_left IUD
        slot_owners u(epoch owner)
        untouchable_contacts IU
        user_devices u(last_seen status)
        work_intake I
        """,
        .api: """
        audit_log I
        branch_intake D
        cluster_versions u(assignment)
        contact_tally_changes I
        control_changes I
        enrollment_intake I
        event_messages IU
        external_ids I
        flows IUD
        idempotent_answers IU
        intake_scans I
        lane_wakes I
        lanes I
        leads Iu(device_id name trigger updated_at)
        message_events IUD
        message_runs IUD
        message_schedules IUD
        message_templates IUD
        meta_subscribers I
        node_fences IU
        node_leases IUD
        progress_intake I
        scheduled_sms_jobs IUD
        send_ledger u(delivered_at delivery delivery_code)
        sequence_contacts Iu(assigned_device_id completed_at contact_name current_step current_trigger \
        entry_trigger external_id generation hold_reason lane_id last_error lead_id moves next_trigger_time \
        retry_count status updated_at)
        source_cleanups I
        sources IU
        trigger_runs IUD
        webhook_deliveries IUD
        webhook_endpoints IUD
        work_intake I
        """,
        .operator: """
        audit_log I
        claim_batches u(expires_at)
        clock_steps u(confirmed_at confirmed_by)
        control_changes I
        coordinator_lease u(expires_at)
        device_caps u(concurrent_cap daily_cap hourly_cap paused_at paused_reason updated_at)
        drained_nodes ID
        enrollment_intake I
        intake_scans I
        leads I
        message_runs u(status updated_at)
        message_schedules Du(is_active)
        meta_subscribers I
        node_leases u(expires_at)
        pauses ID
        scheduled_sms_jobs u(status)
        sequences u(enrollment_limit is_active updated_at)
        source_cleanups I
        sources u(expires_after quiet_from quiet_to rate_per_minute state)
        suppressions IDu(by_message reason)
        work_intake I
        """,
        .reader: "",
    ]

    /// `table`, or `table.column` where the rest of it may be read.
    private static let unread: [DatabaseRole: String] = [
        .coordinator: """
        api_keys audit_log database_identity device_caps.credentials gateways.credentials \
        message_events meta_pages.access_token restored_devices webhook_deliveries webhook_endpoints.secret
        """,
        .shard: """
        api_keys audit_log branch_intake completion_intake contact_counts contact_tallies contact_tally_changes \
        contractors database_identity device_load_balance enrollment_intake event_message_types event_messages \
        event_sessions events external_ids flows idempotent_answers in_flight_counts intake_scans lane_wakes leads \
        message_events message_runs message_schedules message_templates meta_pages meta_subscribers progress_intake \
        restored_devices scheduled_sms_jobs trigger_runs webhook_deliveries webhook_endpoints.secret work_intake
        """,
        .api: """
        audit_log database_identity device_caps.credentials gateways.credentials meta_pages.access_token \
        restored_devices
        """,
        .operator: """
        api_keys database_identity device_caps.credentials gateways.credentials idempotent_answers \
        meta_pages.access_token restored_devices webhook_endpoints.secret
        """,
        .reader: """
        api_keys audit_log database_identity device_caps.credentials gateways.credentials idempotent_answers \
        meta_pages.access_token restored_devices webhook_endpoints.secret
        """,
    ]

    private static let roles = DatabaseRole.allCases.filter { $0 != .owner }

    @Test(arguments: roles) func `a role writes what it must and nothing else`(role: DatabaseRole) async throws {
        try await StoreFixture.with { fixture in
            let writable = try await Self.writable(role, fixture)
            #expect(writable.joined(separator: "\n") == Self.writes[role])
        }
    }

    @Test(arguments: roles) func `a role reads all but what it must not`(role: DatabaseRole) async throws {
        try await StoreFixture.with { fixture in
            let unreadable = try await Self.unreadable(role, fixture)
            #expect(unreadable.joined(separator: " ") == Self.unread[role])
        }
    }

    @Test func `nobody but the owner empties a table, hangs triggers on it or refers to it`() async throws {
        try await StoreFixture.with { fixture in
            let found = try await fixture.sql.query(
                """
                SELECT r.rolname || ' ' || c.relname FROM pg_class c, pg_roles r
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
                    AND r.rolname = ANY ($1::text[]) AND c.relowner <> r.oid
                    AND has_table_privilege(r.oid, c.oid, 'TRUNCATE, TRIGGER, REFERENCES')
                """, [.stringArray(Self.roles.map(\.rawValue))]
            ).column(String.self, at: 0)
            #expect(found == [])
        }
    }

    /// Makes a ledger partition a day; a schema of one's own, or a temporary table, nobody needs.
    @Test func `only the coordinator makes tables`() async throws {
        try await StoreFixture.with { fixture in
            let makers = try await fixture.sql.query(
                """
                SELECT rolname FROM pg_roles WHERE rolname = ANY ($1::text[])
                    AND (has_schema_privilege(oid, 'public', 'CREATE')
                        OR has_database_privilege(oid, $2, 'CREATE, TEMPORARY'))
                """,
                // Not the test's own database: a copy has other rights on the database itself.
                [.stringArray(Self.roles.map(\.rawValue)), .string(StoreFixture.template)]
            ).column(String.self, at: 0)
            #expect(makers == ["sluice_coordinator"])
        }
    }

    // MARK: Looking

    private static func writable(_ role: DatabaseRole, _ fixture: StoreFixture) async throws -> [String] {
        try await fixture.sql.query(
            """
            WITH may AS (
                SELECT c.relname AS name,
                    CASE WHEN has_table_privilege($1, c.oid, 'INSERT') THEN 'I' ELSE '' END
                    || CASE WHEN has_table_privilege($1, c.oid, 'UPDATE') THEN 'U' ELSE '' END
                    || CASE WHEN has_table_privilege($1, c.oid, 'DELETE') THEN 'D' ELSE '' END AS whole,
                    (SELECT string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                        AND NOT has_table_privilege($1, c.oid, 'UPDATE')
                        AND has_column_privilege($1, c.oid, a.attnum, 'UPDATE')) AS part
                FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition)
            SELECT name || ' ' || whole || coalesce('u(' || part || ')', '') FROM may
            WHERE whole <> '' OR part IS NOT NULL ORDER BY name
            """, [.string(role.rawValue)]
        ).column(String.self, at: 0)
    }

    private static func unreadable(_ role: DatabaseRole, _ fixture: StoreFixture) async throws -> [String] {
        try await fixture.sql.query(
            """
            SELECT CASE WHEN has_any_column_privilege($1, c.oid, 'SELECT') THEN c.relname || '.' || a.attname
                ELSE c.relname END AS name
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
                AND NOT has_column_privilege($1, c.oid, a.attnum, 'SELECT')
            GROUP BY 1 ORDER BY 1
            """, [.string(role.rawValue)]
        ).column(String.self, at: 0)
    }
}
