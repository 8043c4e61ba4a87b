import Foundation
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

/// Many scheduled messages at once, and lists of them.
@Suite struct JobListTests {
    @Test func `many are scheduled by one call, each at its time`() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query("INSERT INTO user_devices (phone) VALUES ('628111111111')")
            let reply = try await api.post(
                #"""
                {"workspaceId": "default", "messages": [
                    {"to": "491510000001", "body": "One", "scheduledTime": "2099-03-29T09:00:00+02:00"},
                    {"to": "491510000002", "body": "Two", "delayMinutes": 5, "metadata": {"order": 9007199254740993}},
                    {"to": "491510000003", "body": "Three", "fromNumber": "+62 811-1111-111"}]}
                """#, to: "/api/v1/jobs")
            #expect(reply.status == 200, "\(reply.text)")
            let jobs = try #require(reply.data["jobs"] as? [[String: any Sendable]])
            #expect(jobs.map { $0["to"] as? String } == ["491510000001", "491510000002", "491510000003"])
            #expect(jobs.map { $0["status"] as? String } == ["scheduled", "scheduled", "processing"])
            #expect(jobs[0]["scheduledTime"] as? String == "2099-03-29T09:00:00+02:00")
            #expect(try await api.count("work_intake WHERE area = 'scheduled'") == 3)
            #expect(try await api.count("scheduled_sms_jobs WHERE metadata ->> 'order' = '9007199254740993'") == 1)
        }
    }

    private static let wrong: [(message: String, code: String, field: String)] = [
        (#"{"to": "nobody", "body": "Hi"}"#, "invalid_to", "messages[1].to"),
        (#"{"to": "491510000002"}"#, "invalid_body", "messages[1].body"),
        (#"{"body": "Hi"}"#, "missing_field", "messages[1].to"),
        (#"{"to": 49, "body": "Hi"}"#, "wrong_type", "messages[1].to"),
        (#"{"to": "491510000002", "text": "Hi"}"#, "unknown_field", "messages[1].text"),
        (
            #"{"to": "491510000002", "body": "Hi", "workspaceId": "w"}"#, "invalid_workspaceId",
            "messages[1].workspaceId"
        ),
        (
            #"{"to": "491510000002", "body": "Hi", "fromNumber": "4930111111"}"#, "unknown_sender",
            "messages[1].fromNumber"
        ),
        (#"{"to": "491510000002", "template": "none"}"#, "unknown_template", "messages[1].template"),
        (#"{"to": "491510000002", "body": "Hi", "metadata": [1]}"#, "invalid_metadata", "messages[1].metadata"),
        (
            #"{"to": "491510000002", "body": "Hi", "delayMinutes": 1, "scheduledTime": "2099-03-29T09:00:00Z"}"#,
            "invalid_delayMinutes", "messages[1].delayMinutes"
        ),
    ]

    @Test func `one that is wrong is named, and none is written`() async throws {
        try await RunningAPI.with { api in
            for wrong in Self.wrong {
                let reply = try await api.post(
                    #"{"messages": [{"to": "491510000001", "body": "Hi"}, \#(wrong.message)]}"#, to: "/api/v1/jobs")
                #expect((400..<500).contains(reply.status), "\(wrong.message): \(reply.text)")
                #expect(reply.code == wrong.code && reply.field == wrong.field, "\(wrong.message): \(reply.text)")
            }
            for none in [#"{"messages": []}"#, "{}", #"{"messages": {}}"#, #"{"messages": [], "more": 1}"#] {
                let reply = try await api.post(none, to: "/api/v1/jobs")
                #expect((400..<500).contains(reply.status) && reply.field != nil, "\(none): \(reply.text)")
            }
            let message = #"{"to": "491510000001", "body": "Hi"}"#
            let tooMany = try await api.post(
                #"{"messages": [\#(Array(repeating: message, count: 1_001).joined(separator: ","))]}"#,
                to: "/api/v1/jobs")
            #expect(tooMany.status == 422 && tooMany.field == "messages", "\(tooMany.text)")
            let tooLarge = try await api.post(String(repeating: " ", count: 1_000_000), to: "/api/v1/jobs")
            #expect(tooLarge.status == 413)
            #expect(try await api.count("scheduled_sms_jobs") == 0)
        }
    }

    @Test func `a list goes page by page through one's own jobs`() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query("INSERT INTO workspaces (id, name) VALUES ('w2', 'w2')")
            // Several at one time, so that the pages break between them.
            try await api.fixture.sql.query(
                """
                INSERT INTO scheduled_sms_jobs (id, to_phone, body, workspace_id, scheduled_time)
                SELECT 'job_' || n, '4915100000' || n, 'Hi', CASE WHEN n > 25 THEN 'w2' ELSE 'default' END,
                    '2099-01-01T00:00Z'::timestamptz + n / 4 * interval '1 hour'
                FROM generate_series(11, 30) n
                """)
            try await api.fixture.sql.query(
                "UPDATE scheduled_sms_jobs SET status = 'cancelled' WHERE id IN ('job_11', 'job_12')")
            var found: [String] = []
            var cursor = ""
            for _ in 1...4 {
                let page = try await api.get("/api/v1/jobs?workspaceId=default&limit=4\(cursor)")
                let jobs = try #require(page.data["jobs"] as? [[String: any Sendable]], "\(page.text)")
                found += jobs.compactMap { $0["jobId"] as? String }
                guard let next = page.data["nextCursor"] as? String else { break }
                cursor = "&cursor=\(next)"
            }
            #expect(found == (13...25).map { "job_\($0)" })
            let cancelled = try await api.get("/api/v1/jobs?status=cancelled")
            #expect((cancelled.data["jobs"] as? [Any])?.count == 2, "\(cancelled.text)")
            let key = try await api.key([.read], workspace: "w2")
            let own = try await api.get("/api/v1/jobs", headers: key)
            #expect((own.data["jobs"] as? [Any])?.count == 5, "\(own.text)")
            let others = try await api.get("/api/v1/jobs?workspaceId=default", headers: key)
            #expect(others.status == 404 && others.field == "workspaceId")
            for (query, field) in [
                ("limit=0", "limit"), ("limit=x", "limit"), ("limit=1001", "limit"), ("status=late", "status"),
                ("cursor=x", "cursor"), ("cursor=9223372036854775807.job_1", "cursor"),
                ("cursor=-300000000000000000.job_1", "cursor"),
            ] {
                let reply = try await api.get("/api/v1/jobs?\(query)", headers: key)
                #expect(reply.status == 422 && reply.field == field, "\(query): \(reply.text)")
            }
        }
    }
}
