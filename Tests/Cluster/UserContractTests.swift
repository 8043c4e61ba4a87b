import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// What people who come to Sluice type already, on one cluster: their SQL, their curl calls, their dashboards. The
    /// gateway's request log says what came of it.
    ///
    /// `docs/migrating.md` has the list of what they may rely on and which test shows each; what is shown elsewhere is not
    /// repeated here.
    @Suite struct UserContractTests {
        @Test func everythingThatPeopleTypeGoesOnWorking() async throws {
            try await TestCluster.run(
                devices: 8, shards: 2, coordinators: 1, simulator: ["--latency", "0"], limit: .seconds(240)
            ) { cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 1000, daily_cap = 1000")
                try await SequenceContract(cluster: cluster).check()
                try await RunContract(cluster: cluster).check()
                try await ScheduledCalls(cluster: cluster).check()
                try await ScheduledContract(cluster: cluster).check()
                try await EventContract(cluster: cluster).check()
                let verdict = try await cluster.judge()
                #expect(verdict.isClean, "\(verdict)")
                #expect(try await cluster.missingKeys().isEmpty)
                let status = try cluster.sluice("status")
                #expect(status.status == 0, "\(status.output)")
            }
        }
    }
}
