import Foundation
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing

/// Endpoints that are told what became of messages: added, looked at and removed over HTTP, by a server that has the
/// rights of `sluice_api` and no more.
@Suite struct OutboundWebhookListTests {
    @Test func `an endpoint's secret is told once, and what it was told again when asked`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            let added = try await api.post(#"{"url": "https://shop.example.com/hook"}"#, to: "/api/v1/webhooks")
            let id = try #require(added.data["webhookId"] as? String, "\(added.text)")
            let secret = try #require(added.data["secret"] as? String)
            let list = try await api.get("/api/v1/webhooks")
            #expect(list.text.contains(id) && !list.text.contains(secret), "\(list.text)")
            #expect(list.text.contains("message.unknown"))

            // Off, or it would be called.
            try await api.fixture.sql.query("UPDATE webhook_endpoints SET is_active = false, problem = 'gone'")
            try await api.fixture.sql.query(
                """
                INSERT INTO webhook_deliveries (endpoint_id, event_id, type, body, state, ended_at)
                SELECT $1, 'evt_' || n, 'message.sent', '{}', CASE WHEN n = 1 THEN 'delivered' ELSE 'failed' END, now()
                FROM generate_series(1, 3) n
                """, [.string(id)])
            let failed = try await api.get("/api/v1/webhooks/\(id)/deliveries?state=failed&limit=1")
            let first = try #require(failed.data["deliveries"] as? [[String: any Sendable]], "\(failed.text)")
            let cursor = try #require(failed.data["nextCursor"] as? String)
            #expect(first.map { $0["eventId"] as? String } == ["evt_3"])
            let rest = try await api.get("/api/v1/webhooks/\(id)/deliveries?state=failed&cursor=\(cursor)")
            #expect(rest.text.contains("evt_2") && !rest.text.contains("evt_1"), "\(rest.text)")

            for (body, count) in [(#"{"event": "evt_1"}"#, 1), ("{}", 2), ("{}", 0)] {
                let reply = try await api.post(body, to: "/api/v1/webhooks/\(id)/redeliver")
                #expect(reply.data["redelivered"] as? Int == count, "\(reply.text)")
            }
            let stranger = try await api.post(#"{"event": "evt_9"}"#, to: "/api/v1/webhooks/\(id)/redeliver")
            #expect(stranger.status == 404 && stranger.field == "event", "\(stranger.text)")
            #expect(try await api.delete("/api/v1/webhooks/\(id)").data["problem"] as? String == "gone")
            #expect(try await api.get("/api/v1/webhooks/\(id)").code == "unknown_webhook")
        }
    }
}
