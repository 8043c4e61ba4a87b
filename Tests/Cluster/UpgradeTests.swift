import Foundation
import NATSDriver
import RequestLog
import SluiceDev
import Synchronization
import TestSupport
import Testing

extension ClusterSuite {
    /// Two builds side by side, and a schema that is migrated, under load.
    ///
    /// There is no earlier release yet. Its part is played by nodes of this build that say another version; that of a
    /// newer one by whoever repeats every message of the bus with fields that this build does not know, and by columns
    /// and a schema version that it does not know.
    @Suite struct UpgradeTests {
        private static let devices = 40
        private static let steps = 2
        private static let asOld = ["SLUICE_PRETEND_VERSION": "0.0.9"]

        @Test func anOldAndANewBuildWorkTogetherAndAreExchangedWithoutLoss() async throws {
            let arguments = ["--latency", "fixed:250ms"]
            try await TestCluster.run(
                devices: Self.devices, shards: 1, coordinators: 1, simulator: arguments, limit: .seconds(240)
            ) { cluster in
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = 10000, daily_cap = 10000, concurrent_cap = 2")
                let old = try ["shard", "shard", "coordinator"].enumerated().map { number, role in
                    try ExtraNode(role, "old-\(number)", cluster, changes: Self.asOld)
                }
                defer { for node in old { node.end() } }
                try await bothWork(cluster)
                try await cluster.addSequence("mixed", steps: Self.steps)
                let repeated = Counter()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await cluster.enterPeople(atOnce: Self.devices) }
                    group.addTask { try await cluster.repeatMessagesAsANewerBuild(counting: repeated) }
                    try await eventually("messages", within: .seconds(30)) { try cluster.accepted() > 200 }
                    try await exchange(old, in: cluster)
                    try migrate(cluster)
                    try await addWhatANewerSchemaHas(to: cluster)
                    try await anOldNodeStarts(in: cluster)
                    group.cancelAll()
                }
                #expect(repeated.value > 100, "messages of a newer build")
                try await finish(cluster)
            }
        }

        private func bothWork(_ cluster: TestCluster) async throws {
            try await eventually("both builds to own slots", within: .seconds(30)) {
                Set(try await cluster.slotOwners().values) == ["shard-1", "old-0", "old-1"]
            }
            try await eventually("the report of two versions", within: .seconds(15)) {
                try cluster.sluice("status").output.contains("SLU-108 mixed_versions")
            }
            try await cluster.capsAreKnown(concurrency: 2)
            // The leader leaves, and stands by when it is back.
            let leader = try #require(try cluster.processID("coordinator-1"))
            #expect(kill(leader, SIGTERM) == 0)
            try await eventually("the old coordinator to lead", within: .seconds(30)) {
                try await cluster.number(
                    """
                    SELECT count(*) FROM coordinator_lease c JOIN node_fences USING (incarnation)
                    WHERE node_name = 'old-2' AND c.expires_at > now()
                    """) == 1
            }
        }

        /// The old ones leave one after the other, the leader last.
        private func exchange(_ old: [ExtraNode], in cluster: TestCluster) async throws {
            for node in old {
                node.terminate()
                try await eventually("\(node.name) to leave", within: .seconds(30)) { !node.isRunning }
                #expect(node.exitStatus == 0)
            }
            try await eventually("every slot to be the new build's", within: .seconds(15)) {
                let owners = try await cluster.slotOwners()
                return owners.count == 4_096 && Set(owners.values) == ["shard-1"]
            }
            try await eventually("a report of one version", within: .seconds(15)) {
                try !cluster.sluice("status").output.contains("SLU-108")
            }
        }

        /// More than once, as impatient operators do.
        private func migrate(_ cluster: TestCluster) throws {
            for _ in 0..<2 {
                let migrated = try cluster.sluice("migrate")
                #expect(migrated.status == 0 && migrated.output.contains("nothing to do"), "\(migrated.output)")
            }
        }

        /// The tables of the next version, under the nodes of this one.
        private func addWhatANewerSchemaHas(to cluster: TestCluster) async throws {
            for table in ["sequence_contacts", "send_ledger", "device_caps", "node_leases", "claim_batches"] {
                try await cluster.query("ALTER TABLE \(table) ADD COLUMN of_the_next_version text DEFAULT 'x'")
            }
            let next = try await cluster.number("SELECT max(version) + 1 FROM sluice_schema")
            try await cluster.query("INSERT INTO sluice_schema (version, build) VALUES (\(next), '0.2.0')")
            let refused = try cluster.sluice("migrate")
            #expect(refused.status == 1, "an older build leaves a newer schema alone: \(refused.output)")
        }

        /// One that dies in the midst of an upgrade is started again, on the newer schema.
        private func anOldNodeStarts(in cluster: TestCluster) async throws {
            let node = try ExtraNode("shard", "old-3", cluster, changes: Self.asOld)
            defer { node.end() }
            try await eventually("an old node to own slots", within: .seconds(30)) {
                try await cluster.slotOwners().values.contains("old-3")
            }
            node.terminate()
            try await eventually("it to leave", within: .seconds(30)) { !node.isRunning }
        }

        private func finish(_ cluster: TestCluster) async throws {
            let people = try await cluster.number("SELECT count(*) FROM leads")
            try await eventually("everybody to get everything", within: .seconds(120)) {
                try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'completed'") == people
            }
            #expect(try await cluster.number("SELECT count(*) FROM sequence_contacts") == people)
            #expect(try await cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'unknown'") == 0)
            #expect(try await cluster.missingKeys().isEmpty)
            let verdict = try await cluster.judge()
            #expect(verdict.isClean, "\(verdict)")
            #expect(verdict.sends == people * Self.steps)
            print("upgrade: requests=\(verdict.sends)")
        }
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock(\.self) }

    func increase() { count.withLock { $0 += 1 } }
}

extension TestCluster {
    /// So many people twice a second, until cancelled.
    fileprivate func enterPeople(atOnce count: Int) async throws {
        for chunk in 0..<1_000 {
            try await addLeads(count, trigger: "mixed", from: chunk * count)
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Says every message of the bus once more, with fields of a newer version at its end, until cancelled.
    fileprivate func repeatMessagesAsANewerBuild(counting count: Counter) async throws {
        // Field 1000 as a number, field 1001 as a text.
        let unknown: [UInt8] = [0xC0, 0x3E, 0x96, 0x01, 0xCA, 0x3E, 3, 1, 2, 3]
        try await NATSConnection.withConnection(NATSOptions(url: environment.natsURL)) { nats in
            try await nats.withSubscription("sluice.default.>", mailbox: 4_096) { messages in
                for await message in messages where !message.payload.suffix(unknown.count).elementsEqual(unknown) {
                    // Questions are left alone: their answers have a place to go to.
                    guard message.reply == nil else { continue }
                    try nats.publish(message.subject, payload: message.payload + unknown)
                    count.increase()
                }
            }
        }
    }
}
