import Foundation
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing

/// Messages of events over HTTP.
@Suite struct EventTests {
    @Test func `messages are scheduled, previewed, moved and cancelled`() async throws {
        try await Self.withEvent { api in
            let message = #"{"eventId":1,"contractorId":"1","messageType":"check_in_reminder_1_hour"}"#
            let preview = try await api.post(message, to: "/api/v1/events/messages/preview")
            #expect(preview.data["text"] as? String == "Hi Ann, Expo begins in an hour.", "\(preview.text)")
            #expect(preview.data["recipient"] as? String == "491512345671")
            #expect(preview.data["scheduledTime"] as? String == "2099-06-01T08:30:00+02:00")
            #expect(try await api.count("event_messages") == 0)

            let made = try await api.post(message, to: "/api/v1/events/messages")
            #expect(made.status == 200 && made.data["status"] as? String == "scheduled", "\(made.text)")
            #expect(made.data["name"] as? String == "event-message-1")
            #expect(made.data["eventId"] as? Int == 1 && made.data["messageCategory"] as? String == "event_day")
            #expect(try await api.count("work_intake WHERE area = 'event' AND item = '1'") == 1)

            let path = "/api/v1/events/messages/1"
            let moved = try await api.post(
                #"{"scheduledTime":"2099-06-01T07:00:00"}"#, to: "\(path)/reschedule")
            #expect(moved.data["scheduledTime"] as? String == "2099-06-01T07:00:00+02:00", "\(moved.text)")
            let cancelled = try await api.post("", to: "\(path)/cancel", type: nil)
            #expect(cancelled.data["status"] as? String == "cancelled", "\(cancelled.text)")
            let again = try await api.post("", to: "\(path)/cancel", type: nil)
            #expect(again.status == 422 && again.code == "message_cancelled")
            let back = try await api.post("", to: "\(path)/reschedule", type: nil)
            #expect(back.data["scheduledTime"] as? String == "2099-06-01T08:30:00+02:00", "\(back.text)")

            try await api.fixture.sql.query("UPDATE event_messages SET message_type = 'pcr_request', status = 'sent'")
            let sent = try await api.post(#"{"scheduledTime":"2099-06-01T07:00:00Z"}"#, to: "\(path)/reschedule")
            #expect(sent.status == 422 && sent.code == "message_sent", "\(sent.text)")
            let answered = try await api.post(
                #"{"responseReceived":"8","sentimentScore":0.5,"actionTaken":"thanked"}"#, to: "\(path)/response")
            #expect(answered.data["pcrScore"] as? Int == 8, "\(answered.text)")
            #expect(answered.data["sentimentScore"] as? Double == 0.5)
        }
    }

    @Test func `an event is planned once, listed in pages, counted and cleared`() async throws {
        try await Self.withEvent { api in
            try await api.fixture.sql.query(
                """
                INSERT INTO event_sessions (event_id, contractor_id, kind, title, starts_at, ends_at)
                SELECT 1, c, kind, 'Roofs', '2099-06-01T09:00:00Z', '2099-06-01T10:00:00Z'
                FROM (VALUES (NULL::bigint, 'session'), (2, 'networking')) s(c, kind)
                """)
            let plan = try await api.post(#"{"contractorIds":[1,2]}"#, to: "/api/v1/events/1/plan")
            #expect(plan.data["planned"] as? Int == 17, "\(plan.text)")
            #expect((plan.data["byType"] as? [String: Any])?["peer_match_notification"] as? Int == 1)
            let one = try await api.post("", to: "/api/v1/events/1/contractors/1/plan", type: nil)
            #expect(one.data["planned"] as? Int == 0, "\(one.text)")
            let all = try await api.post("", to: "/api/v1/events/1/plan", type: nil)
            #expect(all.data["planned"] as? Int == 0 && all.data["contractors"] as? Int == 2, "\(all.text)")

            var seen: [String] = []
            var cursor: String? = ""
            while let at = cursor {
                let page = try await api.get("/api/v1/events/messages?eventId=1&limit=5\(at)")
                let messages = page.data["messages"] as? [[String: Any]] ?? []
                #expect((1...5).contains(messages.count), "\(page.text)")
                seen += messages.map { "\($0["id"] ?? "")" }
                cursor = (page.data["nextCursor"] as? String).map { "&cursor=\($0)" }
            }
            #expect(seen.count == 17 && Set(seen).count == 17)
            for made in ["x", "-300000000000000000.1", "9223372036854775807.1"] {
                let refused = try await api.get("/api/v1/events/messages?eventId=1&cursor=\(made)")
                #expect(refused.status == 422 && refused.code == "invalid_cursor", "\(refused.text)")
            }
            let upcoming = try await api.get("/api/v1/events/upcoming?hours=87600")
            #expect((upcoming.data["messages"] as? [Any])?.isEmpty == true, "\(upcoming.text)")

            let stats = try await api.get("/api/v1/events/stats?eventId=1")
            #expect(stats.data["waiting"] as? Int == 2 && stats.data["delayed"] as? Int == 15, "\(stats.text)")
            #expect(stats.data["total"] as? Int == 17 && stats.data["active"] as? Int == 0)
            let cleared = try await api.post("", to: "/api/v1/events/1/contractors/1/clear", type: nil)
            #expect(cleared.data["cancelled"] as? Int == 8, "\(cleared.text)")
            let rest = try await api.post("", to: "/api/v1/events/1/clear", type: nil)
            #expect(rest.data["cancelled"] as? Int == 9, "\(rest.text)")
            #expect(try await api.count("audit_log WHERE action IN ('events.plan', 'events.clear')") == 3)
        }
    }

    private static let wrong: [(body: String, status: Int, code: String, field: String?)] = [
        (#"{"contractorId":1,"messageType":"pcr_request"}"#, 400, "missing_field", "eventId"),
        (#"{"eventId":true,"contractorId":1,"messageType":"x"}"#, 400, "wrong_type", "eventId"),
        (#"{"eventId":9,"contractorId":1,"messageType":"pcr_request"}"#, 404, "unknown_event", "eventId"),
        (#"{"eventId":"1; DROP TABLE events","contractorId":1,"messageType":"x"}"#, 404, "unknown_event", "eventId"),
        (#"{"eventId":1,"contractorId":9,"messageType":"pcr_request"}"#, 404, "unknown_contractor", "contractorId"),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"pcr_request","sessionId":4}"#, 404, "unknown_session",
            "sessionId"
        ),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"parade","messageContent":"Hi"}"#, 422,
            "invalid_scheduledTime", "scheduledTime"
        ),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"parade","scheduledTime":"2099-06-01T09:00:00Z"}"#, 422,
            "invalid_messageContent", "messageContent"
        ),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"pcr_request","scheduledTime":"soon"}"#, 422,
            "invalid_scheduledTime", "scheduledTime"
        ),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"pcr_request","messageContent":"{booth} {firstName}"}"#, 422,
            "invalid_personalizationData", "personalizationData"
        ),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"pcr_request","channel":"fax"}"#, 422, "invalid_channel",
            "channel"
        ),
        (
            #"{"eventId":1,"contractorId":1,"messageType":"pcr_request","phone":"me"}"#, 422, "invalid_phone", "phone"
        ),
        ("{", 400, "invalid_json", nil),
    ]

    @Test func `what is wrong is named, and nothing is written`() async throws {
        try await Self.withEvent { api in
            for wrong in Self.wrong {
                let reply = try await api.post(wrong.body, to: "/api/v1/events/messages")
                #expect(reply.status == wrong.status && reply.code == wrong.code, "\(wrong.body): \(reply.text)")
                #expect(reply.field == wrong.field, "\(wrong.body): \(reply.text)")
            }
            let good = #"{"eventId":1,"contractorId":1,"messageType":"registration_confirmation"}"#
            let batch = try await api.post(
                #"{"messages":[\#(good),{"eventId":1,"contractorId":1,"messageType":"x","scheduledTime":"soon"}]}"#,
                to: "/api/v1/events/messages/batch")
            #expect(batch.code == "invalid_scheduledTime", "\(batch.text)")
            #expect(batch.field == "messages[1].scheduledTime")
            let nobody = try await api.post(
                #"{"messages":[\#(good),{"eventId":1,"contractorId":99,"messageType":"registration_confirmation"}]}"#,
                to: "/api/v1/events/messages/batch")
            #expect(nobody.status == 404 && nobody.code == "unknown_contractor", "\(nobody.text)")
            #expect(nobody.field == "messages[1].contractorId")
            let paths = ["messages?cursor=x", "messages?limit=0", "upcoming?hours=-1", "stats?eventId=9", "messages/9"]
            for path in paths {
                let reply = try await api.get("/api/v1/events/\(path)")
                #expect((400..<500).contains(reply.status) && reply.code != nil, "\(path): \(reply.text)")
            }
            #expect(try await api.count("event_messages") == 0)
            let both = try await api.post(#"{"messages":[\#(good)]}"#, to: "/api/v1/events/messages/batch")
            #expect((both.data["messages"] as? [Any])?.count == 1, "\(both.text)")
        }
    }

    @Test func `what is another workspace's is not found`() async throws {
        try await Self.withEvent { api in
            let body = #"{"eventId":1,"contractorId":1,"messageType":"post_event_wrap_up"}"#
            _ = try await api.post(body, to: "/api/v1/events/messages")
            try await api.fixture.sql.query("INSERT INTO workspaces (id) VALUES ('w2')")
            let key = try await api.key([.read, .send], workspace: "w2")
            let lists = ["messages?eventId=1", "messages/1", "stats?eventId=1", "upcoming?eventId=1"]
            for path in lists {
                #expect(try await api.get("/api/v1/events/\(path)", headers: key).status == 404, "\(path)")
            }
            for path in [
                "messages", "messages/preview", "messages/1/cancel", "messages/1/reschedule", "messages/1/response",
                "1/plan", "1/clear", "1/contractors/1/plan", "1/contractors/1/clear",
            ] {
                let isNew = path == "messages" || path == "messages/preview"
                let reply = try await api.post(isNew ? body : "{}", to: "/api/v1/events/\(path)", headers: key)
                #expect(reply.status == 404, "\(path): \(reply.text)")
            }
            let all = try await api.get("/api/v1/events/messages", headers: key)
            #expect((all.data["messages"] as? [Any])?.isEmpty == true)
            #expect(try await api.count("event_messages WHERE status = 'scheduled'") == 1)
        }
    }

    private static func withEvent(_ body: @escaping @Sendable (RunningAPI) async throws -> Void) async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query(
                """
                INSERT INTO events (id, name, starts_at, ends_at, time_zone) VALUES
                    (1, 'Expo', '2099-06-01T07:30:00Z', '2099-06-01T16:00:00Z', 'Europe/Berlin')
                """)
            try await api.fixture.sql.query(
                """
                INSERT INTO contractors (id, name, phone) VALUES (1, 'Ann Lee', '+49 151-2345671'),
                    (2, 'Ben Low', '491512345672')
                """)
            try await body(api)
        }
    }
}
