import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    @Suite struct OptOutTests {
        private static let secret = "what-the-simulator-signs-with"
        /// Replies STOP to every message.
        private static let person = "15550000210"
        private static let steps = 6

        @Test func whoRepliesStopGetsNothingMore() async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.query(
                    "UPDATE gateways SET credentials = jsonb_build_object('webhook_secret', $1::text)",
                    [.string(Self.secret)])
                let hook = "\(cluster.environment.apiURL)/webhooks/dev"
                try await cluster.control("callback", #"{"url":"\#(hook)","secret":"\#(Self.secret)"}"#)
                try await cluster.addSequence("news", steps: Self.steps)
                // A second between two messages of the device, and two people: longer than a reply takes.
                try await cluster.query("UPDATE sequence_steps SET min_delay_seconds = 1, max_delay_seconds = 1")
                try await cluster.addLeads(1, trigger: "news")
                try await cluster.query(
                    "INSERT INTO leads (phone, trigger) VALUES ($1, 'news')", [.string(Self.person)])

                try await eventually("the suppression", within: .seconds(30)) {
                    try await cluster.number("SELECT count(*) FROM suppressions") == 1
                }
                try await eventually("what was on its way to have gone") {
                    try await cluster.number(
                        """
                        SELECT count(*) FROM sequence_contacts WHERE claim_state = 2 AND recipient = '\(Self.person)'
                        """) == 0
                }
                let before = try cluster.requests(to: Self.person)
                try await eventually("the other's messages", within: .seconds(60)) {
                    try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'completed'") == 1
                }
                #expect(try cluster.requests(to: Self.person) == before)
                #expect((1..<Self.steps).contains(before), "\(before) messages went before the reply was heard")

                let listed = try cluster.sluice("suppressions", "list", Self.person)
                #expect(listed.output.contains("default") && listed.output.contains("by message"), "\(listed.output)")
                let why = try cluster.sluice("why", Self.person)
                #expect(why.output.contains("suppressed"), "\(why.output)")
                let log = try String(
                    decoding: Data(contentsOf: URL(filePath: "\(cluster.dataPath)/logs/api-1.log")), as: UTF8.self)
                #expect(log.contains("heeded what somebody wished by message"))
                #expect(!log.contains(Self.person) && !log.contains(Self.secret))
            }
        }
    }
}

extension TestCluster {
    fileprivate func requests(to recipient: String) throws -> Int {
        var count = 0
        _ = try RequestLogReader(path: logPath).read { entry in
            if case .request(let request) = entry, request.recipient == recipient { count += 1 }
        }
        return count
    }
}
