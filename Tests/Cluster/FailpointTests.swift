import Foundation
import PostgresDriver
import RequestLog
import SluiceFailpoints
import Synchronization
import TestSupport
import Testing

extension ClusterSuite {
    /// A process dies, or stops for longer than its lease, right before and after each step of the protocol, one step
    /// after the other while messages flow. The judge is the request log.
    ///
    /// Kills run always. `SLUICE_TEST_STOPS=1` adds the stops, which take some seconds each.
    @Suite struct FailpointTests {
        private static let kills = interleaved(Failpoint.all.filter { $0.action == .kill })
        private static let stops = interleaved(Failpoint.all.filter { $0.action == .stop })
        private static let hasStops = ProcessInfo.processInfo.environment["SLUICE_TEST_STOPS"] == "1"

        /// Short, so that many fit into a test, and in proportion.
        private static let timers = [
            "SLUICE_LEASE_MS": "1200", "SLUICE_RENEW_EVERY_MS": "250", "SLUICE_SELF_FENCE_MS": "850",
            "SLUICE_SEND_WITHIN_MS": "400", "SLUICE_CLAIM_MS": "4000", "SLUICE_SWEEP_MS": "1000",
        ]
        /// Longer than a lease.
        private static let stopped: Duration = .seconds(2)

        /// The leader's steps and the shards' in turn: one kind comes back while the other is hit.
        private static func interleaved(_ all: [Failpoint]) -> [Failpoint] {
            let half = (all.count + 1) / 2
            return zip(all.prefix(half), all.dropFirst(half)).flatMap { [$0, $1] }
                + all.prefix(half).dropFirst(all.count - half)
        }

        @Test func aNodeMayDieAtAnyStep() async throws { try await run(Self.kills, limit: .seconds(150)) }

        @Test(.enabled(if: hasStops, "SLUICE_TEST_STOPS=1 runs it"))
        func aNodeMayStopAtAnyStep() async throws { try await run(Self.stops, limit: .seconds(600)) }

        private func run(_ failpoints: [Failpoint], limit: Duration) async throws {
            let notes = try scratchFolder()
            defer { removeFolder(notes) }
            // All of them are noted as done at first; taking a note away arms its failpoint.
            for failpoint in failpoints { try Data().write(to: Self.note(of: failpoint, in: notes)) }
            var nodes = Self.timers
            nodes["SLUICE_FAILPOINTS"] = failpoints.map(\.description).joined(separator: ",")
            nodes["SLUICE_FAILPOINTS_NOTES"] = notes
            try await TestCluster.run(
                devices: 30, simulator: ["--latency", "fixed:40ms", "--late-accept", "1"], nodes: nodes, limit: limit
            ) { cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 1000, daily_cap = 1000")
                // What a killed node leaves unknown holds its device up no longer than this.
                try await cluster.query("UPDATE gateways SET http_timeout_ms = 2000, accepts_late_ms = 1000")
                try await cluster.addSequence("step", steps: 2)
                // A branch that everybody takes, so that contacts have to be decided.
                try await cluster.query(
                    """
                    INSERT INTO sequence_branches (step_id, position, condition, next_trigger)
                    SELECT id, 1, '{"field": "name", "starts_with": "Lead"}', 'step_2'
                    FROM sequence_steps WHERE trigger = 'step'
                    """)
                for (round, failpoint) in failpoints.enumerated() {
                    try await cluster.addLeads(60, trigger: "step", from: round * 60)
                    try await act(failpoint, in: notes, cluster)
                }
                try await finish(cluster, leads: failpoints.count * 60)
            }
        }

        private static func note(of failpoint: Failpoint, in folder: String) -> URL {
            URL(fileURLWithPath: folder).appending(path: failpoint.name)
        }

        /// Arms one and waits until somebody acted.
        private func act(_ failpoint: Failpoint, in notes: String, _ cluster: TestCluster) async throws {
            struct Note: Decodable {
                var node: String
                var pid: Int32
            }
            let started = ContinuousClock.now
            let path = Self.note(of: failpoint, in: notes)
            try FileManager.default.removeItem(at: path)
            let provoked = Mutex<Int?>(nil)
            try await eventually("\(failpoint)", within: .seconds(60)) {
                if FileManager.default.fileExists(atPath: path.path) { return true }
                let last = provoked.withLock { $0 }
                let next = try await provoke(failpoint.step, after: last, cluster)
                provoked.withLock { $0 = next }
                return false
            }
            let note = try JSONDecoder().decode(Note.self, from: Data(contentsOf: path))
            if failpoint.action == .stop {
                try await Task.sleep(for: Self.stopped)
                Glibc.kill(note.pid, SIGCONT)
            }
            print("\(failpoint) acted on \(note.node) after \(started.duration(to: .now))")
        }

        /// Most steps are on every message's way. The others need a reason: the leader, or a shard that has slots, ends.
        /// One that has just been started may have neither yet, or not know it yet, and end without the step. So the one
        /// that has run longest is told, each incarnation once, until the step is reached.
        ///
        /// - Parameter last: the incarnation that was told before.
        /// - Returns: the incarnation that has been told last.
        private func provoke(_ step: ProtocolStep, after last: Int?, _ cluster: TestCluster) async throws -> Int? {
            let (role, signal): (String, Int32)
            switch step {
            case .lead: (role, signal) = ("SELECT incarnation FROM coordinator_lease", SIGKILL)
            case .register, .fence, .assign, .takeOver: (role, signal) = ("SELECT owner FROM slot_owners", SIGKILL)
            case .handOver: (role, signal) = ("SELECT owner FROM slot_owners", SIGTERM)
            default: return last
            }
            let nodes = try await cluster.query(
                """
                SELECT incarnation, node_name FROM node_leases
                WHERE incarnation IN (\(role)) AND expires_at > clock_timestamp()
                    AND started_at < clock_timestamp() - interval '1 second'
                ORDER BY incarnation LIMIT 1
                """)
            guard let node = nodes.first else { return last }
            let incarnation = Int(try node.decode(Int64.self, at: 0))
            guard incarnation != last, let pid = try cluster.processID(node.decode(String.self, at: 1)) else {
                return last
            }
            Glibc.kill(pid, signal)
            return incarnation
        }

        private func finish(_ cluster: TestCluster, leads: Int) async throws {
            try await eventually("every contact to end", within: .seconds(90)) {
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE status IN ('completed', 'unknown')") == leads
            }
            let missing = try await cluster.missingKeys()
            #expect(missing.isEmpty, "moved on without an accepted request: \(missing.prefix(5))")
            let verdict = try await cluster.judge()
            #expect(verdict.isClean, "\(verdict)")
            let unknown = try await cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'unknown'")
            print("leads=\(leads) unknown=\(unknown) requests=\(verdict.sends)")
        }
    }
}
