import Foundation
import PostgresDriver
import TestSupport
import Testing

extension ClusterSuite {
    /// `sluice-loadtest run --cluster`: in a cluster with a user's devices and contacts, which must not notice.
    @Suite struct NamedClusterRunTests {
        private static let scenario = """
            regime = "fidelity"
            duration = "60s"
            [cluster]
            devices = 4
            [caps]
            hourly = 10
            [backlog]
            contacts = 30
            [targets]
            lost = "<= 0"
            duplicate = "<= 0"
            over_cap = "<= 0"
            cluster_cores = "<= 1"
            """

        /// Everything of the workspace `default`, in one text.
        private static let usersRows = """
            SELECT md5(string_agg(row::text, ' ' ORDER BY row::text)) FROM (
                SELECT to_jsonb(d) AS row FROM user_devices d UNION ALL SELECT to_jsonb(c) FROM sequence_contacts c
                UNION ALL SELECT to_jsonb(l) FROM leads l UNION ALL SELECT to_jsonb(s) FROM sequences s
                UNION ALL SELECT to_jsonb(g) FROM gateways g UNION ALL SELECT to_jsonb(c) FROM device_caps c
                UNION ALL SELECT to_jsonb(p) FROM pauses p UNION ALL SELECT to_jsonb(w) FROM workspaces w) rows
            """

        @Test func aRunBesideOthersTouchesNothingOfTheirs() async throws {
            let folder = try scratchFolder()
            defer { removeFolder(folder) }
            try Data(Self.scenario.utf8).write(to: URL(filePath: folder + "/tiny.toml"))
            let arguments = ["run", folder + "/tiny.toml", "--results", folder + "/results", "--cluster"]
            try await TestCluster.run(devices: 2, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.addSequence("later", steps: 1)
                try await cluster.query(
                    """
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, assigned_device_id, next_trigger_time)
                    SELECT s.id, '49123' || right(d.phone, 6), d.id, now() + interval '1 day'
                    FROM sequences s, user_devices d
                    """)
                try await eventually("the user's contacts to be in their lanes", within: .seconds(30)) {
                    try await cluster.number("SELECT count(*) FROM enrollment_intake") == 0
                }
                let before = try await cluster.query(Self.usersRows).scalar(String.self)
                func run(_ more: [String] = []) throws -> TestCluster.CommandResult {
                    try TestCluster.run(
                        program: Programs.folder + "/sluice-loadtest", arguments + [cluster.dataPath + "/env"] + more,
                        environment: [], seconds: 120)
                }

                let refused = try run()
                #expect(refused.status == 2, "\(refused.output)")
                #expect(
                    refused.output.contains("the cluster has 2 devices, 2 contacts and 0 leads"), "\(refused.output)")

                let done = try run(["--beside-others"])
                #expect(done.status == 1, "a target that cannot be measured there is missed: \(done.output)")
                for line in [
                    "tiny: sent=30 duplicate=0 lost=0 over_cap=0 unknown=0 waiting=0", "tiny lost 0 <= 0 pass",
                    "tiny cluster_cores not measured <= 1 NO", "all that was due was sent",
                ] {
                    #expect(done.output.contains(line), "\(done.output)")
                }
                #expect(try await cluster.query(Self.usersRows).scalar(String.self) == before)
                for table in ["send_ledger", "lanes", "contact_tallies"] {
                    let left = "SELECT count(*) FROM \(table) WHERE workspace_id = 'sluice-loadtest'"
                    #expect(try await cluster.number(left) == 0, "\(table)")
                }
            }
        }
    }
}
