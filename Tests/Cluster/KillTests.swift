import Foundation
import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// kill -9 of each kind of process while messages flow: nothing lost, nothing twice, caps kept, sending again in
    /// time.
    @Suite struct KillTests {
        private static let leads = 6_000
        private static let steps = 2
        /// From the kill to a request that only a cluster that works again can have sent.
        private static let limit: Duration = .seconds(10)

        /// How many of the kept counts, which statistics are made of, are not what the rows themselves say.
        private static let miscounted = """
            SELECT (SELECT count(*) FROM in_flight_counts) + count(*) FROM (
                SELECT kind, source_id, status, count(*) AS n FROM sequence_contacts GROUP BY 1, 2, 3) r
            FULL JOIN (
                SELECT kind, source_id, status, sum(n) AS n FROM contact_counts GROUP BY 1, 2, 3) c
                USING (kind, source_id, status)
            WHERE r.n IS DISTINCT FROM c.n
            """

        @Test(arguments: [["shard-1", "the leader", "api-1"], ["postgres", "nats", "gateway"]])
        func everyKindMayDie(_ victims: [String]) async throws {
            try await TestCluster.run(devices: 60, simulator: ["--latency", "fixed:150ms"], limit: .seconds(240)) {
                cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 1000, daily_cap = 1000")
                try await cluster.addSequence("kill", steps: Self.steps)
                try await cluster.addLeads(Self.leads, trigger: "kill")
                for victim in victims {
                    let before = try cluster.accepted()
                    try await eventually("sending", within: .seconds(20)) { try cluster.accepted() > before + 200 }
                    try await kill(victim, in: cluster)
                }
                try await finish(cluster)
            }
        }

        private func kill(_ victim: String, in cluster: TestCluster) async throws {
            let name = victim == "the leader" ? try await leader(of: cluster) : victim
            let started = ContinuousClock.now
            try cluster.kill(name)
            let killed = Int64(Date.now.timeIntervalSince1970 * 1e9)
            // Nobody is reserved for longer than D_send ahead, so a request a second and a half later is new work.
            try await eventually("new requests after \(victim) died", within: Self.limit) {
                try cluster.hasRequest(after: killed + 1_500_000_000)
            }
            if name.hasPrefix("shard") { try await devicesOfTheDeadSend(killed, cluster) }
            print("\(victim) died: sending \(started.duration(to: .now)) later")
        }

        /// A dead shard's devices are what matters, not the others', which never stopped: every device with work sends
        /// again.
        private func devicesOfTheDeadSend(_ killed: Int64, _ cluster: TestCluster) async throws {
            try await eventually("requests of every device", within: Self.limit) {
                var devices: Set<String> = []
                _ = try RequestLogReader(path: cluster.logPath).read { entry in
                    if case .request(let request) = entry, request.nanoseconds > killed + 1_500_000_000 {
                        devices.insert(request.device ?? "")
                    }
                }
                return devices.count == 60
            }
        }

        private func leader(of cluster: TestCluster) async throws -> String {
            try await cluster.query("SELECT node_name FROM coordinator_lease JOIN node_leases USING (incarnation)")
                .scalar(String.self)
        }

        private func finish(_ cluster: TestCluster) async throws {
            try await eventually("every contact to end", within: .seconds(120)) {
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE status NOT IN ('completed', 'unknown')") == 0
            }
            let unknown = try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'unknown'")
            let completed = try await cluster.number(
                "SELECT count(*) FROM sequence_contacts WHERE status = 'completed'")
            #expect(completed + unknown == Self.leads)
            #expect(try await cluster.number(Self.miscounted) == 0)
            let missing = try await cluster.missingKeys()
            #expect(missing.isEmpty, "moved on without an accepted request: \(missing.prefix(5))")
            let verdict = try await cluster.judge()
            #expect(verdict.isClean, "\(verdict)")
            print("completed=\(completed) unknown=\(unknown) requests=\(verdict.sends)")
        }
    }
}
