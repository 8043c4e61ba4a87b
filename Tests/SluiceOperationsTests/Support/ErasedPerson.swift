import PostgresDriver

/// Somebody who has left a trace in every table that can hold one.
struct ErasedPerson: Sendable {
    var phone: String
    /// In all that is written about them but the number.
    var mark: String { "Mark<\(phone)>" }

    /// The number of rows that counts and caps go by.
    static func counted(_ world: World) async throws -> [String] {
        try await world.sql.query(
            """
            SELECT concat_ws(' ', 'ledger', cap_key, state, is_charged, reserved_at, settled_at, deadline, code)
                FROM send_ledger
            UNION ALL SELECT concat_ws(' ', 'counts', kind, sum(n)) FROM contact_counts GROUP BY kind
            UNION ALL SELECT concat_ws(' ', 'contacts', kind, count(*)) FROM sequence_contacts GROUP BY kind
            ORDER BY 1
            """
        ).column(String.self, at: 0)
    }

    func write(to world: World) async throws {
        for statement in statements {
            try await world.sql.query(
                "SELECT set_config('person.phone', $1, false), set_config('person.mark', $2, false)",
                [.string(phone), .string(mark)])
            try await world.sql.query(
                statement.replacing(":phone", with: "current_setting('person.phone')")
                    .replacing(":mark", with: "current_setting('person.mark')"))
        }
    }

    private var statements: [String] {
        [
            "INSERT INTO leads (name, phone, email, niche, trigger) VALUES (:mark, '+' || :phone, :mark, :mark, 'welcome')",
            "INSERT INTO meta_subscribers (page_id, user_id, user_name) VALUES (1, :phone, :mark)",
            """
            INSERT INTO message_runs (user_id, page_ids, status, fan_out_after, completed_at)
                VALUES (NULL, '{1}', 'finished', :phone, now())
            """,
            """
            INSERT INTO trigger_runs (recipient_user_id, status, trigger_context, error_details)
                VALUES (:phone, 'finished', jsonb_build_object('name', :mark), jsonb_build_object('to', :phone))
            """,
            """
            INSERT INTO message_schedules (to_phone, body, cron, metadata, is_active)
                VALUES (:phone, :mark, '0 9 * * *', jsonb_build_object('name', :mark), false)
            """,
            """
            INSERT INTO scheduled_sms_jobs (to_phone, body, status, metadata)
                VALUES (:phone, :mark, 'scheduled', jsonb_build_object('name', :mark))
            """,
            "INSERT INTO contractors (name, first_name, email, phone) VALUES (:mark, :mark, :mark || '@x', :phone)",
            """
            INSERT INTO event_messages (contractor_id, message_type, message_content, personalization_data, channel,
                to_email, recipient, response_received, status)
            SELECT id, 'pcr_request', :mark, jsonb_build_object('firstName', :mark), 'email', email, lower(email),
                :mark, 'sent' FROM contractors WHERE phone = :phone
            """,
            // What the leader enters: a message of its own, and mail, which is known by the event's message alone.
            """
            DO $$ BEGIN
                PERFORM set_config('sluice.internal', 'on', true);
                INSERT INTO sequence_contacts (kind, source_id, recipient, contact_phone, contact_name, status, last_reply,
                    external_id, last_error)
                VALUES ('scheduled', 'job_' || md5(:phone), :phone, :phone, :mark, 'paused', :mark, :mark, :mark),
                    ('sequence', 'of a malformed number', 'invalid:' || gen_random_uuid(), '(' || left(:phone, 3) || ') '
                        || substr(:phone, 4), :mark, 'paused', NULL, NULL, NULL);
                INSERT INTO sequence_contacts (kind, source_id, recipient, contact_name, status)
                SELECT 'event', id::text, recipient, :mark, 'unknown' FROM event_messages WHERE to_email = :mark || '@x';
                INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
                SELECT workspace_id, kind, source_id, status, 1 FROM sequence_contacts WHERE contact_name = :mark;
                INSERT INTO own_messages (contact_id, body, caption, metadata)
                SELECT id, :mark, :mark, jsonb_build_object('name', :mark) FROM sequence_contacts
                WHERE contact_name = :mark;
                INSERT INTO external_ids (workspace_id, external_id, contact_id)
                SELECT workspace_id, kind || :mark, id FROM sequence_contacts WHERE contact_name = :mark;
            END $$
            """,
            // One of a contact that somebody deleted.
            """
            INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id, cap_key,
                slot, epoch, incarnation, recipient, source_id, reserved_at, deadline, state, detail)
            SELECT (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), 1, 'default', 1, 0, 1, gen_random_uuid(), 'key', 1,
                1, 1, :phone, 'gone', '2026-01-01', '2026-01-01', 'sent', :mark
            """,
            """
            INSERT INTO webhook_deliveries (endpoint_id, event_id, type, body)
                VALUES ('whk_1', :phone || 'x', 'message.sent', '{"to": "' || :phone || '", "name": "' || :mark || '"}')
            """,
            """
            INSERT INTO idempotent_answers (workspace_id, key, request_hash, body)
                VALUES ('default', gen_random_uuid(), '', '{"to": "' || :phone || '"}')
            """,
            """
            INSERT INTO audit_log (actor, action, target, after)
                VALUES ('ann', 'suppressions.add', :phone, jsonb_build_object('phone', :phone, 'name', :mark))
            """,
        ]
    }
}
