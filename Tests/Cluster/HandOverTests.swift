import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// Under load a shard node joins, leaves by SIGTERM, comes back and is killed. The judge is the request log; the
    /// slots' owners say who had to move.
    @Suite struct HandOverTests {
        private static let devices = 60
        private static let leads = 4_500
        private static let steps = 2
        private static let rollingPause: Duration = .seconds(2)

        @Test func aNodeJoinsLeavesAndDies() async throws {
            let arguments = ["--latency", "fixed:250ms"]
            try await TestCluster.run(devices: Self.devices, simulator: arguments, limit: .seconds(240)) { cluster in
                // An unknown holds its place for 1 + 3 + 2 s, so that the dead node's devices go on within the test.
                try await cluster.query("UPDATE gateways SET http_timeout_ms = 3000, accepts_late_ms = 2000")
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = 1000, daily_cap = 1000, concurrent_cap = 2")
                try await cluster.capsAreKnown(concurrency: 2)
                try await cluster.addSequence("move", steps: Self.steps)
                try await cluster.addLeads(Self.leads, trigger: "move")
                try await eventually("every device to send", within: .seconds(30)) {
                    try cluster.senders(after: 0).count == Self.devices
                }
                let before = try await cluster.slotOwners()
                #expect(Set(before.values) == ["shard-1", "shard-2", "shard-3"])

                let first = try ExtraNode("shard", "shard-4", cluster)
                defer { first.end() }
                try await join(first, cluster, from: before)
                try await leave(first, cluster, backTo: before)
                #expect(
                    try await cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'unknown'") == 0,
                    "a graceful move leaves no outcome unknown")

                let second = try ExtraNode("shard", "shard-4", cluster)
                defer { second.end() }
                try await join(second, cluster, from: before)
                second.end()
                try await settled("the kill", cluster, within: .seconds(15)) { $0 == before }
                try await everyDeviceSends("the kill", cluster, within: .seconds(15))
                try await finish(cluster)
            }
        }

        /// The new node gets its share, and nobody else gets anything.
        private func join(_ node: ExtraNode, _ cluster: TestCluster, from before: [Int: String]) async throws {
            let start = Date.now.nanoseconds
            try await settled("the join", cluster, within: .seconds(15)) { owners in
                owners.allSatisfy { $0.value == before[$0.key] || $0.value == node.name }
                    // Each slot is the fourth node's with a chance of 1/4: 1,024 of them, give or take 28.
                    && owners.values.count { $0 == node.name } >= 850
            }
            try await everyDeviceSends("the join", cluster, within: .seconds(10))
            let moved = try await cluster.slotOwners().filter { $0.value != before[$0.key] }
            #expect(moved.count <= 1_200 && Set(moved.values) == [node.name], "\(moved.count) slots moved")
            try pausesAreShort("the join", cluster, since: start)
        }

        /// Its slots go back to where they came from, and nobody else loses anything.
        private func leave(_ node: ExtraNode, _ cluster: TestCluster, backTo before: [Int: String]) async throws {
            let start = Date.now.nanoseconds
            node.terminate()
            try await settled("the leave", cluster, within: .seconds(15)) { $0 == before }
            try await eventually("the process to end", within: .seconds(10)) { !node.isRunning }
            #expect(node.exitStatus == 0)
            try await everyDeviceSends("the leave", cluster, within: .seconds(10))
            try pausesAreShort("the leave", cluster, since: start)
        }

        private func settled(
            _ event: String, _ cluster: TestCluster, within limit: Duration,
            _ isWanted: @escaping @Sendable ([Int: String]) -> Bool
        ) async throws {
            let start = ContinuousClock.now
            try await eventually("the slots to move after \(event)", within: limit) {
                let owners = try await cluster.slotOwners()
                return owners.count == 4_096 && isWanted(owners)
            }
            print("\(event): slots are where they belong after \(start.duration(to: .now))")
        }

        private func everyDeviceSends(_ event: String, _ cluster: TestCluster, within limit: Duration) async throws {
            let settled = Date.now.nanoseconds
            try await eventually("every device to send after \(event)", within: limit) {
                try cluster.senders(after: settled).count == Self.devices
            }
        }

        /// Since `start` no device with work had no request open for longer than a rolling upgrade may take.
        private func pausesAreShort(_ event: String, _ cluster: TestCluster, since start: Int64) throws {
            let pauses = try cluster.pauses(since: start)
            #expect(pauses.count == Self.devices)
            let longest = pauses.values.max() ?? .zero
            print("\(event): longest pause of a device \(longest)")
            #expect(longest <= Self.rollingPause, "\(event): a device paused for \(longest)")
        }

        private func finish(_ cluster: TestCluster) async throws {
            try await eventually("every contact to end", within: .seconds(120)) {
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE status NOT IN ('completed', 'unknown')") == 0
            }
            let unknown = try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'unknown'")
            // At most what the dead node had open: two requests of each of its devices.
            #expect(unknown <= Self.devices)
            #expect(try await cluster.number("SELECT count(*) FROM sequence_contacts") == Self.leads)
            let missing = try await cluster.missingKeys()
            #expect(missing.isEmpty, "moved on without an accepted request: \(missing.prefix(5))")
            let verdict = try await cluster.judge()
            #expect(verdict.isClean, "\(verdict)")
            print("unknown=\(unknown) requests=\(verdict.sends)")
        }
    }
}
