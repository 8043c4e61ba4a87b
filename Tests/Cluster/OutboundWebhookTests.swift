import Foundation
import PostgresDriver
import SluiceDev
import TestSupport
import Testing
import WebhookReceiving

extension ClusterSuite {
    /// What a user's program is told of messages, from the message to the call, whatever dies.
    @Suite struct OutboundWebhookTests {
        @Test func itIsToldAtLeastOnceAlsoWhenTheNodeDies() async throws {
            try await WebhookReceiver.with { receiver in
                try await TestCluster.run(devices: 1, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                    cluster in
                    let secret = try add(receiver, to: cluster)
                    try await cluster.addSequence("told", steps: 1)
                    try await cluster.addLeads(3, trigger: "told")
                    try await cluster.query(
                        """
                        INSERT INTO leads (phone, trigger) VALUES ('15550000412', 'told'), ('15550000400', 'told')
                        """)
                    try await eventually("everything to be told", within: .seconds(60)) {
                        receiver.types == ["message.failed": 1, "message.sent": 3, "message.unknown": 1]
                    }
                    #expect(receiver.calls.allSatisfy { $0.isSigned(with: secret) })
                    try await killedInBetween(cluster, receiver)
                    let listed = try cluster.sluice("webhooks", "list")
                    #expect(listed.output.contains("active"), "\(listed.output)")
                }
            }
        }

        private func add(_ receiver: WebhookReceiver, to cluster: TestCluster) throws -> String {
            let added = try cluster.sluice("webhooks", "add", receiver.url)
            let lines = added.output.split(separator: "\n")
            #expect(added.status == 0 && lines.count == 2, "\(added.output)")
            return String(lines[1])
        }

        /// The receiver has the call, and the node is dead before it has written that down.
        private func killedInBetween(_ cluster: TestCluster, _ receiver: WebhookReceiver) async throws {
            let pending = "SELECT count(*) FROM webhook_deliveries WHERE state = 'pending'"
            try await eventually("what was told to be written down") { try await cluster.number(pending) == 0 }
            let before = receiver.calls.count
            receiver.isAnswering(false)
            try await cluster.addLeads(1, trigger: "told", from: 100)
            try await eventually("the call", within: .seconds(30)) { receiver.calls.count == before + 1 }
            let dead = try cluster.kill("api-1")
            receiver.isAnswering(true)
            try await eventually("another process", within: .seconds(30)) {
                try cluster.processID("api-1").map { $0 != dead } ?? false
            }
            #expect(try await cluster.number(pending) == 1)
            // The dead one's claim, which nobody else touches until it is over.
            try await cluster.query("UPDATE webhook_deliveries SET next_at = now() WHERE state = 'pending'")
            try await eventually("the call to be repeated", within: .seconds(30)) {
                receiver.calls.count == before + 2
            }
            #expect(receiver.calls[before].id == receiver.calls[before + 1].id)
            #expect(receiver.calls[before].body == receiver.calls[before + 1].body)
            try await eventually("that to be written down") { try await cluster.number(pending) == 0 }
        }
    }
}

extension WebhookReceiver {
    /// How many events of each type it was told of.
    fileprivate var types: [String: Int] {
        let types = calls.compactMap { call in
            (try? call.json["type"] as? String).map { (call.id, $0) }
        }
        return Dictionary(grouping: Dictionary(types) { first, _ in first }.values, by: \.self).mapValues(\.count)
    }
}
