import PostgresDriver
import SluiceAPI
import TestSupport
import Testing

/// What people answer, as the gateway `main` tells it to a server with the rights of `sluice_api`.
@Suite struct ReplyTests {
    private static let person = "4917000000001"

    /// A contact that has had a message, on a device in each of two workspaces.
    private static func with(_ body: @escaping @Sendable (RunningAPI) async throws -> Void) async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            try await api.fixture.sql.execute(
                script: """
                    INSERT INTO workspaces (id, name) VALUES ('north', 'North'), ('south', 'South');
                    INSERT INTO gateways (id, dialect, base_url, credentials, is_default) VALUES
                        ('main', 'gowa', 'http://h', '{"webhook_secret": "webhook-secret-of-main"}', true);
                    INSERT INTO user_devices (device_name, phone, workspace_id) VALUES
                        ('n', '4916000000001', 'north'), ('s', '4916000000002', 'south');
                    SET sluice.internal = 'on';
                    INSERT INTO sequence_contacts (kind, source_id, recipient, workspace_id, status, moves,
                        next_trigger_time, assigned_device_id)
                    SELECT 'campaign', m::text, '\(person)', workspace_id, 'advance', m, now(), id
                    FROM user_devices, generate_series(0, 1) m;
                    SET sluice.internal = 'off';
                    """)
            try await body(api)
        }
    }

    @Test func anAnswerIsOneToTheDevicesLastMessage() async throws {
        try await Self.with { api in
            #expect(try await api.hook(Self.message("yes, please", id: "A")).status == 200)
            #expect(try await api.replies() == ["north 0 -", "north 1 yes, please", "south 0 -", "south 1 -"])
            // The next message was sent; the gateway repeats the answer to the one before.
            try await api.fixture.sql.query("UPDATE sequence_contacts SET last_reply = NULL")
            #expect(try await api.hook(Self.message("yes, please", id: "A")).status == 200)
            #expect(try await api.replies().allSatisfy { $0.hasSuffix("-") })
            #expect(try await api.hook(Self.message("no", id: "B")).status == 200)
            #expect(try await api.replies()[1] == "north 1 no")
        }
    }

    @Test func whoeverCannotBeToldApartIsNotAnswered() async throws {
        try await Self.with { api in
            #expect(try await api.hook(Self.message("yes", id: "A", device: "other")).status == 200)
            #expect(try await api.replies().allSatisfy { $0.hasSuffix("-") })
            // All of the gateway is one workspace: then it is that one's.
            try await api.fixture.sql.query("DELETE FROM user_devices WHERE device_name = 's'")
            #expect(try await api.hook(Self.message("yes", id: "B", device: "other")).status == 200)
            #expect(try await api.replies().contains("north 1 yes"))
            // Nothing that a text cannot hold, nor more than a condition asks for.
            #expect(
                try await api.hook(Self.message("a\\u0000b" + String(repeating: "x", count: 9_000), id: "C")).status
                    == 200)
            #expect(
                try await api.fixture.sql.query("SELECT max(length(last_reply)) FROM sequence_contacts")
                    .scalar(Int32.self) == 4_096)
        }
    }

    @Test func aNumberIsTheScoreThatWasAskedFor() async throws {
        try await Self.with { api in
            try await api.fixture.sql.execute(
                script: """
                    INSERT INTO events (id, name, workspace_id) VALUES (1, 'Expo', 'north');
                    INSERT INTO contractors (id, name, phone, workspace_id) VALUES (1, 'Ann', '\(Self.person)', 'north');
                    SET sluice.internal = 'on';
                    INSERT INTO event_messages (id, event_id, contractor_id, message_type, workspace_id, status, recipient,
                        actual_send_time)
                    SELECT n, 1, 1, type, 'north', 'sent', '\(Self.person)', now() - n * interval '1 minute'
                    FROM (VALUES (1, 'post_event_wrap_up'), (2, 'pcr_request')) v(n, type);
                    INSERT INTO sequence_contacts (kind, source_id, recipient, workspace_id, status, next_trigger_time)
                    SELECT 'event', n::text, '\(Self.person)', 'north', 'completed', now() FROM generate_series(1, 2) n;
                    SET sluice.internal = 'off';
                    """)
            _ = try await api.hook(Self.message(" 9 ", id: "A"))
            _ = try await api.hook(Self.message("Thank you!", id: "B"))
            _ = try await api.hook(Self.message("11", id: "C"))
            let rows = try await api.fixture.sql.query(
                """
                SELECT id || ' ' || coalesce(pcr_score::text, '-') || ' ' || coalesce(response_received, '-') || ' '
                    || (response_time > now() - interval '1 minute')
                FROM event_messages ORDER BY id
                """
            ).column(String.self, at: 0)
            #expect(rows == ["1 - Thank you! true", "2 9  9  true"])
        }
    }

    private static func message(_ text: String, id: String, device: String = "n") -> String {
        """
        {"event":"message","device_id":"\(device)","payload":{"id":"\(id)","chat_id":"\(person)@s.whatsapp.net",\
        "from":"\(person)@s.whatsapp.net","is_from_me":false,"body":"\(text)"}}
        """
    }
}

extension RunningAPI {
    fileprivate func replies() async throws -> [String] {
        try await fixture.sql.query(
            """
            SELECT workspace_id || ' ' || source_id || ' ' || coalesce(last_reply, '-') FROM sequence_contacts ORDER BY 1
            """
        ).column(String.self, at: 0)
    }
}
