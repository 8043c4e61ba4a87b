import Foundation
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

/// Messages that recur, over HTTP.
@Suite struct ScheduleTests {
    private static let daily = #"""
        {"to": "+49 151 2345678", "body": "Good morning", "cron": "30 8 * * *", "timeZone": "Asia/Jakarta"}
        """#

    @Test func `a schedule is made, paused, resumed and removed`() async throws {
        try await RunningAPI.with { api in
            let made = try await api.post(Self.daily, to: "/api/v1/schedules")
            let id = try #require(made.data["scheduleId"] as? String, "\(made.text)")
            let next = try #require(made.data["nextTime"] as? String, "\(made.text)")
            #expect(id.hasPrefix("sch_") && next.hasSuffix("T08:30:00+07:00"), "\(made.text)")
            #expect(made.data["isActive"] as? Bool == true && made.data["missed"] as? String == "skip")
            #expect(try await api.count("message_schedules WHERE next_time IS NULL AND body = 'Good morning'") == 1)
            #expect(try await api.count("work_intake WHERE area = 'recurring' AND item = '\(id)'") == 1)

            let path = "/api/v1/schedules/\(id)"
            let paused = try await api.post("", to: path + "/pause", type: nil)
            #expect(paused.data["isActive"] as? Bool == false && paused.data["nextTime"] == nil, "\(paused.text)")
            #expect(try await api.post("", to: path + "/pause", type: nil).status == 200)
            let resumed = try await api.post("", to: path + "/resume", type: nil)
            #expect(resumed.data["nextTime"] as? String == next, "\(resumed.text)")
            #expect(try await api.get(path).data["nextTime"] as? String == next)
            #expect(try await api.delete(path).data["scheduleId"] as? String == id)
            for gone in [try await api.get(path), try await api.delete(path)] {
                #expect(gone.status == 404 && gone.code == "unknown_schedule", "\(gone.text)")
            }
            #expect(try await api.count("audit_log WHERE action LIKE 'schedules.%'") == 4)
        }
    }

    @Test func `a template is filled when the schedule is made`() async throws {
        try await RunningAPI.with { api in
            _ = try await api.put(#"{"body": "Hello {name}"}"#, to: "/api/v1/templates/hello")
            let made = try await api.post(
                #"{"to": "491512345678", "template": "hello", "values": {"name": "Ada"}, "cron": "@daily"}"#,
                to: "/api/v1/schedules")
            #expect(made.data["body"] as? String == "Hello Ada", "\(made.text)")
        }
    }

    @Test func `schedules are listed page by page, each workspace its own`() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query("INSERT INTO workspaces (id, name) VALUES ('w2', 'w2')")
            var ids: [String] = []
            for _ in 0..<3 {
                let made = try await api.post(Self.daily, to: "/api/v1/schedules")
                ids.append(try #require(made.data["scheduleId"] as? String, "\(made.text)"))
            }
            ids.sort()
            let first = try await api.get("/api/v1/schedules?limit=2")
            #expect(Self.ids(first) == Array(ids[..<2]), "\(first.text)")
            let rest = try await api.get("/api/v1/schedules?limit=2&cursor=\(ids[1])")
            #expect(Self.ids(rest) == [ids[2]] && rest.data["nextCursor"] == nil, "\(rest.text)")

            let stranger = try await api.key([.admin], workspace: "w2")
            let path = "/api/v1/schedules/\(ids[0])"
            for reply in [
                try await api.get(path, headers: stranger), try await api.delete(path, headers: stranger),
                try await api.post("", to: path + "/pause", type: nil, headers: stranger),
                try await api.post("", to: path + "/resume", type: nil, headers: stranger),
            ] { #expect(reply.status == 404, "\(reply.text)") }
            #expect(Self.ids(try await api.get("/api/v1/schedules", headers: stranger)) == [])
            #expect(try await api.count("message_schedules WHERE is_active") == 3)
        }
    }

    private static func ids(_ reply: RunningAPI.Reply) -> [String]? {
        (reply.data["schedules"] as? [[String: any Sendable]])?.compactMap { $0["scheduleId"] as? String }
    }

    @Test func `what cannot be is named`() async throws {
        try await RunningAPI.with { api in
            for (change, status, code, field) in [
                (#""cron": "61 * * * *""#, 422, "invalid_cron", "cron"),
                (#""cron": "0 0 30 2 *""#, 422, "invalid_cron", "cron"),
                (#""cron": "@daily", "timeZone": "CEST""#, 422, "invalid_timeZone", "timeZone"),
                (#""cron": "@daily", "missed": "all""#, 422, "invalid_missed", "missed"),
                (#""cron": "@daily", "fromNumber": "4915100000""#, 422, "unknown_sender", "fromNumber"),
                (#""cron": "@daily", "workspaceId": "none""#, 422, "unknown_workspace", "workspaceId"),
                (#""cron": "@daily", "delayMinutes": 5"#, 400, "unknown_field", "delayMinutes"),
                (#""timeZone": "UTC""#, 400, "missing_field", "cron"),
            ] {
                let reply = try await api.post(
                    #"{"to": "491512345678", "body": "Hi", \#(change)}"#, to: "/api/v1/schedules")
                #expect(reply.status == status && reply.code == code, "\(change): \(reply.text)")
                #expect(reply.field == field, "\(change): \(reply.text)")
            }
            let noText = try await api.post(#"{"to": "491512345678", "cron": "@daily"}"#, to: "/api/v1/schedules")
            #expect(noText.code == "invalid_body", "\(noText.text)")
            let noPhone = try await api.post(
                #"{"to": "12", "body": "Hi", "cron": "@daily"}"#, to: "/api/v1/schedules")
            #expect(noPhone.field == "to", "\(noPhone.text)")
            #expect(try await api.count("message_schedules") == 0)
        }
    }
}
