import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// A campaign that is entered while leaders die, and stopped while it is sent.
    @Suite struct CampaignTests {
        private static let subscribers = 30_000
        /// From the commit on: the promise, and how long after its reserve a request may arrive.
        private static let (stopsWithin, arrivesWithin) = (1.0, 2.0)

        @Test func everybodyIsEnteredOnceAndAStopHoldsAtOnce() async throws {
            try await TestCluster.run(
                devices: 8, shards: 2, simulator: ["--latency", "fixed:5ms"], limit: .seconds(240)
            ) { cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000")
                // Nothing is sent while people are entered.
                #expect(try cluster.sluice("pause", "--all", "--reason", "fan-out").status == 0)
                try await entered(page: 1, cluster) { leader in try cluster.kill(leader) }
                try await entered(page: 2, cluster) { leader in
                    // The former leader goes on where it stood, beside the one that follows it.
                    let pid = try #require(try cluster.processID(leader))
                    Glibc.kill(pid, SIGSTOP)
                    defer { Glibc.kill(pid, SIGCONT) }
                    try await eventually("another leader", within: .seconds(30)) {
                        try await self.leader(cluster) != leader
                    }
                }
                #expect(try cluster.sluice("resume", "--all").status == 0)
                try await paused(1, cluster)
                try await cancelled(1, cluster)
            }
        }

        private func leader(_ cluster: TestCluster) async throws -> String? {
            try await cluster.texts(
                "SELECT node_name FROM coordinator_lease JOIN node_leases USING (incarnation)"
            ).first
        }

        /// The leader falls out in the midst of it.
        private func entered(
            page: Int64, _ cluster: TestCluster, fault: @Sendable (String) async throws -> Void
        ) async throws {
            let run = try await cluster.addCampaign(subscribers: Self.subscribers, page: page)
            try await eventually("the first chunk", within: .seconds(30)) {
                try await cluster.number(
                    "SELECT count(*) FROM message_runs WHERE id = \(run) AND fan_out_after IS NOT NULL")
                    == 1
            }
            let leader = try #require(try await leader(cluster))
            try await fault(leader)
            try await eventually("everybody to be entered", within: .seconds(60)) {
                try await cluster.number(
                    "SELECT count(*) FROM message_runs WHERE id = \(run) AND fanned_out_at IS NOT NULL")
                    == 1
            }
            let people = try await cluster.texts(
                """
                SELECT count(*) || ' ' || count(DISTINCT recipient) FROM sequence_contacts
                WHERE kind = 'campaign' AND source_id = '\(run)'
                """)
            #expect(people == ["\(Self.subscribers) \(Self.subscribers)"])
        }

        private func paused(_ run: Int64, _ cluster: TestCluster) async throws {
            try await eventually("the campaign to run", within: .seconds(30)) { try cluster.accepted() > 300 }
            let command = try cluster.sluice("campaigns", "pause", "\(run)")
            #expect(command.status == 0 && command.output.contains("IN FLIGHT"), "\(command.output)")
            try await nothingIsSent(of: run, since: try await now(cluster), cluster)
            #expect(try cluster.sluice("campaigns", "resume", "\(run)").status == 0)
            let before = try await sent(run, cluster)
            try await eventually("the campaign to go on", within: .seconds(15)) {
                try await sent(run, cluster) > before + 100
            }
        }

        /// One statement, as people write it.
        private func cancelled(_ run: Int64, _ cluster: TestCluster) async throws {
            try await cluster.query("UPDATE message_runs SET status = 'cancelled' WHERE id = \(run)")
            try await nothingIsSent(of: run, since: try await now(cluster), cluster)
            try await eventually("the rest to be cancelled", within: .seconds(60)) {
                try await cluster.number(
                    "SELECT count(*) FROM message_runs WHERE id = \(run) AND completed_at IS NOT NULL")
                    == 1
            }
            let recounted = try await cluster.texts(
                """
                SELECT count(*) || ' ' || count(*) FILTER (WHERE status = 'completed') || ' '
                    || count(*) FILTER (WHERE status NOT IN ('completed', 'cancelled'))
                FROM sequence_contacts WHERE kind = 'campaign' AND source_id = '\(run)'
                """)
            let told = try await cluster.texts(
                "SELECT concat_ws(' ', total_messages, success_count, failure_count) FROM message_runs WHERE id = \(run)"
            )
            #expect(recounted == told)
            #expect(try await cluster.judge().isClean)
        }

        // MARK: Looking

        /// By the database's clock.
        private func now(_ cluster: TestCluster) async throws -> Double {
            try await cluster.query("SELECT extract(epoch FROM clock_timestamp())::float8").scalar(Double.self)
        }

        private func sent(_ run: Int64, _ cluster: TestCluster) async throws -> Int {
            try await cluster.number("SELECT count(*) FROM send_ledger WHERE source_id = '\(run)'")
        }

        private func nothingIsSent(of run: Int64, since stop: Double, _ cluster: TestCluster) async throws {
            try await eventually("what is in flight to end, and for what comes late to have come") {
                let open = try await cluster.number(
                    "SELECT coalesce(sum(n), 0) FROM in_flight_counts WHERE source_id = '\(run)'")
                let passed = try await now(cluster) - stop
                return open == 0 && passed > Self.stopsWithin + Self.arrivesWithin
            }
            let late = try await cluster.number(
                """
                SELECT count(*) FROM send_ledger
                WHERE source_id = '\(run)' AND extract(epoch FROM reserved_at) > \(stop + Self.stopsWithin)
                """)
            #expect(late == 0, "reserved later than a second after it was stopped")
            let recipients = Set(
                try await cluster.texts("SELECT recipient FROM send_ledger WHERE source_id = '\(run)'"))
            let last = Int64((stop + Self.stopsWithin + Self.arrivesWithin) * 1e9)
            let arrived = try cluster.acceptedMessages().filter { recipients.contains($0.recipient) }
            #expect(arrived.allSatisfy { $0.nanoseconds <= last })
        }
    }
}
