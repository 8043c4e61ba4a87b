import Foundation
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// Separate hosts, with TLS, nkeys, and the database's roles: under load a shard node joins, one leaves, and every
    /// node is restarted. What the gateways' logs say is compared with what the database says.
    @Suite(
        .enabled(
            if: HostCluster.isPossible,
            "needs root and network namespaces: `cluster/hosts/hosts check` says what is missing"))
    struct HostsTests {
        private static let devices = 24
        private static let leads = 6_000
        private static let rollingPause: Duration = .seconds(2)

        @Test func nodesJoinLeaveAndRollUnderLoad() async throws {
            let options = [
                "--shards", "2", "--devices", "\(Self.devices)", "--caps", "2000/2000/1", "--disk", "512m",
                "--gateway-option", "--latency", "--gateway-option", "fixed:250ms",
            ]
            try await HostCluster.run(options) { cluster in
                try load(cluster)
                let began = Date.now.nanoseconds
                let before = try status(cluster)
                let unchanged: Set = ["api-1", "coordinator-1", "coordinator-2"]
                #expect(Set(before.nodes.map(\.name)) == unchanged.union(["shard-1", "shard-2"]))

                try cluster.hosts("add-shard")
                try cluster.hosts("remove-shard", "shard-1")
                print(try cluster.hosts("roll", "--bin", try otherBuild(beside: cluster)))

                try await eventually("all nodes to answer by NATS", within: .seconds(15)) {
                    try status(cluster).nodes.allSatisfy { $0.state == "live" && $0.uptimeSeconds != nil }
                }
                let after = try status(cluster)
                #expect(Set(after.nodes.map(\.name)) == unchanged.union(["shard-2", "shard-3"]))
                #expect(Set(after.nodes.map(\.incarnation)).isDisjoint(with: before.nodes.map(\.incarnation)))
                #expect(after.leader != nil)

                let ended = Date.now.nanoseconds
                #expect(try cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'active'") > 0)
                let pauses = try cluster.longestPauses(since: began, until: ended)
                #expect(pauses.count == Self.devices)
                let longest = try #require(pauses.max { $0.value < $1.value })
                print("the longest pause was \(longest.value), of \(longest.key)")
                #expect(longest.value <= Self.rollingPause, "\(longest.key) paused for \(longest.value)")
                try await judge(cluster)
            }
        }

        /// Work for all devices, of which some has been sent when this returns.
        private func load(_ cluster: HostCluster) throws {
            try cluster.sql(
                """
                INSERT INTO sequences (name) VALUES ('roll');
                INSERT INTO sequence_steps (sequence_id, day_number, trigger, trigger_delay_hours, is_entry_point, content)
                    SELECT id, 1, 'roll', 0, true, 'Hello' FROM sequences;
                INSERT INTO leads (name, phone, device_id, trigger)
                    SELECT 'Lead ' || i, (4917000000000 + i)::text, d.id, 'roll' FROM generate_series(1, \(Self.leads)) i
                    JOIN (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n FROM user_devices) d
                        ON d.n = i % \(Self.devices);
                """)
            let sending = "SELECT count(DISTINCT device_id) FROM send_ledger WHERE state = 'sent'"
            let deadline = ContinuousClock.now + .seconds(30)
            while try cluster.number(sending) < Self.devices {
                guard ContinuousClock.now < deadline else { throw ClusterTestError("not all devices send") }
            }
        }

        /// A folder with this build under another path, as an upgrade would have it.
        private func otherBuild(beside cluster: HostCluster) throws -> String {
            let folder = try cluster.folder(named: "next")
            for program in ["sluice", "sluice-gateway-simulator"] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/\(program)", withDestinationPath: "\(Programs.folder)/\(program)")
            }
            return folder
        }

        private struct Status: Decodable {
            struct Node: Decodable {
                var name: String
                var state: String
                var incarnation: Int64
                var uptimeSeconds: Double?
            }

            struct Leader: Decodable { var name: String }

            var nodes: [Node]
            var leader: Leader?
        }

        private func status(_ cluster: HostCluster) throws -> Status {
            let text = try cluster.hosts("exec", "operator", "--", "sluice", "status", "--json")
            return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
        }

        /// Ends the work, lets what is under way end, and compares the two sides.
        private func judge(_ cluster: HostCluster) async throws {
            try cluster.sql("UPDATE sequence_contacts SET status = 'cancelled' WHERE status = 'active'")
            try await eventually("open requests to end") {
                try cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'reserved'") == 0
            }
            #expect(try cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'unknown'") == 0)
            let plan = CapPlan(standard: CapRules(hourly: 2_000, daily: 2_000, concurrency: 1))
            var accepted = 0
            for log in try cluster.requestLogs() {
                let verdict = try RequestLogJudge.judge(path: log, plan: plan)
                #expect(verdict.isClean, "\(verdict)")
                accepted += verdict.accepted
                print("\(verdict)")
            }
            #expect(accepted > 300)
            #expect(try cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'sent'") == accepted)
        }
    }
}
