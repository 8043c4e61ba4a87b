import Foundation
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing

/// Campaigns and runs of triggers over HTTP, by a server that has the rights of `sluice_api` and no more.
@Suite struct CampaignTests {
    private static func with(_ body: @escaping @Sendable (RunningAPI) async throws -> Void) async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            try await api.fixture.sql.query(
                """
                INSERT INTO flows (name, nodes, edges)
                VALUES ('hello', '[{"id":"a","type":"message","data":{"text":"Hello"}}]', '[]')
                """)
            try await api.fixture.sql.query("INSERT INTO meta_pages (page_id, page_name) VALUES (100, 'Shop')")
            try await body(api)
        }
    }

    private static let campaign = #"{"flowId": "hello", "pageIds": [100]}"#

    @Test func `a campaign is foreseen, started, held and ended`() async throws {
        try await Self.with { api in
            try await api.fixture.sql.query(
                """
                INSERT INTO meta_subscribers (page_id, user_id, is_active)
                VALUES (100, '491510000001', true), (100, '491510000002', true), (100, '491510000003', false)
                """)
            let forecast = try await api.post(Self.campaign, to: "/api/v1/campaigns/forecast")
            #expect(forecast.data["recipients"] as? Int == 2, "\(forecast.text)")
            #expect(forecast.data["inactive"] as? Int == 1 && forecast.data["withoutDevice"] as? Int == 2)
            #expect(try await api.count("message_runs") == 0)

            let started = try await api.post(Self.campaign, to: "/api/v1/campaigns")
            let id = try #require(started.data["id"] as? Int, "\(started.text)")
            #expect(started.data["status"] as? String == "queued")
            for (verb, status) in [("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")] {
                let reply = try await api.post("", to: "/api/v1/campaigns/\(id)/\(verb)", type: nil)
                #expect(reply.data["status"] as? String == status, "\(reply.text)")
                #expect(reply.data["inFlight"] as? Int == 0)
                #expect(try await api.get("/api/v1/campaigns/\(id)").data["status"] as? String == status)
            }
            let again = try await api.post("", to: "/api/v1/campaigns/\(id)/cancel", type: nil)
            #expect(again.status == 422 && again.code == "campaign_cancelled", "\(again.text)")
        }
    }

    @Test func `campaigns are listed a page at a time, the latest first`() async throws {
        try await Self.with { api in
            for _ in 1...3 { _ = try await api.post(Self.campaign, to: "/api/v1/campaigns") }
            var ids: [Int] = []
            var cursor: String? = ""
            while let from = cursor {
                let page = try await api.get("/api/v1/campaigns?limit=2\(from.isEmpty ? "" : "&cursor=\(from)")")
                let campaigns = try #require(page.data["campaigns"] as? [[String: any Sendable]], "\(page.text)")
                ids += campaigns.compactMap { $0["id"] as? Int }
                cursor = page.data["nextCursor"] as? String
            }
            #expect(ids.count == 3 && ids == ids.sorted(by: >))
        }
    }

    @Test func `a run of a trigger is started, counted and ended`() async throws {
        try await Self.with { api in
            let started = try await api.post(
                #"{"flowId": "hello", "recipient": "491512345678", "triggerId": 7, "context": {"order": 17}}"#,
                to: "/api/v1/triggers")
            let id = try #require(started.data["id"] as? Int, "\(started.text)")
            let stats = try await api.get("/stats/trigger-run/\(id)")
            // With nothing around it, as its readers know it.
            #expect(stats.json["trigger_run_id"] as? Int == id && stats.json["status"] as? String == "queued")
            #expect((stats.json["trigger_context"] as? [String: any Sendable])?["order"] as? Int == 17)
            let cancelled = try await api.post("", to: "/api/v1/triggers/\(id)/cancel", type: nil)
            #expect(cancelled.data["status"] as? String == "cancelled", "\(cancelled.text)")
            let again = try await api.post("", to: "/api/v1/triggers/\(id)/cancel", type: nil)
            #expect(again.status == 422 && again.code == "trigger_cancelled", "\(again.text)")
            #expect(try await api.get("/stats/trigger-run/none").code == "unknown_trigger_run")
        }
    }
}
