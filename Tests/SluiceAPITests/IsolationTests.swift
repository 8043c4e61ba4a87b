import Foundation
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

@testable import SluiceAPI

/// Every endpoint there is, with the wrong key (I21). An endpoint that is added needs its line in ``Attempt/all``.
@Suite struct IsolationTests {
    @Test func `no endpoint shows or changes what is another workspace's`() async throws {
        try await RunningAPI.with { api in
            try await Self.furnish(api)
            let stranger = try await api.key([.admin], workspace: "other")
            let before = try await Self.everything(api)
            // What it makes of its own is found.
            let attempts = try Attempt.ofEveryEndpoint().sorted { $0.outcome != .own && $1.outcome == .own }
            for attempt in attempts {
                let reply = try await attempt.make(api, stranger)
                switch attempt.outcome {
                case .notFound: #expect(reply.status == 404, "\(attempt): \(reply.text)")
                case .nothing: #expect(reply.status == 200 && Self.isEmpty(reply), "\(attempt): \(reply.text)")
                case .refused(let code): #expect(reply.code == code, "\(attempt): \(reply.text)")
                case .forbidden: #expect(reply.status == 403, "\(attempt): \(reply.text)")
                case .own: #expect(reply.status == 200, "\(attempt): \(reply.text)")
                }
                if attempt.outcome != .own {
                    #expect(try await Self.everything(api) == before, "\(attempt) changed something")
                }
                if let named = try attempt.naming(workspace: "default") {
                    let reply = try await named.make(api, stranger)
                    let code = attempt.outcome == .forbidden ? "forbidden" : "unknown_workspace"
                    #expect(reply.code == code, "\(named): \(reply.text)")
                }
            }
            // What it made by the same names is in its own workspace.
            #expect(Set(before).isSubset(of: try await Self.everything(api)))
        }
    }

