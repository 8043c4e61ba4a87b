import Foundation
import PostgresDriver
import TestSupport
import Testing

/// Flows, triggers and campaigns, beside ``ClusterSuite/TriggerTests`` and ``ClusterSuite/CampaignTests``.
struct RunContract {
    let cluster: TestCluster
    /// The largest that JavaScript has.
    private static let largePage: Int64 = 9_007_199_254_740_991

    func check() async throws {
        try await cluster.query(
            """
            INSERT INTO flows (name, nodes, edges) VALUES ('two',
                '[{"id":"a","type":"message","data":{"text":"One"}},
                  {"id":"b","type":"message","data":{"text":"Two","mediaUrl":"https://example.com/b.jpg"}}]',
                '[{"source":"a","target":"b"}]')
            """)
        try await cluster.query(
            """
            INSERT INTO meta_pages (page_id, page_name, access_token, is_active)
            VALUES (\(Self.largePage), 'Shop', 'token', true), (200, 'Off', 'token', false)
            """)
        try await cluster.query(
            """
            INSERT INTO meta_subscribers (page_id, user_id, user_name, is_active) VALUES
                (\(Self.largePage), '4915100000001', 'Ann', true), (\(Self.largePage), '4915100000002', 'Ben', false),
                (200, '4915100000003', 'Cleo', true)
            """)
        let trigger = try await trigger(page: Self.largePage, user: "4915100000002")
        let skipped = try await self.trigger(page: 200, user: "4915100000003")
        let campaign = try await campaign()
        try await names(of: trigger, and: campaign)
        try await logs(of: trigger, and: campaign)
        try await overHTTP()
        #expect(try await cluster.texts("SELECT status FROM trigger_runs WHERE id = \(skipped)") == ["queued"])
        try await cluster.query("UPDATE meta_pages SET is_active = true WHERE page_id = 200")
        try await cluster.messages(1, to: "4915100000003", "the page that sends again")
        try await cancelled(skipped)
    }

    /// Nobody asks whether who is triggered is an active subscriber.
    private func trigger(page: Int64, user: String) async throws -> Int64 {
        try await cluster.query(
            """
            INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status, trigger_context)
            SELECT 1, $1, $2, id, 'queued', '{"keyword": "hello"}' FROM flows WHERE name = 'two' RETURNING id
            """, [.string(user), .int64(page)]
        ).scalar(Int64.self)
    }

    /// Only active subscribers of pages that are active.
    private func campaign() async throws -> Int64 {
        let run = try await cluster.query(
            """
            INSERT INTO message_runs (page_ids, flow_id, status)
            SELECT '{200,\(Self.largePage)}', id, 'queued' FROM flows WHERE name = 'two' RETURNING id
            """
        ).scalar(Int64.self)
        let unknown = try await cluster.query(
            "INSERT INTO message_runs (page_ids, flow_id, status) VALUES ('{200}', gen_random_uuid(), 'queued') RETURNING id"
        ).scalar(Int64.self)
        try await eventually("the campaigns to end", within: .seconds(30)) {
            try await cluster.texts(
                """
                SELECT concat_ws(' ', status, total_messages, success_count, failure_count, error_summary ->> 'code')
                FROM message_runs WHERE id IN (\(run), \(unknown)) ORDER BY id
                """) == ["finished 1 1 0", "failed 0 0 0 flow_not_found"]
        }
        let times = try cluster.times(to: "4915100000001")
        #expect(times.count == 2 && times[1] - times[0] >= 1_900_000_000, "2 s apart")
        return run
    }

    private func names(of trigger: Int64, and campaign: Int64) async throws {
        let (page, one, two) = (Self.largePage, "4915100000002", "4915100000001")
        for (pattern, names) in [
            (
                "trigger_\(trigger)_*",
                [
                    "trigger_\(trigger)_page_\(page)_user_\(one)_msg_1",
                    "trigger_\(trigger)_page_\(page)_user_\(one)_msg_2",
                ]
            ), ("run_\(campaign)_page_\(page)_*_msg_2", ["run_\(campaign)_page_\(page)_user_\(two)_msg_2"]),
        ] {
            let list = try cluster.sluice("messages", "list", "--name", pattern)
            let found = list.output.split(separator: "\n").dropFirst().map { $0.split(separator: " ").prefix(2) }
            #expect(found.compactMap(\.first).sorted() == names.map { $0[...] }, "\(list.output)")
            #expect(found.allSatisfy { $0.last == "sent" }, "\(list.output)")
        }
        let none = try cluster.sluice("messages", "list", "--name", "anything_*")
        #expect(none.status != 0 && none.output.contains("trigger_"), "\(none.output)")
    }

