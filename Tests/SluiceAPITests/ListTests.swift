import Foundation
import PostgresDriver
import SluiceAPI
import TestSupport
import Testing

/// Leads and funnels over HTTP, by a server that has the rights of `sluice_api` and no more.
@Suite struct ListTests {
    @Test func `leads are counted, added and named when they are wrong`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            try await api.fixture.sql.query("INSERT INTO suppressions (phone) VALUES ('491510000002')")
            let csv = #""csv": "phone,trigger\n491510000001,welcome\n491510000002,\n12,\n491510000001,\n""#
            let dry = try await api.post(#"{\#(csv), "dryRun": true}"#, to: "/api/v1/leads/import")
            #expect(dry.status == 200 && dry.data["valid"] as? Int == 1, "\(dry.text)")
            #expect(try await api.count("leads") == 0)
            let done = try await api.post("{\(csv)}", to: "/api/v1/leads/import")
            for (name, count) in [("records", 4), ("valid", 1), ("suppressed", 1), ("invalid", 1), ("duplicate", 1)] {
                #expect(done.data[name] as? Int == count, "\(name): \(done.text)")
            }
            #expect(try await api.count("leads") == 1)
            #expect(try await api.count("enrollment_intake") == 1)
            for csv in ["", "name\\nAnn", "phone;name\\n1;2"] {
                let wrong = try await api.post(#"{"csv": "\#(csv)"}"#, to: "/api/v1/leads/import")
                #expect(wrong.status == 422 && wrong.code == "invalid_csv" && wrong.field == "csv", "\(wrong.text)")
            }
            let long = String(repeating: "4915100000,", count: 60_000)
            #expect(try await api.post(#"{"csv": "\#(long)"}"#, to: "/api/v1/leads/import").code == "body_too_large")
        }
    }

    @Test func `what is exported is imported to nothing new`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            try await api.fixture.sql.execute(
                script: """
                    INSERT INTO workspaces (id) VALUES ('w2');
                    INSERT INTO leads (phone, name, workspace_id) SELECT 491510000000 + n, 'Ann, "' || n || '"',
                        CASE WHEN n <= 5100 THEN 'default' ELSE 'w2' END FROM generate_series(1, 5110) n;
                    INSERT INTO meta_subscribers (page_id, user_id) VALUES (1, '491510000001'), (2, 'psid-2');
                    """)
            let leads = try await api.get("/api/v1/leads/export")
            #expect(leads.status == 200 && leads.headers["Content-Type"] == "text/csv; charset=utf-8")
            #expect(leads.text.split(whereSeparator: \.isNewline).count == 5_101)
            for (list, text) in [
                ("leads", leads.text.prefix(40_000)),
                ("subscribers", try await api.get("/api/v1/subscribers/export").text[...]),
            ] {
                // The last line may be cut.
                let whole = text.prefix(upTo: text.lastIndex(where: \.isNewline) ?? text.endIndex)
                let people = whole.split(whereSeparator: \.isNewline).count - 1
                let body = try JSONSerialization.data(withJSONObject: ["csv": String(whole)])
                let again = try await api.post(String(decoding: body, as: UTF8.self), to: "/api/v1/\(list)/import")
                #expect(people > 1 && again.data["duplicate"] as? Int == people, "\(again.text)")
                #expect(again.data["valid"] as? Int == 0, "\(again.text)")
            }
            let new = #"{"csv": "page_id,user_id,user_name\n3,491510000009,Eva\n3,,nobody\n"}"#
            let done = try await api.post(new, to: "/api/v1/subscribers/import")
            #expect(done.data["valid"] as? Int == 1 && done.data["invalid"] as? Int == 1, "\(done.text)")
            #expect(try await api.count("meta_subscribers WHERE page_id = 3 AND user_name = 'Eva'") == 1)
            #expect(try await api.get("/api/v1/leads/export?workspaceId=nowhere").code == "unknown_workspace")
        }
    }

    @Test func `a funnel says how far people came`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            try await api.fixture.sql.execute(
                script: """
                    INSERT INTO sequences (name) VALUES ('Welcome');
                    INSERT INTO sequence_steps (sequence_id, trigger, is_entry_point, content)
                        SELECT id, 'welcome', true, 'Hello' FROM sequences;
                    INSERT INTO sequence_contacts (sequence_id, contact_phone) SELECT id, '491510000001' FROM sequences;
                    INSERT INTO flows (name, nodes, edges)
                        VALUES ('hello', '[{"id":"a","type":"message","data":{"text":"Hello"}}]', '[]');
                    INSERT INTO meta_pages (page_id) VALUES (1);
                    INSERT INTO meta_subscribers (page_id, user_id) VALUES (1, '491510000001');
                    INSERT INTO message_runs (id, page_ids, flow_id) SELECT 7, '{1}', id FROM flows;
                    """)
            let funnel = try await api.get("/api/v1/sequences/Welcome/funnel")
            let steps = try #require(funnel.data["steps"] as? [[String: any Sendable]], "\(funnel.text)")
            #expect(steps.count == 1 && steps[0]["entered"] as? Int == 1 && steps[0]["waiting"] as? Int == 1)
            for (path, kind) in [("flows/hello", "flow"), ("campaigns/7", "campaign")] {
                let reply = try await api.get("/api/v1/\(path)/funnel")
                #expect(reply.status == 200 && reply.data["kind"] as? String == kind, "\(reply.text)")
            }
            let forecast = try await api.get("/api/v1/campaigns/7/forecast")
            #expect(forecast.data["toEnter"] as? Int == 1, "\(forecast.text)")
            #expect(try await api.get("/api/v1/campaigns/8/forecast").code == "unknown_campaign")
        }
    }
}