    /// Or the attempts above would fail for another reason than whose key it is. The server has the rights of
    /// `sluice_api` and no more.
    @Test func `with a key of its own workspace every endpoint does what it is asked`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            try await Self.furnish(api)
            let own = try await api.key([.admin])
            let all = try await api.key([.admin], workspace: "*")
            // What is changed or deleted is another thing for those that come after.
            let attempts = try Attempt.ofEveryEndpoint().sorted { $0.turn < $1.turn }
            for attempt in attempts {
                let reply = try await attempt.make(api, attempt.outcome == .forbidden ? all : own)
                #expect(reply.status == 200 && !Self.isEmpty(reply), "\(attempt): \(reply.text)")
            }
        }
    }

    @Test func `a key of all workspaces is told that there is no such workspace`() async throws {
        try await RunningAPI.with { api in
            try await Self.furnish(api)
            let all = try await api.key([.admin], workspace: "*")
            for attempt in try Attempt.ofEveryEndpoint() where attempt.turn == 0 {
                guard let named = try attempt.naming(workspace: "nowhere") else { continue }
                let reply = try await named.make(api, all)
                #expect(reply.status == 404, "\(named): \(reply.text)")
                if attempt.outcome == .nothing {
                    #expect(
                        reply.code == "unknown_workspace" && reply.field == "workspaceId", "\(named): \(reply.text)")
                }
            }
        }
    }

    @Test func `every endpoint wants a key, and one that may`() async throws {
        try await RunningAPI.with {
            $0.requestsPerSecond = 10_000
        } _: { api in
            try await Self.furnish(api)
            var keys: [APIKeyScope: [String: String]] = [:]
            for scope in [APIKeyScope.read, .send, .manage] {
                keys[scope] = try await api.key(Set([.read, .send, .manage]).subtracting([scope]))
            }
            let before = try await Self.everything(api)
            for attempt in try Attempt.ofEveryEndpoint() {
                #expect(try await attempt.make(api, [:]).code == "missing_key", "\(attempt)")
                let secret = "Bearer sluice_" + String(repeating: "0", count: 64)
                #expect(try await attempt.make(api, ["Authorization": secret]).code == "invalid_key", "\(attempt)")
                let reply = try await attempt.make(api, try #require(keys[attempt.scope]))
                #expect(reply.status == 403 && reply.code == "forbidden", "\(attempt): \(reply.text)")
            }
            #expect(try await Self.everything(api) == before)
        }
    }

    @Test func `every POST is done once per Idempotency-Key`() async throws {
        try await RunningAPI.with { api in
            try await Self.furnish(api)
            let own = try await api.key([.admin])
            let all = try await api.key([.admin], workspace: "*")
            let posts = try Attempt.ofEveryEndpoint().filter(\.operation.isRepeatable)
            for (number, attempt) in posts.enumerated() {
                let key = attempt.outcome == .forbidden ? all : own
                let headers = key.merging(["Idempotency-Key": "attempt-\(number)"]) { $1 }
                let first = try await attempt.make(api, headers)
                let again = try await attempt.make(api, headers)
                #expect(first.status == 200, "\(attempt): \(first.text)")
                #expect(again.status == 200 && again.text == first.text, "\(attempt): \(again.text)")
                var other = attempt
                other.body += " "
                #expect(try await other.make(api, headers).code == "idempotency_key_reused", "\(attempt)")
            }
        }
    }

    // MARK: What is there

    /// Something of every kind in the workspace `default`, and another workspace without anything.
    static func furnish(_ api: RunningAPI) async throws {
        for statement in [
            "INSERT INTO workspaces (id, name) VALUES ('other', 'Other')",
            "INSERT INTO user_devices (phone) VALUES ('628111111111')",
            "INSERT INTO sequences (id, name) VALUES ('\(Attempt.sequence)', 'Welcome')",
            """
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, is_entry_point, content)
            VALUES ('\(Attempt.sequence)', 1, 'welcome', true, 'Hello')
            """,
            "INSERT INTO leads (phone) VALUES ('491512345670')",
            """
            INSERT INTO scheduled_sms_jobs (id, to_phone, body, scheduled_time)
            VALUES ('job_1', '491512345670', 'Hi', '2099-01-01T00:00:00Z')
            """,
            "INSERT INTO message_templates (workspace_id, name, body) VALUES ('default', 'greeting', 'Hi')",
            """
            INSERT INTO message_schedules (id, workspace_id, to_phone, body, cron)
            VALUES ('sched_1', 'default', '491512345670', 'Hi', '0 9 1 1 *')
            """,
            """
            INSERT INTO events (name, starts_at, ends_at)
            VALUES ('Expo', '2099-06-01T07:30:00Z', '2099-06-01T16:00:00Z')
            """,
            "INSERT INTO contractors (name, phone) VALUES ('Ann Lee', '491512345671')",
            """
            INSERT INTO event_messages (event_id, contractor_id, message_type, message_content, phone, scheduled_time)
            VALUES (1, 1, 'post_event_wrap_up', 'Bye', '491512345671', now() + interval '1 hour')
            """,
            """
            INSERT INTO flows (name, nodes, edges)
            VALUES ('hello', '[{"id":"a","type":"message","data":{"text":"Hello"}}]', '[]')
            """,
            "INSERT INTO meta_pages (page_id) VALUES (1)",
            """
            INSERT INTO message_runs (id, page_ids, flow_id, status)
            SELECT 1000, '{1}', id, 'running' FROM flows
            """,
            "INSERT INTO flows (name, nodes, edges) VALUES ('unused', '[]', '[]')",
            "INSERT INTO meta_subscribers (page_id, user_id) VALUES (1, '491512345670')",
            """
            INSERT INTO trigger_runs (id, trigger_id, recipient_user_id, status)
            VALUES (1000, 1, '491512345670', 'waiting')
            """,
            """
            INSERT INTO sequence_contacts (kind, source_id, contact_phone, workspace_id, next_trigger_time)
            VALUES ('trigger', '1000', '491512345670', 'default', now() + interval '1 hour')
            """,
            """
            INSERT INTO webhook_endpoints (id, url, events, secret, is_active)
            VALUES ('whk_1', 'http://127.0.0.1:9/', '{message.sent}', repeat('x', 32), false)
            """,
            """
            INSERT INTO webhook_deliveries (endpoint_id, event_id, type, body, state, ended_at)
            VALUES ('whk_1', 'evt_1', 'message.sent', '{}', 'failed', now())
            """,
            """
            INSERT INTO sequence_contacts (sequence_id, contact_phone, current_trigger)
            VALUES ('\(Attempt.sequence)', '491512345670', 'welcome')
            """,
            "INSERT INTO device_states (device_id, state) SELECT id, 'logged_out' FROM user_devices",
        ] { try await api.fixture.sql.query(statement) }
    }

    private static func isEmpty(_ reply: RunningAPI.Reply) -> Bool {
        if reply.headers["Content-Type"]?.hasPrefix("text/csv") == true {
            return reply.text.split(whereSeparator: \.isNewline).count < 2
        }
        // Statistics have nothing around them, and one of them is a list.
        let list = (try? JSONSerialization.jsonObject(with: Data(reply.text.utf8))) as? [Any]
        let values = list ?? Array((reply.json["data"] == nil ? reply.json : reply.data).values)
        return values.allSatisfy { value in
            switch value {
            case let list as [Any]: list.isEmpty
            case let flag as Bool: !flag
            case let number as Int: number == 0
            default: false
            }
        }
    }

    /// Every row of every table but those that the node itself and its keys keep, as text.
    private static func everything(_ api: RunningAPI) async throws -> [String] {
        let tables = try await api.fixture.sql.query(
            """
            SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
              AND table_name NOT LIKE 'node%' AND table_name NOT IN ('api_keys', 'audit_log', 'work_intake')
            ORDER BY 1
            """
        ).column(String.self, at: 0)
        let rows = tables.map { "SELECT '\($0) ' || t::text AS line FROM \($0) t" }.joined(separator: " UNION ALL ")
        return try await api.fixture.sql.query("SELECT line FROM (\(rows)) r ORDER BY 1").column(String.self, at: 0)
    }
}
