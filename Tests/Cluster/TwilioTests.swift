import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// SMS over Twilio's dialect, from the call of the API to what the gateway tells afterwards.
    @Suite struct TwilioTests {
        @Test func messageStatusReachesWhatBecameOfIt() async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await addGateway(cluster)
                // Delivered; told twice and out of order; not delivered; failed; and one whose answer never came.
                let expected = [
                    "+4915100000001": "delivered -", "+15550000220": "delivered -",
                    "+15550000221": "undelivered 30005", "+15550000222": "failed 30007",
                    "+15550000412": "delivered -", "+15550000404": "failed 21211",
                ]
                let jobs = Dictionary(
                    uniqueKeysWithValues: try expected.keys.map { ($0, try send($0, cluster)) })
                try await eventually("what became of the messages", within: .seconds(60)) {
                    try jobs.allSatisfy { to, job in try status(job, cluster) == expected[to] }
                }
                let shown = try cluster.sluice(
                    "messages", "show", try #require(jobs["+15550000221"]), "--workspace", "ws_sms")
                #expect(shown.output.contains("undelivered") && shown.output.contains("30005"), "\(shown.output)")
                let history = try cluster.sluice("history", "15550000221")
                #expect(history.output.contains("undelivered"), "\(history.output)")
                #expect(try cluster.accepted() == 5)
                #expect(try await cluster.judge().isClean)
                try await aForeignReceiptIsCounted(cluster)
            }
        }

        private func addGateway(_ cluster: TestCluster) async throws {
            try await cluster.query(
                """
                INSERT INTO gateways (id, dialect, base_url, credentials, http_timeout_ms, accepts_late_ms)
                VALUES ('sms', 'twilio', $1, jsonb_build_object('account_sid', 'AC1', 'auth_token', 'token',
                    'status_callback', $2::text), 2000, 100)
                """,
                [.string(cluster.environment.gatewayURL), .string("\(cluster.environment.apiURL)/webhooks/sms")])
            try await cluster.query(
                """
                INSERT INTO workspaces (id, name) VALUES ('ws_sms', 'SMS');
                """)
            try await cluster.query(
                """
                INSERT INTO user_devices (workspace_id, device_name, phone, min_delay_seconds, max_delay_seconds)
                VALUES ('ws_sms', '+15557654321', '+15557654321', 0, 0)
                """)
            try await cluster.query(
                """
                UPDATE device_caps SET gateway_id = 'sms', concurrent_cap = 6
                WHERE device_id = (SELECT id FROM user_devices WHERE device_name = '+15557654321')
                """)
        }

        private func send(_ to: String, _ cluster: TestCluster) throws -> String {
            let sent = try cluster.curl(
                #"""
                curl -s -X POST "$SLUICE_API_URL/api/trigger/send-sms" -H "Content-Type: application/json" \
                    -d '{"to": "\#(to)", "body": "Hello!", "workspaceId": "ws_sms", "fromNumber": "+15557654321"}'
                """#)
            return try #require(sent.data["jobId"] as? String, "\(sent.text)")
        }

        private func status(_ job: String, _ cluster: TestCluster) throws -> String {
            let told = try cluster.curl(
                #"curl -s "$SLUICE_API_URL/api/trigger/job-status?jobId=\#(job)&workspaceId=ws_sms""#)
            return "\(told.data["messageStatus"] as? String ?? "-") \(told.data["reason"] as? String ?? "-")"
        }

        /// Signed well, and about no message of ours.
        private func aForeignReceiptIsCounted(_ cluster: TestCluster) async throws {
            let answer = try cluster.curl(
                #"""
                url="$SLUICE_API_URL/webhooks/sms?attempt=00000000-0000-4000-8000-00000000000a.1.20000"
                sign=$(printf '%s' "${url}MessageSidSM1MessageStatusdelivered" | openssl dgst -sha1 -hmac token -binary | base64)
                curl -s -o /dev/null -w '{"data":{"status":%{http_code}}}' "$url" -H "X-Twilio-Signature: $sign" \
                    -d MessageSid=SM1 -d MessageStatus=delivered
                """#)
            #expect(answer.data["status"] as? Int == 200, "\(answer.text)")
            let metrics = try cluster.curl(#"curl -s "$SLUICE_API_URL/metrics" | grep sluice_api_receipts_total"#)
            #expect(metrics.text.contains(#"sluice_api_receipts_total{verdict="unmatched"} 1"#), "\(metrics.text)")
        }
    }
}
