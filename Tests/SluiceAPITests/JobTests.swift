import Foundation
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing

/// Scheduled messages over HTTP, with the paths, names and shapes that their callers use.
@Suite struct JobTests {
    private static let device = "INSERT INTO user_devices (phone) VALUES ('628111111111')"

    @Test func `a message is sent now, after a delay and at a time`() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query(Self.device)
            let now = try await api.post(
                #"{"to":"+49 151-2345678","body":"Hi","workspaceId":"default","fromNumber":"+62 811-1111-111"}"#,
                to: "/api/trigger/send-sms")
            #expect(now.status == 200, "\(now.text)")
            #expect(Set(now.data.keys) == ["jobId", "status", "messageId"])
            #expect((now.data["jobId"] as? String)?.hasPrefix("job_") == true)
            #expect((now.data["messageId"] as? String)?.hasPrefix("msg_") == true)
            #expect(now.data["status"] as? String == "processing")

            let delayed = try await api.post(
                #"{"to":"491512345678","body":"Hi","workspaceId":"default","delayMinutes":30}"#,
                to: "/api/trigger/schedule-delay")
            #expect(delayed.data["status"] as? String == "scheduled", "\(delayed.text)")
            #expect((delayed.data["scheduledTime"] as? String)?.hasSuffix("Z") == true)

