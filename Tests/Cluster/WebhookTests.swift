import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// Devices on a gateway of the webhook dialect.
    @Suite struct WebhookTests {
        @Test func sendsTextAndMediaAndTakesDoneForSent() async throws {
            try await TestCluster.run(devices: 2, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.addWebhook()
                try await cluster.addSequence("hook", steps: 1)
                try await cluster.addSequence("picture", steps: 1)
                try await cluster.query(
                    """
                    UPDATE sequence_steps SET message_type = 'image', media_url = 'http://127.0.0.1/cat.png'
                    WHERE trigger = 'picture'
                    """)
                try await cluster.addLeads(4, trigger: "hook")
                // Accepted, but the connection is reset before the answer: unknown.
                try await cluster.query(
                    "INSERT INTO leads (phone, trigger) VALUES ('15550000411', 'hook'), ('4918000000001', 'picture')")
                try await eventually("the messages", within: .seconds(20)) {
                    try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'completed'") == 5
                }
                try await eventually("the unknown one") {
                    try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'unknown'") == 1
                }
                #expect(try cluster.webhookRequests().kinds == ["image": 1, "text": 5])
                #expect(try await cluster.missingKeys() == [], "each carries its message's id")

                // Before that the first message might still arrive, and a resend leaves the contact alone.
                try await eventually("the unknown one's deadline") {
                    try await cluster.number(
                        "SELECT count(*) FROM send_ledger WHERE state = 'unknown' AND deadline < now()") == 1
                }
                let resent = try cluster.sluice("unknown", "resend", "--all", "--yes")
                #expect(resent.status == 0 && !resent.output.contains("left alone"), "\(resent.output)")
                try await eventually("409 to count as sent", within: .seconds(20)) {
                    try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE status = 'completed'") == 6
                }
                #expect(
                    try cluster.webhookRequests().duplicates == 1,
                    "the receiver knew it by its Idempotency-Key")
                #expect(try cluster.accepted() == 6)
            }
        }

        @Test func wrongCredentialsHoldTheDevicesByNameAndFailNobody() async throws {
            try await TestCluster.run(devices: 2, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.addWebhook(credentials: #"{"token":"wrong"}"#)
                try await cluster.control("webhook", #"{"authorization":"Bearer right"}"#)
                try await cluster.addSequence("hook", steps: 1)
                try await cluster.addLeads(6, trigger: "hook")
                try await eventually("the devices' condition", within: .seconds(15)) {
                    try await cluster.number(
                        "SELECT count(*) FROM device_states WHERE state = 'credentials_refused'") == 2
                }
                let why = try cluster.sluice("why", "4917000000000")
                #expect(why.output.contains("device_credentials_refused"), "\(why.output)")
                let status = try cluster.sluice("status")
                #expect(status.status == 1 && status.output.contains("SLU-407"), "\(status.output)")
                #expect(
                    try await cluster.number(
                        "SELECT count(*) FROM sequence_contacts WHERE status = 'active' AND retry_count = 0") == 6)
                #expect(try cluster.accepted() == 0)

                try await cluster.query("UPDATE gateways SET credentials = '{\"token\":\"right\"}' WHERE id = 'hook'")
                try await eventually("the messages") { try cluster.accepted() == 6 }
            }
        }

        @Test func aReceiverThatIsMendedIsTriedAgain() async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.addWebhook()
                try await cluster.control("webhook", #"{"authorization":"Bearer other"}"#)
                try await cluster.addSequence("hook", steps: 1)
                try await cluster.addLeads(10, trigger: "hook")
                try await eventually("the device's condition", within: .seconds(15)) {
                    try await cluster.number(
                        "SELECT count(*) FROM device_states WHERE state = 'credentials_refused'") == 1
                }
                let refused = try cluster.webhookRequests().total
                try await eventually("one message to be tried", within: .seconds(20)) {
                    try cluster.webhookRequests().total == refused + 1
                }
                try await cluster.control("webhook", "{}")
                try await eventually("the messages", within: .seconds(45)) { try cluster.accepted() == 10 }
            }
        }

        @Test(arguments: ["gowa", "webhook"]) func addsAGatewayOfEachDialect(_ dialect: String) async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1) { cluster in
                let added = try cluster.sluice(
                    "gateways", "add", "another", "--dialect", dialect, "--base-url", "http://127.0.0.1:9/x")
                #expect(added.status == 0, "\(added.output)")
                #expect(
                    try await cluster.number(
                        "SELECT count(*) FROM gateways WHERE id = 'another' AND dialect = '\(dialect)'") == 1)
                let unknown = try cluster.sluice(
                    "gateways", "add", "third", "--dialect", "telex", "--base-url", "http://127.0.0.1:9/x")
                #expect(unknown.status == 1 && unknown.output.contains(dialect), "\(unknown.output)")
            }
        }
    }
}

extension TestCluster {
    /// What the request log says of webhook requests.
    struct WebhookRequests {
        var kinds: [String: Int] = [:]
        var duplicates = 0
        var total: Int { kinds.values.reduce(0, +) }
    }

    /// A gateway `hook` of the webhook dialect on the simulator, for all devices, with short time bounds. Returns when
    /// the shards know: what they send before that goes where it went before.
    func addWebhook(credentials: String = "{}") async throws {
        let added = try sluice(
            "gateways", "add", "hook", "--dialect", "webhook", "--base-url", "\(environment.gatewayURL)/webhook")
        #expect(added.status == 0, "\(added.output)")
        try await query(
            """
            UPDATE gateways SET http_timeout_ms = 2000, accepts_late_ms = 100, credentials = $1::text::jsonb WHERE id = 'hook'
            """, [.string(credentials)])
        try await query("UPDATE device_caps SET gateway_id = 'hook', concurrent_cap = 3")
        try await capsAreKnown(concurrency: 3)
    }

    func webhookRequests() throws -> WebhookRequests {
        var requests = WebhookRequests()
        _ = try RequestLogReader(path: logPath).read { entry in
            switch entry {
            case .request(let request) where request.dialect == "webhook": requests.kinds[request.kind, default: 0] += 1
            case .request: break
            case .response(let outcome): if outcome.verdict == .duplicate { requests.duplicates += 1 }
            }
        }
        return requests
    }
}
