import Foundation
import PostgresDriver
import TestSupport
import Testing

/// Event messages by SQL and curl, beside ``ClusterSuite/EventTests``.
struct EventContract {
    let cluster: TestCluster

    func check() async throws {
        try await cluster.query(
            """
            INSERT INTO events (id, name, location, starts_at, ends_at, time_zone) VALUES
                (7, 'Expo', 'Hall 4', '2036-06-01 09:00-06', '2036-06-01 18:00-06', 'America/Denver')
            """)
        try await cluster.query(
            """
            INSERT INTO contractors (id, name, first_name, phone) VALUES (1, 'Ann Lee', 'Ann', '+49 153-00000001'),
                (2, 'Ben Ray', 'Ben', '4915300000002'), (3, 'Cleo', NULL, NULL)
            """)
        try await timesHangOnTheEvent()
        try await theSameMessageReplacesTheOneThatWaits()
        try await cancelledGoesAgainAndSentStays()
        try await aReplyIsAScore()
        try await manyAtOnce()
        try await clearing()
    }

    private func call(_ path: String, _ body: String? = nil) throws -> TestCluster.APIAnswer {
        let data = body.map { " -H 'Content-Type: application/json' -d '\($0)'" } ?? ""
        return try cluster.curl("curl -s -X POST \"$SLUICE_API_URL/api/v1/events\(path)\"\(data)")
    }