            let timed = try await api.post(
                #"""
                {"to":"491512345678","body":"Hi","workspaceId":"default","scheduledTime":"2099-03-29T09:00:00+02:00",
                "mediaUrl":"https://example.com/a.png"}
                """#, to: "/api/trigger/schedule-until")
            #expect(timed.data["scheduledTime"] as? String == "2099-03-29T09:00:00+02:00", "\(timed.text)")
            #expect(try await api.count("scheduled_sms_jobs WHERE media_url IS NOT NULL") == 1)
            #expect(try await api.count("work_intake WHERE area = 'scheduled'") == 3)
        }
    }

    @Test func `a job is looked at and cancelled, by its own workspace alone`() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query(Self.device)
            try await api.fixture.sql.query("INSERT INTO workspaces (id, time_zone) VALUES ('w2', 'Asia/Kathmandu')")
            let job = try await api.post(
                #"{"to":"491512345678","body":"Hi","workspaceId":"w2","delayMinutes":30}"#,
                to: "/api/trigger/schedule-delay")
            let id = try #require(job.data["jobId"] as? String, "\(job.text)")
            let status = try await api.get("/api/trigger/job-status?jobId=\(id)&workspaceId=w2")
            #expect(status.data["status"] as? String == "scheduled")
            #expect((status.data["scheduledTime"] as? String)?.hasSuffix("+05:45") == true)
            #expect(status.text.contains(#""messageStatus":null"#) && status.text.contains(#""completedTime":null"#))

            let elsewhere = try await api.get("/api/trigger/job-status?jobId=\(id)&workspaceId=default")
            #expect(elsewhere.status == 404 && elsewhere.code == "unknown_job")
            let cut = try await api.get("/api/trigger/job-status?jobId=\(id)")
            #expect(cut.status == 400 && cut.field == "workspaceId")
            #expect((cut.error["message"] as? String)?.contains("&") == true)

            let body = #"{"jobId":"\#(id)","workspaceId":"w2"}"#
            let stolen = try await api.post(
                #"{"jobId":"\#(id)","workspaceId":"default"}"#, to: "/api/trigger/cancel-job")
            #expect(stolen.status == 404)
            let cancelled = try await api.post(body, to: "/api/trigger/cancel-job")
            #expect(cancelled.data["status"] as? String == "cancelled", "\(cancelled.text)")
            let again = try await api.post(body, to: "/api/trigger/cancel-job")
            #expect(again.status == 422 && again.code == "job_cancelled" && again.field == "jobId")
            let key = try await api.key([.send, .read])
            let other = try await api.post(body, to: "/api/trigger/cancel-job", headers: key)
            #expect(other.status == 404)
        }
    }

    private static let wrong: [(body: String, status: Int, code: String, field: String?)] = [
        (#"{"to":"nobody","body":"Hi"}"#, 422, "invalid_to", "to"),
        (#"{"body":"Hi"}"#, 400, "missing_field", "to"),
        (#"{"to":5,"body":"Hi"}"#, 400, "wrong_type", "to"),
        (#"{"to":"491512345678","body":" "}"#, 422, "invalid_body", "body"),
        (#"{"to":"491512345678","body":"a\u0000"}"#, 422, "invalid_body", "body"),
        (
            #"{"to":"491512345678","body":"Hi","fromNumber":"4930999999","scheduledTime":"2099-01-01T00:00:00Z"}"#, 422,
            "unknown_sender", "fromNumber"
        ),
        (
            #"{"to":"491512345678","body":"Hi","workspaceId":"'; DROP TABLE leads","scheduledTime":"2099-01-01T00:00:00Z"}"#,
            422, "unknown_workspace", "workspaceId"
        ),
        (
            #"{"to":"491512345678","body":"Hi","scheduledTime":"2099-03-29T09:00:00"}"#, 422, "invalid_scheduledTime",
            "scheduledTime"
        ),
        (
            #"{"to":"491512345678","body":"Hi","scheduledTime":"2099-02-29T09:00:00Z"}"#, 422, "invalid_scheduledTime",
            "scheduledTime"
        ),
        (#"{"to":"491512345678","body":"Hi"}"#, 422, "invalid_scheduledTime", "scheduledTime"),
        (
            #"{"to":"491512345678","body":"Hi","scheduledTime":"2099-01-01T00:00:00Z","expiresAt":"soon"}"#, 422,
            "invalid_expiresAt", "expiresAt"
        ),
        (#"{"to":"491512345678","body":"Hi","scheduled_time":"soon"}"#, 400, "unknown_field", "scheduled_time"),
        (#"{"to":"491512345678","body":["Hi"]}"#, 400, "wrong_type", "body"),
        (#"{"to":"491512345678","body":"Hi","metadata":"x"}"#, 422, "invalid_metadata", "metadata"),
        (#"{"to":"491512345678","body":"Hi","values":{}}"#, 422, "invalid_values", "values"),
        // A time that another call goes by: the message would go out at once.
        (#"{"to":"491512345678","body":"Hi","delayMinutes":5}"#, 422, "invalid_delayMinutes", "delayMinutes"),
        ("[]", 400, "wrong_type", nil),
        ("{", 400, "invalid_json", nil),
    ]

    @Test func `what is wrong is named, and nothing is written`() async throws {
        try await RunningAPI.with { api in
            for wrong in Self.wrong {
                let reply = try await api.post(wrong.body, to: "/api/trigger/schedule-until")
                #expect(reply.status == wrong.status && reply.code == wrong.code, "\(wrong.body): \(reply.text)")
                #expect(reply.field == wrong.field, "\(wrong.body): \(reply.text)")
            }
            for minutes in ["-1", "5256001", "\"soon\""] {
                let reply = try await api.post(
                    #"{"to":"491512345678","body":"Hi","delayMinutes":\#(minutes)}"#, to: "/api/trigger/schedule-delay")
                #expect((400..<500).contains(reply.status) && reply.field == "delayMinutes", "\(reply.text)")
            }
            let timed = try await api.post(
                #"{"to":"491512345678","body":"Hi","scheduledTime":"2099-01-01T00:00:00Z"}"#,
                to: "/api/trigger/send-sms")
            #expect(timed.status == 422 && timed.field == "scheduledTime", "\(timed.text)")
            let cancel = try await api.post(#"{"jobId":"job_1","job":"job_1"}"#, to: "/api/trigger/cancel-job")
            #expect(cancel.status == 400 && cancel.field == "job", "\(cancel.text)")
            #expect(try await api.count("scheduled_sms_jobs") == 0)
        }
    }

    @Test func `unknown workspaces and senders are made where one tries things out`() async throws {
        try await RunningAPI.with(change: { $0.createsSenders = true }) { api in
            for _ in 1...2 {
                let reply = try await api.post(
                    #"{"to":"491512345678","body":"Hi","workspaceId":"ws_1","fromNumber":"+1 555 000-0001"}"#,
                    to: "/api/trigger/send-sms")
                #expect(reply.status == 200, "\(reply.text)")
            }
            #expect(try await api.count("user_devices WHERE workspace_id = 'ws_1' AND phone = '15550000001'") == 1)
        }
    }
}
