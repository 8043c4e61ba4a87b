import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// A backup is made under load, sending goes on, the backup is put in the place of the database, under nodes that
    /// live.
    @Suite struct RestoreTests {
        private static let devices = 20
        private static let leads = 2_000
        private static let steps = 2
        private static let windows = ["SLUICE_HOUR_SECONDS": "4", "SLUICE_DAY_SECONDS": "8"]

        @Test func whatWasSentSinceTheBackupIsNotSentAgain() async throws {
            let arguments = ["--latency", "fixed:250ms"]
            try await TestCluster.run(
                devices: Self.devices, shards: 2, simulator: arguments, nodes: Self.windows, limit: .seconds(240)
            ) { cluster in
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = 10000, daily_cap = 10000, concurrent_cap = 2")
                try await cluster.capsAreKnown(concurrency: 2)
                try await cluster.addSequence("before", steps: Self.steps)
                try await cluster.addLeads(Self.leads, trigger: "before")
                try await eventually("some messages", within: .seconds(60)) { try cluster.accepted() >= 300 }
                try await cluster.backUp()
                let atBackup = try cluster.accepted()
                try await eventually("more messages", within: .seconds(60)) { try cluster.accepted() >= atBackup + 600 }
                try await cluster.restore()
                try await holdsStill(cluster)
                let unknown = try await confirm(cluster)
                try await goesOn(cluster, unknown: unknown)
                let verdict = try await cluster.judge()
                #expect(verdict.isClean, "\(verdict)")
                print("restore: sent since the backup \(try cluster.accepted() - atBackup), unknown \(unknown)")
            }
        }

        /// Every node has begun a new life, and none of them sends.
        private func holdsStill(_ cluster: TestCluster) async throws {
            try await eventually("the nodes' new lives", within: .seconds(40)) {
                try await cluster.number(
                    """
                    SELECT count(*) FROM node_leases JOIN node_fences f USING (incarnation)
                    WHERE expires_at > now() AND f.closed_at IS NULL AND incarnation > 1000000
                        AND f.role IN ('shard', 'coordinator')
                    """) == 4
            }
            let settled = Date.now.nanoseconds
            let term = try await cluster.number("SELECT term FROM coordinator_lease")
            #expect(term > 1_000_000)
            // The leader looks for shards every second while some report that it does not know.
            try await eventually("three seconds of the leader", within: .seconds(20)) {
                try await cluster.number(
                    "SELECT count(*) FROM node_leases WHERE renewed_at > started_at + interval '3 seconds'") >= 4
            }
            #expect(try await cluster.slotOwners().isEmpty)
            #expect(try !cluster.hasRequest(after: settled))
            let status = try cluster.sluice("status")
            #expect(status.status == 1 && status.output.contains("SLU-007 postgres_restored"), "\(status.output)")
        }

        /// Says that everything that is due may have been sent.
        private func confirm(_ cluster: TestCluster) async throws -> Int {
            let due = try await cluster.number(
                "SELECT count(*) FROM sequence_contacts WHERE status = 'active' AND next_trigger_time <= now()")
            #expect(due > 0)
            let confirmed = try cluster.sluice("restores", "confirm")
            #expect(confirmed.status == 0 && confirmed.output.contains("became unknown"), "\(confirmed.output)")
            #expect(try cluster.sluice("restores", "confirm").output.contains("[no_restore]"))
            let unknown = try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'unknown'")
            #expect(unknown >= due)
            #expect(try cluster.sluice("unknown", "list").output.contains("restored"))
            return unknown
        }

        /// New people are sent to, once the caps have been full for as long as nobody knew their use.
        private func goesOn(_ cluster: TestCluster, unknown: Int) async throws {
            // What the backup caught in flight holds its place until its deadline, two minutes: room beside it.
            try await cluster.query("UPDATE device_caps SET concurrent_cap = 4")
            try await cluster.addSequence("after", steps: 1)
            try await cluster.query(
                "INSERT INTO leads (phone, trigger) SELECT (4918000000000 + i)::text, 'after' FROM generate_series(1, 40) i"
            )
            let fresh = """
                SELECT count(*) FROM sequence_contacts c JOIN sequences s ON s.id = c.sequence_id
                WHERE s.name = 'after' AND c.status = 'completed'
                """
            try await eventually("the new people's messages", within: .seconds(60)) {
                try await cluster.number(fresh) == 40
            }
            let ended = "SELECT count(*) FROM sequence_contacts WHERE status IN ('completed', 'unknown')"
            #expect(try await cluster.number(ended) == Self.leads + 40)
            #expect(
                try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'unknown'") == unknown)
            #expect(try cluster.sluice("status").output.contains("SLU-007") == false)
        }
    }
}

extension TestCluster {
    private var name: String { URL(string: environment.databaseURL)?.lastPathComponent ?? "" }

    private func url(of database: String) throws -> String {
        var parts = try #require(URLComponents(string: environment.databaseURL))
        parts.path = "/" + database
        return try #require(parts.string)
    }

    /// A dump of the living database, restored beside it at once: `backup` is the database as it was now.
    fileprivate func backUp() async throws {
        try await query("CREATE DATABASE backup")
        let restored = try url(of: "backup")
        let script = "pg_dump --format=custom '\(environment.databaseURL)' | pg_restore --dbname='\(restored)'"
        let done = try Self.run(
            program: "/bin/bash", ["-euo", "pipefail", "-c", script], environment: [], seconds: 60)
        #expect(done.status == 0, "\(done.output)")
    }

    /// Puts the backup in the place of the database, as the runbook says: declare, then let the nodes in.
    fileprivate func restore() async throws {
        let declared = try Self.run(
            ["restores", "declare", "--reason", "the backup of this test"],
            environment: [(name: "DATABASE_URL", value: try url(of: "backup"))])
        #expect(declared.status == 0, "\(declared.output)")
        let configuration = try PostgresConfiguration(url(of: "postgres"), applicationName: "test", settings: [:])
        let database = name
        try await PostgresConnection.withConnection(configuration) { connection in
            // Nobody comes back in before it is done.
            for statement in [
                "ALTER DATABASE \(database) ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('\(database)', 'backup')",
                "ALTER DATABASE \(database) RENAME TO lost",
                "ALTER DATABASE backup RENAME TO \(database)",
            ] {
                _ = try await connection.query(statement, deadline: .seconds(30))
            }
        }
    }
}
