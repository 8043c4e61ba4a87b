import Foundation
import PostgresDriver
import TestSupport
import Testing

/// Scheduled messages by curl and SQL, as their users type them: now, later, cancelled, many.
struct ScheduledCalls {
    let cluster: TestCluster

    func check() async throws {
        try await sentNow()
        try await cluster.query("UPDATE user_devices SET min_delay_seconds = 0, max_delay_seconds = 0")
        try await aTimeThatHasPassed()
        try await delayedAndCancelled()
        try await inSQL()
        try await manyFromATemplate()
    }

    /// Neither the workspace nor the sender is there before.
    private func sentNow() async throws {
        let sent = try cluster.curl(
            #"""
            curl -s -X POST "$SLUICE_API_URL/api/trigger/send-sms" -H "Content-Type: application/json" \
                -d '{"to": "+15551234567", "body": "Hello!", "workspaceId": "ws_123", "fromNumber": "+15557654321"}'
            """#)
        let job = try #require(sent.data["jobId"] as? String, "\(sent.text)")
        #expect(job.hasPrefix("job_") && sent.data["status"] as? String == "processing")
        #expect((sent.data["messageId"] as? String)?.hasPrefix("msg_") == true)
        try await eventually("the message") {
            let status = try cluster.curl(
                #"curl -s "$SLUICE_API_URL/api/trigger/job-status?jobId=\#(job)&workspaceId=ws_123""#)
            return status.data["status"] as? String == "completed" && status.data["completedTime"] is String
                && status.data["messageStatus"] as? String == "sent"
        }
        let cut = try cluster.curl(
            "curl -s $SLUICE_API_URL/api/trigger/job-status?jobId=\(job)&workspaceId=ws_123; wait")
        #expect(cut.error["field"] as? String == "workspaceId", "\(cut.text)")
        #expect((cut.error["message"] as? String)?.contains("quote") == true, "\(cut.text)")
        let stranger = try cluster.curl(
            #"curl -s "$SLUICE_API_URL/api/trigger/job-status?jobId=\#(job)&workspaceId=default""#)
        #expect(stranger.error["code"] as? String == "unknown_job", "\(stranger.text)")
    }

    private func aTimeThatHasPassed() async throws {
        let sent = try cluster.curl(
            #"""
            curl -s -X POST "$SLUICE_API_URL/api/trigger/schedule-until" -H "Content-Type: application/json" \
                -d '{"to": "+15551234568", "body": "Hello!", "workspaceId": "ws_123",
                     "fromNumber": "+15557654321", "scheduledTime": "2026-01-01T09:00:00+02:00"}'
            """#)
        #expect(sent.data["status"] as? String == "scheduled", "\(sent.text)")
        #expect(sent.data["scheduledTime"] as? String == "2026-01-01T09:00:00+02:00")
        // A new sender pauses 5 to 15 s after its first message.
        try await cluster.messages(
            1, to: "15551234568", "the message whose time has passed", within: .seconds(30))
    }

    private func delayedAndCancelled() async throws {
        let planned = try cluster.curl(
            #"""
            curl -s -X POST "$SLUICE_API_URL/api/trigger/schedule-delay" -H "Content-Type: application/json" \
                -d '{"to": "+15551234569", "body": "Later", "workspaceId": "ws_123",
                     "fromNumber": "+15557654321", "delayMinutes": 30}'
            """#)
        let job = try #require(planned.data["jobId"] as? String, "\(planned.text)")
        #expect(planned.data["status"] as? String == "scheduled" && planned.data["scheduledTime"] is String)
        // Until the other's outcome is told on its job, that is in the list too.
        try await eventually("the list of what waits") {
            let listed = try cluster.curl(#"curl -s "$SLUICE_API_URL/api/v1/jobs?workspaceId=ws_123""#)
            return (listed.data["jobs"] as? [[String: Any]])?.map { $0["jobId"] as? String } == [job]
        }
        let cancel = #"""
            curl -s -X POST "$SLUICE_API_URL/api/trigger/cancel-job" -H "Content-Type: application/json" \
                -d '{"jobId": "\#(job)", "workspaceId": "ws_123"}'
            """#
        #expect(try cluster.curl(cancel).data["status"] as? String == "cancelled")
        #expect(try cluster.curl(cancel).error["code"] as? String == "job_cancelled")
    }

    private func inSQL() async throws {
        let job = try await cluster.query(
            """
            INSERT INTO scheduled_sms_jobs (to_phone, body, workspace_id, scheduled_time, metadata)
            VALUES ('+15551234570', 'From SQL', 'ws_123', now() + interval '1 hour', '{"order": 1}') RETURNING id
            """
        ).scalar(String.self)
        try await cluster.query("UPDATE scheduled_sms_jobs SET scheduled_time = now() WHERE id = '\(job)'")
        try await eventually("the statuses") {
            let perStatus = try await cluster.query(
                """
                SELECT status || ' ' || count(*) FROM scheduled_sms_jobs WHERE workspace_id = 'ws_123'
                GROUP BY status ORDER BY status
                """)
            return try perStatus.column(String.self, at: 0) == ["cancelled 1", "completed 3"]
        }
    }

    private func manyFromATemplate() async throws {
        let saved = try cluster.curl(
            #"""
            curl -s -X PUT "$SLUICE_API_URL/api/v1/templates/code" -H "Content-Type: application/json" \
                -d '{"workspaceId": "ws_123", "body": "Your code is {code}"}'
            """#)
        #expect(saved.data["placeholders"] as? [String] == ["code"], "\(saved.text)")
        let preview = try cluster.curl(
            #"""
            curl -s -X POST "$SLUICE_API_URL/api/v1/template-preview" -H "Content-Type: application/json" \
                -d '{"workspaceId": "ws_123", "template": "code", "values": {"code": "17"}}'
            """#)
        #expect(preview.data["body"] as? String == "Your code is 17", "\(preview.text)")
        let sent = try cluster.curl(
            #"""
            curl -s -X POST "$SLUICE_API_URL/api/v1/jobs" -H "Content-Type: application/json" \
                -d '{"workspaceId": "ws_123", "messages": [
                    {"to": "+15551234571", "template": "code", "values": {"code": "17"}},
                    {"to": "+15551234572", "template": "code", "values": {"code": "18"}}]}'
            """#)
        #expect((sent.data["jobs"] as? [Any])?.count == 2, "\(sent.text)")
        try await eventually("both to be sent") {
            try await cluster.number(
                """
                SELECT count(*) FROM scheduled_sms_jobs
                WHERE body LIKE 'Your code is 1_' AND status = 'completed' AND message_status = 'sent'
                """) == 2
        }
        let later = try cluster.sluice(
            "messages", "send", "+15551234573", "--template", "code", "--value", "code=29", "--minutes", "30",
            "--workspace", "ws_123")
        #expect(later.status == 0 && later.output.contains("scheduled"), "\(later.output)")
        let daily = try cluster.sluice(
            "schedules", "add", "0 9 * * *", "+15551234573", "Good morning", "--workspace", "ws_123")
        #expect(daily.status == 0 && daily.output.contains("0 9 * * *"), "\(daily.output)")
    }
}
