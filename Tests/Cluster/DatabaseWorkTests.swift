import TestSupport
import Testing

extension ClusterSuite {
    /// What a message costs the database must not grow unseen. Rates differ from machine to machine; rows, index
    /// entries, bytes and transactions of a message hardly do.
    @Suite struct DatabaseWorkTests {
        private static let contacts = 2_500
        private static let steps = 2
        /// A machine that is busy with something else only adds to the work, because statements take few rows each. So
        /// the best of some rounds counts, and one that is good enough is enough.
        private static let rounds = 3

        /// A tenth to a sixth above what was measured. Where the machine decides how many rows a statement takes, it is
        /// what batches of one or two would be.
        private static let mostPerEnrollment = DatabaseWork.Cost(
            rows: 4.6, indexEntries: 9, transactions: 0.1, bytes: 1_800, indexedUpdates: 1, entriesPerVersion: 2.9)
        private static let mostPerMessage = DatabaseWork.Cost(
            rows: 7, indexEntries: 9.6, transactions: 0.8, bytes: 2_750, indexedUpdates: 0.4, entriesPerVersion: 2.95)

        @Test func aMessageCostsNoMoreThanItDid() async throws {
            try await TestCluster.run(devices: 50, shards: 2, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await prepare(cluster)
                var tooMuch: [String] = []
                for round in 1...Self.rounds {
                    let enrollment = try await enroll(cluster, round)
                    let message = try await send(cluster)
                    print("enrolling a contact: \(enrollment)\nsending a message: \(message)")
                    tooMuch = enrollment.above(Self.mostPerEnrollment) + message.above(Self.mostPerMessage)
                    if tooMuch.isEmpty { return }
                }
                Issue.record("in each of \(Self.rounds) rounds something was above its bound; in the last: \(tooMuch)")
            }
        }

        /// Caps lifted, and nobody at work but the cluster.
        private func prepare(_ cluster: TestCluster) async throws {
            try await cluster.query("CREATE EXTENSION pg_walinspect")
            try await cluster.query("ALTER SYSTEM SET autovacuum = off")
            try await cluster.query("SELECT pg_reload_conf()")
            try await cluster.query(
                "UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000, concurrent_cap = 6")
            try await cluster.capsAreKnown(concurrency: 6)
            try await cluster.addSequence("work", steps: Self.steps)
        }

        /// From leads with a trigger to contacts in their lanes.
        private func enroll(_ cluster: TestCluster, _ round: Int) async throws -> DatabaseWork.Cost {
            try await cluster.query("INSERT INTO pauses (scope, reason) VALUES ('*', 'until all are enrolled')")
            let start = try await cluster.endOfLog()
            try await cluster.addLeads(Self.contacts, trigger: "work", from: round * Self.contacts)
            try await eventually("everybody to be enrolled", within: .seconds(60)) {
                try await looking(cluster, "SELECT count(*) FROM enrollment_intake") == 0
            }
            return try await cluster.databaseWork(since: start).shared(by: Self.contacts)
        }

        /// From due to settled, and the trigger off the lead: the cost of an attempt. An attempt that a busy machine
        /// held up for too long is made again later, so the last few are not waited for.
        private func send(_ cluster: TestCluster) async throws -> DatabaseWork.Cost {
            let start = try await cluster.endOfLog()
            let before = try await cluster.number(Self.settled)
            try await cluster.query("DELETE FROM pauses")
            try await eventually("the messages to be settled", within: .seconds(60)) {
                try await looking(cluster, Self.settled) - before >= Self.contacts * Self.steps * 98 / 100
            }
            try await eventually("the triggers to be taken off", within: .seconds(60)) {
                try await looking(cluster, "SELECT count(*) FROM completion_intake") == 0
            }
            let work = try await cluster.databaseWork(since: start)
            return work.shared(by: try await cluster.number(Self.settled) - before)
        }

        private static let settled = "SELECT count(*) FROM send_ledger WHERE state <> 'reserved'"

        /// A number, no more often than needed: each look is a connection and a snapshot, which is work as well.
        private func looking(_ cluster: TestCluster, _ sql: String) async throws -> Int {
            try await Task.sleep(for: .milliseconds(100))
            return try await cluster.number(sql)
        }
    }
}
