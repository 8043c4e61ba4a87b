import Foundation
import PostgresDriver
import TestSupport
import Testing

/// What else holds of scheduled messages, beside ``ScheduledCalls``: times, media, what comes too late, what repeats.
struct ScheduledContract {
    let cluster: TestCluster

    func check() async throws {
        try await cluster.query(
            "INSERT INTO workspaces (id, name, time_zone) VALUES ('berlin', 'Berlin', 'Europe/Berlin')")
        try timesAreAnsweredAsTheyWereGiven()
        try await whatComesTooLateIsDropped()
        try await mediaAndMetadata()
        try aJobThatWasSentStaysSent()
        try recurring()
    }

    private func post(_ path: String, _ body: String) throws -> TestCluster.APIAnswer {
        try cluster.curl(
            "curl -s -X POST \"$SLUICE_API_URL\(path)\" -H 'Content-Type: application/json' -d '\(body)'")
    }

    private func status(_ job: String, in workspace: String = "berlin") throws -> TestCluster.APIAnswer {
        try cluster.curl(
            "curl -s \"$SLUICE_API_URL/api/trigger/job-status?jobId=\(job)&workspaceId=\(workspace)\"")
    }

    /// In the offset they came with, else in the workspace's zone.
    private func timesAreAnsweredAsTheyWereGiven() throws {
        let given = try post(
            "/api/trigger/schedule-until",
            #"{"to": "+4915200000001", "body": "x", "workspaceId": "berlin", "fromNumber": "+4930123456", "scheduledTime": "2036-07-01T09:00:00-03:00"}"#
        )
        #expect(given.data["scheduledTime"] as? String == "2036-07-01T09:00:00-03:00", "\(given.text)")
        let job = try #require(given.data["jobId"] as? String)
        #expect(try status(job).data["scheduledTime"] as? String == "2036-07-01T09:00:00-03:00")
        #expect(try status(job).data["messageStatus"] is NSNull)
        let delayed = try post(
            "/api/trigger/schedule-delay",
            #"{"to": "+4915200000001", "body": "x", "workspaceId": "berlin", "fromNumber": "+4930123456", "delayMinutes": 90}"#
        )
        let time = try #require(delayed.data["scheduledTime"] as? String, "\(delayed.text)")
        #expect(time.hasSuffix("+01:00") || time.hasSuffix("+02:00"), "\(time)")
        let withoutOffset = try post(
            "/api/trigger/schedule-until",
            #"{"to": "+4915200000001", "body": "x", "workspaceId": "berlin", "scheduledTime": "2036-07-01T09:00:00"}"#)
        #expect(withoutOffset.error["field"] as? String == "scheduledTime", "\(withoutOffset.text)")
    }

    private func whatComesTooLateIsDropped() async throws {
        let late = try post(
            "/api/trigger/schedule-until",
            #"""
            {"to": "+4915200000002", "body": "x", "workspaceId": "default", "scheduledTime": "2026-01-01T09:00:00Z",
             "expiresAt": "2026-01-02T09:00:00Z"}
            """#)
        let job = try #require(late.data["jobId"] as? String, "\(late.text)")
        try await eventually("the job to be dropped") {
            let status = try status(job, in: "default").data
            return status["status"] as? String == "cancelled" && status["reason"] as? String == "expired"
        }
        #expect(try cluster.times(to: "4915200000002").isEmpty)
    }

    private func mediaAndMetadata() async throws {
        let sent = try post(
            "/api/trigger/send-sms",
            #"""
            {"to": "+49 152-00000003", "body": "Look", "mediaUrl": "https://example.com/a.png", "metadata": {"order": 17}}
            """#)
        #expect(sent.data["status"] as? String == "processing", "\(sent.text)")
        try await cluster.messages(1, to: "4915200000003", "the picture")
        #expect(
            try await cluster.texts(
                "SELECT metadata ->> 'order' FROM scheduled_sms_jobs WHERE to_phone = '+49 152-00000003'") == ["17"])
    }

    private func aJobThatWasSentStaysSent() throws {
        let sent = try post("/api/trigger/send-sms", #"{"to": "+4915200000004", "body": "x"}"#)
        let job = try #require(sent.data["jobId"] as? String, "\(sent.text)")
        for _ in 0..<600 where try status(job, in: "default").data["status"] as? String != "completed" {
            usleep(10_000)
        }
        let cancelled = try post("/api/trigger/cancel-job", #"{"jobId": "\#(job)", "workspaceId": "default"}"#)
        #expect(cancelled.error["code"] as? String == "job_completed", "\(cancelled.text)")
        #expect(cancelled.error["field"] as? String == "jobId")
    }

    private func recurring() throws {
        let made = try post(
            "/api/v1/schedules",
            #"{"to": "+4915200000005", "body": "x", "cron": "0 9 29 2 *", "timeZone": "Europe/Berlin"}"#)
        #expect((made.data["nextTime"] as? String)?.hasSuffix("-02-29T09:00:00+01:00") == true, "\(made.text)")
        let id = try #require(made.data["scheduleId"] as? String)
        let paused = try cluster.curl("curl -s -X POST \"$SLUICE_API_URL/api/v1/schedules/\(id)/pause\"")
        #expect(paused.data["isActive"] as? Bool == false, "\(paused.text)")
        let removed = try cluster.curl("curl -s -X DELETE \"$SLUICE_API_URL/api/v1/schedules/\(id)\"")
        #expect(removed.error.isEmpty, "\(removed.text)")
    }
}
