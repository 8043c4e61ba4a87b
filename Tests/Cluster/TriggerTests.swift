import Foundation
import PostgresDriver
import TestSupport
import Testing

extension ClusterSuite {
    /// `trigger_runs` as its users write it: a queued row and nothing else.
    @Suite struct TriggerTests {
        private static let triggers: Int32 = 10

        /// One cluster for both, because starting one takes longer than either.
        @Test func aQueuedRowGoesThroughItsFlowAndOvertakesACampaign() async throws {
            try await TestCluster.run(devices: 20, shards: 2, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await throughAFlow(cluster)
                try await pastACampaign(cluster)
            }
        }

        private func throughAFlow(_ cluster: TestCluster) async throws {
            let flow = try await cluster.query(
                """
                INSERT INTO flows (name, nodes, edges) VALUES ('welcome',
                    '[{"id":"m1","type":"message","data":{"text":"Hi"}},
                      {"id":"w1","type":"wait","data":{"duration":3,"timeUnit":"seconds"}},
                      {"id":"m2","type":"message","data":{"text":"Still there?"}}]',
                    '[{"source":"m1","target":"w1"},{"source":"w1","target":"m2"}]') RETURNING id
                """
            ).scalar(UUID.self)
            let id = try await cluster.query(
                """
                INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status)
                VALUES (1, '491512345678', 100, $1, 'queued') RETURNING id
                """, [.uuid(flow)]
            ).scalar(Int64.self)
            try await cluster.query(
                """
                INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status)
                VALUES (1, '491512345678', 100, gen_random_uuid(), 'queued')
                """)
            try await eventually("the run to wait") {
                try await cluster.number(
                    """
                    SELECT count(*) FROM trigger_runs WHERE id = \(id) AND status = 'waiting'
                        AND next_step_id = 'm2' AND next_step_at > created_at + interval '2 seconds'
                    """) == 1
            }
            try await eventually("both runs to end") {
                try await cluster.number(
                    """
                    SELECT count(*) FROM trigger_runs WHERE completed_at IS NOT NULL AND (
                        id = \(id) AND status = 'finished' AND last_step_id = 'm2'
                        OR status = 'failed' AND error_details ->> 'code' = 'flow_not_found')
                    """) == 2
            }
            #expect(try cluster.accepted() == 2)
            try askHowItWent(cluster, run: id)
        }

        private func askHowItWent(_ cluster: TestCluster, run id: Int64) throws {
            let run = try cluster.curl(#"curl -s "$SLUICE_API_URL/stats/trigger-run/\#(id)""#).text
            for part in [#""trigger_run_id":\#(id)"#, #""page_id":100,"#, #""status":"finished""#] {
                #expect(run.contains(part), "\(run)")
            }
            for part in [#""success_rate":"100.00%""#, #""total_attempts":2"#, #""error_breakdown":[]"#] {
                #expect(run.contains(part), "\(run)")
            }
            let queue = try cluster.curl(#"curl -s "$SLUICE_API_URL/stats/queue""#).text
            for part in [#""waiting":0"#, #""active":0"#, #""delayed":0"#, #""completed":1"#, #""by_priority":[]"#] {
                #expect(queue.contains(part), "\(queue)")
            }
            #expect(try cluster.curl(#"curl -s "$SLUICE_API_URL/stats/circuit-breaker""#).text == "[]\n")
        }

        /// Ten triggers in the middle of a campaign that keeps every device busy: none waits for what was there before
        /// it. How many milliseconds they take is the load test's to say.
        private func pastACampaign(_ cluster: TestCluster) async throws {
            try await cluster.query("UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000")
            try await startCampaign(cluster, subscribers: 10_000)
            try await eventually("the campaign to run", within: .seconds(60)) { try cluster.accepted() > 200 }
            try await startTriggers(cluster)
            let waiting = try await cluster.number(
                "SELECT count(*) FROM sequence_contacts WHERE kind = 'campaign' AND status = 'active'")
            #expect(waiting > 1_000, "the campaign was far from its end")
            try await cluster.query("UPDATE message_runs SET status = 'cancelled'")
        }

        private func startCampaign(_ cluster: TestCluster, subscribers: Int) async throws {
            try await cluster.query(
                """
                INSERT INTO meta_subscribers (page_id, user_id, user_name)
                SELECT 100, (4920000000000 + n)::text, 'Ann' FROM generate_series(1, $1) n
                """, [.int32(Int32(subscribers))])
            try await cluster.query("INSERT INTO meta_pages (page_id, page_name) VALUES (100, 'Shop')")
            try await cluster.query(
                """
                WITH flow AS (INSERT INTO flows (name, nodes, edges)
                    VALUES ('sale', '[{"id":"m","type":"message","data":{"text":"Sale"}}]', '[]') RETURNING id)
                INSERT INTO message_runs (page_ids, flow_id, status) SELECT '{100}', id, 'queued' FROM flow
                """)
        }

        private func startTriggers(_ cluster: TestCluster) async throws {
            try await cluster.query(
                """
                INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status)
                SELECT 1, (4915900000000 + n)::text, 100, f.id, 'queued' FROM flows f, generate_series(1, $1) n
                WHERE f.name = 'sale'
                """, [.int32(Self.triggers)])
            try await eventually("the triggers' messages", within: .seconds(20)) {
                try await cluster.number(
                    """
                    SELECT count(*) FROM sequence_contacts
                    WHERE kind = 'trigger' AND recipient LIKE '49159%' AND attempts > 0
                    """) == Int(Self.triggers)
            }
        }
    }
}