    private func logs(of trigger: Int64, and campaign: Int64) async throws {
        let logs = try await cluster.texts(
            """
            SELECT concat_ws(' ', run_id, trigger_run_id, page_id, user_id, status, error_code)
            FROM message_logs.message_logs
            WHERE (run_id = \(campaign) OR trigger_run_id = \(trigger)) AND sent_at >= created_at ORDER BY sent_at
            """)
        let page = Self.largePage
        #expect(
            logs.sorted()
                == ([String](repeating: "\(campaign) \(page) 4915100000001 sent", count: 2)
                + [String](repeating: "\(trigger) \(page) 4915100000002 sent", count: 2)).sorted())
    }

    /// Both once more, and what readers of the statistics look for.
    private func overHTTP() async throws {
        let (one, all) = ("4915100000004", "4915100000001")
        let trigger = try post(
            "triggers",
            #"{"flowId": "two", "recipient": "\#(one)", "triggerId": 2, "pageId": \#(Self.largePage), "context": {"keyword": "hi"}}"#
        )
        let id = try #require(trigger.data["id"] as? Int, "\(trigger.text)")
        let campaign = try post("campaigns", #"{"flowId": "two", "pageIds": [\#(Self.largePage)]}"#)
        #expect(campaign.data["status"] as? String == "queued", "\(campaign.text)")
        try await cluster.messages(2, to: one, "the trigger's messages")
        try await cluster.messages(4, to: all, "the second campaign's messages")
        try await eventually("the run to be finished") { try stats("trigger-run/\(id)").contains(#""finished""#) }
        let run = try stats("trigger-run/\(id)")
        for part in [
            #""trigger_run_id":\#(id)"#, #""trigger_id":2"#, #""recipient_user_id":"\#(one)""#,
            #""page_id":\#(Self.largePage)"#, #""trigger_context":{"keyword":"hi"}"#, #""total_attempts":2"#,
            #""successful":2"#, #""success_rate":"100.00%""#, #""error_breakdown":[]"#,
            #""queue":{"active":0,"delayed":0,"waiting":0}"#,
        ] {
            #expect(run.contains(part), "\(part): \(run)")
        }
        let queue = try stats("queue")
        for part in ["waiting", "active", "delayed", "completed", "failed", "by_priority"] {
            #expect(queue.contains(#""\#(part)":"#), "\(queue)")
        }
        #expect(try stats("circuit-breaker").hasPrefix("["))
    }

    private func post(_ path: String, _ body: String) throws -> TestCluster.APIAnswer {
        try cluster.curl(
            "curl -s \"$SLUICE_API_URL/api/v1/\(path)\" -H 'Content-Type: application/json' -d '\(body)'")
    }

    private func stats(_ path: String) throws -> String {
        try cluster.curl("curl -s \"$SLUICE_API_URL/stats/\(path)\"").text
    }

    /// Between its two messages.
    private func cancelled(_ run: Int64) async throws {
        try await cluster.query("UPDATE trigger_runs SET status = 'cancelled' WHERE id = \(run)")
        try await eventually("its contact to be cancelled") {
            try await cluster.texts(
                "SELECT status FROM sequence_contacts WHERE kind = 'trigger' AND source_id = '\(run)'") == ["cancelled"]
        }
        #expect(try await cluster.texts("SELECT status FROM trigger_runs WHERE id = \(run)") == ["cancelled"])
        #expect(
            try await cluster.texts("SELECT trigger_context ->> 'keyword' FROM trigger_runs WHERE id = \(run)")
                == ["hello"])
    }
}
