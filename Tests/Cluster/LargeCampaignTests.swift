import Foundation
import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// A campaign of the size that people have, by `make campaign`: it takes minutes, so `make test` leaves it out.
    @Suite struct LargeCampaignTests {
        private static let subscribers = number("SLUICE_TEST_SUBSCRIBERS")

        private static func number(_ variable: String) -> Int? {
            ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
        }

        @Test(.enabled(if: subscribers != nil, "SLUICE_TEST_SUBSCRIBERS says how many; `make campaign`"))
        func itIsEnteredOnceThoughTheLeaderIsKilledAndCancelledHalfWay() async throws {
            let subscribers = try #require(Self.subscribers)
            // Half of them take minutes on a machine that does nothing else.
            let first = Self.number("SLUICE_TEST_CANCEL_AFTER") ?? subscribers / 2
            try await TestCluster.run(
                devices: 200, shards: 2, simulator: ["--latency", "0"], limit: .seconds(7_200)
            ) { cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 1000000, daily_cap = 1000000")
                #expect(try cluster.sluice("pause", "--all", "--reason", "fan-out").status == 0)
                let began = ContinuousClock.now
                let run = try await cluster.enterCampaign(of: subscribers, page: 1, within: .seconds(1_800)) { leader in
                    try await eventually("a part of them to be entered", within: .seconds(600)) {
                        try await entered(cluster) > subscribers / 4
                    }
                    try cluster.kill(leader)
                }
                say("entered \(subscribers), each once; the leader was killed after a quarter", since: began)

                let released = ContinuousClock.now
                #expect(try cluster.sluice("resume", "--all").status == 0)
                try await eventually("the first of them to be sent", within: .seconds(5_400)) {
                    try await Task.sleep(for: .seconds(1))
                    return try await sent(run, cluster) ?? 0 >= first
                }
                say("\(first) were sent", since: released)

                let cancelled = ContinuousClock.now
                try await cluster.cancelCampaign(run, within: .seconds(600))
                let verdict = try await cluster.judge()
                #expect(verdict.isClean, "\(verdict)")
                #expect(try await cluster.missingKeys().isEmpty)
                say("cancelled, judged; sent \(try cluster.accepted()) in all", since: cancelled)
            }
        }

        /// By the cursor, which is a subscriber's number here, and not by a count of what may be a million rows.
        private func entered(_ cluster: TestCluster) async throws -> Int {
            try await cluster.number(
                """
                SELECT coalesce(max(r.fan_out_after::bigint) - (SELECT user_id::bigint FROM meta_subscribers
                    ORDER BY page_id, user_id LIMIT 1), 0) FROM message_runs r
                """)
        }

        /// Nil where the database lets nobody in now: it has a million people to see to.
        private func sent(_ run: Int64, _ cluster: TestCluster) async throws -> Int? {
            do {
                return try await cluster.number("SELECT success_count FROM message_runs WHERE id = \(run)")
            } catch let error as PostgresError where error.kind == .connectionFailed {
                return nil
            }
        }

        private func say(_ what: String, since start: ContinuousClock.Instant) {
            print("\(what): \((ContinuousClock.now - start).formatted(.units(allowed: [.seconds], width: .narrow)))")
        }
    }
}
