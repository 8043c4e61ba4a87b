import Foundation
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// A campaign that is entered while leaders die, and stopped while it is sent.
    @Suite struct CampaignTests {
        private static let subscribers = 120_000

        @Test func everybodyIsEnteredOnceAndAStopHoldsAtOnce() async throws {
            try await TestCluster.run(
                devices: 8, shards: 2, simulator: ["--latency", "fixed:5ms"], limit: .seconds(240)
            ) { cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000")
                // Nothing is sent while people are entered.
                #expect(try cluster.sluice("pause", "--all", "--reason", "fan-out").status == 0)
                try await cluster.enterCampaign(of: Self.subscribers, page: 1) { leader in try cluster.kill(leader) }
                try await cluster.enterCampaign(of: Self.subscribers, page: 2) { leader in
                    // The former leader goes on where it stood, beside the one that follows it.
                    let pid = try #require(try cluster.processID(leader))
                    Glibc.kill(pid, SIGSTOP)
                    defer { Glibc.kill(pid, SIGCONT) }
                    try await eventually("another leader", within: .seconds(30)) {
                        try await cluster.leader() != leader
                    }
                }
                #expect(try cluster.sluice("resume", "--all").status == 0)
                try await paused(1, cluster)
                try await cluster.cancelCampaign(1)
                #expect(try await cluster.judge().isClean)
            }
        }

        /// Of a large database it takes longer than a node gives a statement.
        @Test func aSlowForecastIsWaitedFor() async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1) { cluster in
                try await cluster.query(
                    """
                    INSERT INTO flows (name, nodes, edges)
                    VALUES ('hello', '[{"id":"a","type":"message","data":{"text":"Hello"}}]', '[]')
                    """)
                try await cluster.query("INSERT INTO meta_pages (page_id, page_name) VALUES (1, 'Shop')")
                try await cluster.query(
                    """
                    CREATE OR REPLACE FUNCTION sluice_page_sends(is_active boolean, blocked_until timestamptz)
                    RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3.5); RETURN true; END $$
                    """)
                let command = try cluster.sluice(
                    "campaigns", "start", "--flow", "hello", "--pages", "1", "--dry-run")
                #expect(command.status == 0, "\(command.output)")
                let answer = try cluster.curl(
                    """
                    curl -s "$SLUICE_API_URL/api/v1/campaigns/forecast" -H 'Content-Type: application/json' \
                        -d '{"flowId": "hello", "pageIds": [1]}'
                    """)
                #expect(answer.data["recipients"] as? Int == 0, "\(answer.text)")
            }
        }

        private func paused(_ run: Int64, _ cluster: TestCluster) async throws {
            try await eventually("the campaign to run", within: .seconds(30)) { try cluster.accepted() > 300 }
            let command = try cluster.sluice("campaigns", "pause", "\(run)")
            #expect(command.status == 0 && command.output.contains("IN FLIGHT"), "\(command.output)")
            try await cluster.nothingIsSent(of: run, since: try await cluster.clock())
            #expect(try cluster.sluice("campaigns", "resume", "\(run)").status == 0)
            let before = try await sent(run, cluster)
            try await eventually("the campaign to go on", within: .seconds(15)) {
                try await sent(run, cluster) > before + 100
            }
        }

        private func sent(_ run: Int64, _ cluster: TestCluster) async throws -> Int {
            try await cluster.number("SELECT count(*) FROM send_ledger WHERE source_id = '\(run)'")
        }
    }
}