    private func timesHangOnTheEvent() async throws {
        let id = try await cluster.query(
            """
            INSERT INTO event_sessions (event_id, title, starts_at, ends_at)
            VALUES (7, 'Roofs', '2036-06-01 10:00-06', '2036-06-01 11:00-06') RETURNING id
            """
        ).scalar(Int64.self)
        for (type, time) in [
            ("check_in_reminder_night_before", "2036-05-31T20:00:00-06:00"),
            ("check_in_reminder_1_hour", "2036-06-01T08:00:00-06:00"),
            ("check_in_reminder_event_start", "2036-06-01T09:00:00-06:00"),
            ("speaker_alert", "2036-06-01T09:45:00-06:00"), ("pcr_request", "2036-06-01T11:07:00-06:00"),
            ("post_event_wrap_up", "2036-06-01T20:00:00-06:00"),
        ] {
            let preview = try call(
                "/messages/preview",
                #"{"eventId": 7, "contractorId": 1, "messageType": "\#(type)", "sessionId": \#(id)}"#)
            #expect(preview.data["scheduledTime"] as? String == time, "\(type): \(preview.text)")
            #expect((preview.data["text"] as? String)?.contains("Ann") == true, "\(preview.text)")
        }
    }

    private func theSameMessageReplacesTheOneThatWaits() async throws {
        for text in ["first", "second"] {
            let made = try call(
                "/messages",
                #"{"eventId": 7, "contractorId": 1, "messageType": "speaker_alert", "scheduledTime": "2036-06-01T08:00:00", "messageContent": "\#(text) {name}"}"#
            )
            #expect(made.data["scheduledTime"] as? String == "2036-06-01T08:00:00-06:00", "\(made.text)")
        }
        let rows = try await cluster.texts(
            """
            SELECT concat_ws(' ', message_content, status, error_message) FROM event_messages ORDER BY id
            """)
        #expect(rows == ["first {name} cancelled replaced", "second {name} scheduled"])
    }

    private func cancelledGoesAgainAndSentStays() async throws {
        let id = try await cluster.texts("SELECT max(id)::text FROM event_messages")[0]
        #expect(try call("/messages/\(id)/cancel").data["status"] as? String == "cancelled")
        #expect(try call("/messages/\(id)/cancel").error["code"] as? String == "message_cancelled")
        let again = try call("/messages/\(id)/reschedule", #"{"scheduledTime": "2026-01-01T09:00:00"}"#)
        #expect(again.data["status"] as? String == "scheduled", "\(again.text)")
        try await cluster.messages(1, to: "4915300000001", "the rescheduled message")
        try await eventually("its status") {
            try await cluster.texts("SELECT status FROM event_messages WHERE id = \(id)") == ["sent"]
        }
        #expect(
            try await cluster.texts("SELECT (delay_minutes > 100)::text FROM event_messages WHERE id = \(id)") == [
                "true"
            ])
        #expect(try call("/messages/\(id)/reschedule").error["code"] as? String == "message_sent")
        let list = try cluster.sluice("messages", "list", "--name", "event-message-\(id)")
        #expect(list.output.contains("event-message-\(id)") && list.output.contains("sent"), "\(list.output)")
        let nobody = try call(
            "/messages", #"{"eventId": 7, "contractorId": 3, "messageType": "registration_confirmation"}"#)
        #expect(nobody.error.isEmpty, "\(nobody.text)")
        try await eventually("what has no number to fail at once") {
            try await cluster.texts(
                "SELECT concat_ws(' ', status, error_message) FROM event_messages WHERE contractor_id = 3")
                == ["failed no_phone"]
        }
    }

    private func aReplyIsAScore() async throws {
        let id = try await cluster.query(
            """
            INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time, message_content)
            VALUES (7, 2, 'pcr_request', now(), 'How was it?') RETURNING id::text
            """
        ).scalar(String.self)
        try await cluster.messages(1, to: "4915300000002", "the question")
        let answer = try call("/messages/\(id)/response", #"{"responseReceived": "9", "sentimentScore": 0.8}"#)
        #expect(answer.data["pcrScore"] as? Double == 9 && answer.data["sentimentScore"] as? Double == 0.8)
        #expect(
            try await cluster.texts(
                "SELECT pcr_score::int || ' ' || message_category FROM event_messages WHERE id = \(id)")
                == ["9 pcr"])
    }

    /// Several that somebody wrote, and all that an event calls for; neither is there twice.
    private func manyAtOnce() async throws {
        let messages = [1, 2].map {
            #"{"eventId": 7, "contractorId": \#($0), "messageType": "note", "scheduledTime": "2036-06-01T12:00:00", "messageContent": "Lunch, {firstName}"}"#
        }.joined(separator: ", ")
        for _ in 1...2 {
            let many = try call("/messages/batch", #"{"messages": [\#(messages)]}"#)
            #expect((many.data["messages"] as? [Any])?.count == 2, "\(many.text)")
        }
        #expect(
            try await cluster.texts(
                "SELECT status FROM event_messages WHERE message_type = 'note' ORDER BY contractor_id, id")
                == ["cancelled", "scheduled", "cancelled", "scheduled"])
        let plan = try call("/7/plan", #"{"contractorIds": [1, 2]}"#)
        let planned = try #require(plan.data["planned"] as? Int, "\(plan.text)")
        #expect(planned > 4)
        let again = try call("/7/plan", #"{"contractorIds": [1, 2]}"#)
        #expect(again.data["planned"] as? Int == 0, "\(again.text)")
        let upcoming = try cluster.curl("curl -s \"$SLUICE_API_URL/api/v1/events/upcoming?eventId=7&hours=24\"")
        #expect(upcoming.data["messages"] is [Any], "\(upcoming.text)")
    }

    private func clearing() async throws {
        for contractor in [1, 2] {
            let planned = try call("/7/contractors/\(contractor)/plan")
            #expect(planned.error.isEmpty, "\(planned.text)")
        }
        let before = try cluster.curl("curl -s \"$SLUICE_API_URL/api/v1/events/stats?eventId=7\"").data
        let open = try ["waiting", "active", "delayed"].map { try #require(before[$0] as? Int) }
        #expect(open[2] > 2 && before["total"] as? Int == open.reduce(0, +), "\(before)")
        #expect(try call("/7/contractors/1/clear").error.isEmpty)
        let left = try await cluster.texts(
            "SELECT DISTINCT contractor_id::text FROM event_messages WHERE status = 'scheduled'")
        #expect(left == ["2"])
        #expect(try call("/7/clear").error.isEmpty)
        #expect(try await cluster.number("SELECT count(*) FROM event_messages WHERE status = 'scheduled'") == 0)
        let unknown = try call("/8/plan")
        #expect(unknown.error["code"] as? String == "unknown_event", "\(unknown.text)")
    }
}
