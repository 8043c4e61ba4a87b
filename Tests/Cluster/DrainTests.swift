import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// Under load a shard node is drained, dies and comes back, and is undrained; the leader is drained and killed. The
    /// judge is the request log: nothing is unknown, nothing is sent twice.
    @Suite struct DrainTests {
        private static let devices = 40
        private static let leads = 2_400
        private static let steps = 2

        @Test func aDrainedNodeIsIdleThroughRestartsUntilItIsUndrained() async throws {
            let arguments = ["--latency", "fixed:250ms"]
            try await TestCluster.run(devices: Self.devices, simulator: arguments, limit: .seconds(240)) { cluster in
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = 1000, daily_cap = 1000, concurrent_cap = 2")
                try await cluster.capsAreKnown(concurrency: 2)
                try await cluster.addSequence("drain", steps: Self.steps)
                try await cluster.addLeads(Self.leads, trigger: "drain")
                try await eventually("every device to send", within: .seconds(30)) {
                    try cluster.senders(after: 0).count == Self.devices
                }
                let before = try await cluster.slotOwners()
                try await drain(cluster, from: before)
                try await dieDrained(cluster)
                try await moveTheLead(cluster)
                let undrained = try cluster.sluice("nodes", "undrain", "shard-2", "--wait")
                #expect(undrained.status == 0, "\(undrained.output)")
                #expect(try await cluster.slotOwners() == before, "every slot is back where it was")
                try await finish(cluster)
            }
        }

        private func drain(_ cluster: TestCluster, from before: [Int: String]) async throws {
            let start = Date.now.nanoseconds
            let drained = try cluster.sluice("nodes", "drain", "shard-2", "--reason", "new disk", "--wait", "--json")
            #expect(drained.status == 0, "\(drained.output)")
            #expect(drained.output.contains("\"slots\" : 0"), "\(drained.output)")
            let owners = try await cluster.slotOwners()
            #expect(owners.count == 4_096 && !owners.values.contains("shard-2"))
            #expect(owners.allSatisfy { before[$0.key] == "shard-2" || before[$0.key] == $0.value })
            let end = Date.now.nanoseconds
            try await eventually("every device to send from where it is now", within: .seconds(10)) {
                try cluster.senders(after: end).count == Self.devices
            }
            let pause = try cluster.pauses(since: start).values.max() ?? .zero
            print("drain: longest pause of a device \(pause)")
            #expect(pause <= .seconds(2))
            let status = try cluster.sluice("status")
            #expect(status.output.contains("shard, drained"), "\(status.output)")
            #expect(status.output.contains("SLU-110 nodes_drained"), "\(status.output)")
        }

        /// What has nothing leaves nothing behind when it is killed, and is given nothing when it is back.
        private func dieDrained(_ cluster: TestCluster) async throws {
            let newest = "SELECT max(incarnation) FROM node_leases WHERE node_name = 'shard-2'"
            let before = try await cluster.number(newest)
            try cluster.kill("shard-2")
            try await eventually("shard-2 to be back", within: .seconds(30)) {
                try await cluster.number(newest) > before
            }
            #expect(try await cluster.slotOwners().values.allSatisfy { $0 != "shard-2" })
        }

        /// The leader is drained and the other one leads; then that one is killed, and nobody leads who is drained.
        private func moveTheLead(_ cluster: TestCluster) async throws {
            let first = try await leader(of: cluster)
            let drained = try cluster.sluice("nodes", "drain", first, "--wait")
            #expect(drained.status == 0, "\(drained.output)")
            try await eventually("the other coordinator to lead", within: .seconds(5)) {
                let now = try await leader(of: cluster)
                return now != first && now != ""
            }
            let second = try await leader(of: cluster)
            let last = try cluster.sluice("nodes", "drain", second)
            #expect(last.status == 1 && last.output.contains("[last_node]"), "\(last.output)")
            try cluster.kill(second)
            try await eventually("a coordinator to lead", within: .seconds(20)) {
                try await leader(of: cluster) == second
            }
            #expect(try await cluster.slotOwners().values.allSatisfy { $0 != "shard-2" })
            #expect(try cluster.sluice("nodes", "undrain", first).status == 0)
        }

        /// Empty while nobody leads.
        private func leader(of cluster: TestCluster) async throws -> String {
            try await cluster.query(
                """
                SELECT coalesce((SELECT node_name FROM coordinator_lease c JOIN node_leases USING (incarnation)
                    WHERE c.expires_at > now()), '')
                """
            ).scalar(String.self)
        }

        private func finish(_ cluster: TestCluster) async throws {
            try await eventually("every contact to complete", within: .seconds(120)) {
                try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'completed'")
                    == Self.leads
            }
            #expect(try await cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'unknown'") == 0)
            let verdict = try await cluster.judge()
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.sends == Self.leads * Self.steps, "each message once: \(verdict.sends)")
            print("requests=\(verdict.sends)")
        }
    }
}
