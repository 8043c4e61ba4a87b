import Foundation
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing

/// What gateways tell of messages, to a server that has the rights of `sluice_api` and no more.
@Suite struct ReceiptTests {
    private static let contact = "00000000-0000-4000-8000-00000000000a"
    private static let person = "4917000000001"

    /// One message of the job `job_1`, through a device at the gateway `main`; `other` has none.
    private static func with(
        state: String = "sent", providerID: String? = "SM1",
        _ body: @escaping @Sendable (RunningAPI) async throws -> Void
    ) async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
            $0.publicURL = "https://sluice.example.com"
        } _: { api in
            let id = providerID.map { "'\($0)'" } ?? "NULL"
            try await api.fixture.sql.execute(
                script: """
                    INSERT INTO gateways (id, dialect, base_url, credentials, is_default) VALUES
                        ('main', 'twilio', 'http://h', '{"auth_token": "webhook-secret-of-main"}', true),
                        ('other', 'gowa', 'http://h', '{"webhook_secret": "webhook-secret-of-main"}', false);
                    INSERT INTO user_devices (device_name, phone) VALUES ('d', '4916000000001');
                    INSERT INTO sequence_contacts (id, workspace_id, kind, source_id, recipient, contact_phone, status)
                        VALUES ('\(contact)', 'default', 'scheduled', 'job_1', '\(person)', '\(person)', 'completed');
                    INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id,
                        cap_key, slot, epoch, incarnation, recipient, source_id, reserved_at, deadline, state, provider_id)
                    SELECT (now() AT TIME ZONE 'UTC')::date, '\(contact)', 1, 'default', 1, 0, 1, id, 'k', 1, 1, 1,
                        '\(person)', 'job_1', now(), now(), '\(state)', \(id) FROM user_devices;
                    DELETE FROM progress_intake;
                    """)
            try await body(api)
        }
    }

    @Test func orderAndRepetitionDoNotMatter() async throws {
        try await Self.with { api async throws in
            for (status, code, expected) in [
                ("queued", nil, "- - 0"), ("sent", nil, "- - 0"), ("undelivered", "30005", "undelivered 30005 1"),
                ("undelivered", "30006", "undelivered 30005 1"), ("failed", nil, "undelivered 30005 1"),
                ("delivered", nil, "delivered - 2"), ("sent", nil, "delivered - 2"),
                ("undelivered", "30005", "delivered - 2"), ("delivered", nil, "delivered - 2"),
            ] as [(String, String?, String)] {
                #expect(try await api.status(status, code: code) == 200)
                #expect(try await api.delivery() == expected, "after \(status)")
            }
            let metrics = try await api.get("/metrics").text
            for line in ["taken\"} 2", "repeated\"} 4"] {
                #expect(metrics.contains("sluice_api_receipts_total{verdict=\"\(line)"), "\(metrics)")
            }
        }
    }

    /// It may overtake the answer to the request, or come where there never was one.
    @Test(arguments: ["reserved", "unknown"]) func aReceiptNeedsNoAnswer(state: String) async throws {
        try await Self.with(state: state, providerID: nil) { api async throws in
            #expect(try await api.status("delivered") == 200)
            #expect(try await api.delivery() == "delivered - 1")
        }
    }

    @Test func whatIsAboutNoMessageOfTheGatewayChangesNothing() async throws {
        try await Self.with { api async throws in
            #expect(try await api.status("delivered", id: "SM2") == 200)
            #expect(try await api.status("delivered", attempt: "\(Self.contact).2.\(Self.today)") == 200)
            #expect(try await api.status("delivered", attempt: "x") == 200)
            // Signed by a gateway that has no device.
            let body = RunningAPI.acknowledgment("delivered", ids: ["SM1"])
            let other = try await api.post(
                body, to: "/webhooks/other",
                headers: ["X-Hub-Signature-256": RunningAPI.hubSignature(body, "webhook-secret-of-main")])
            #expect(other.status == 200, "\(other.text)")
            #expect(try await api.delivery() == "- - 0")
            let metrics = try await api.get("/metrics").text
            #expect(metrics.contains("sluice_api_receipts_total{verdict=\"unmatched\"} 4"), "\(metrics)")
        }
        try await Self.with(state: "failed", providerID: nil) { api async throws in
            #expect(try await api.status("delivered") == 200)
            #expect(try await api.delivery() == "- - 0", "what was refused was not delivered")
        }
    }

    @Test(arguments: [("delivered", "delivered - 1"), ("read", "delivered - 1"), ("retry", "- - 0")])
    func gowaNamesItsMessages(kind: String, expected: String) async throws {
        try await Self.with { api async throws in
            #expect(try await api.hook(RunningAPI.acknowledgment(kind, ids: ["3EB0", "SM1"])).status == 200)
            #expect(try await api.delivery() == expected)
        }
    }

    fileprivate static var today: Int { Int(Date.now.timeIntervalSince1970) / 86_400 }
}

extension RunningAPI {
    fileprivate func status(
        _ status: String, code: String? = nil, id: String = "SM1", attempt: String? = nil
    ) async throws -> Int {
        let day = try await fixture.sql.query("SELECT (day - date '1970-01-01')::int FROM send_ledger").scalar(
            Int32.self)
        var form = [("MessageSid", id), ("MessageStatus", status)]
        if let code { form.append(("ErrorCode", code)) }
        let query = "attempt=" + (attempt ?? "00000000-0000-4000-8000-00000000000a.1.\(day)")
        return try await twilio(form, query: query).status
    }

    fileprivate static func acknowledgment(_ kind: String, ids: [String]) -> String {
        let list = ids.map { #""\#($0)""# }.joined(separator: ",")
        return """
            {"event":"message.ack","device_id":"d","payload":{"ids":[\(list)],"chat_id":"4917000000001@s.whatsapp.net",\
            "from":"4917000000001@s.whatsapp.net","receipt_type":"\(kind)"}}
            """
    }

    /// How the message ended, why, and how often the leader was told.
    fileprivate func delivery() async throws -> String {
        try await fixture.sql.query(
            """
            SELECT coalesce(delivery, '-') || ' ' || coalesce(delivery_code, '-') || ' '
                || (SELECT count(*) FROM progress_intake) FROM send_ledger
            """
        ).scalar(String.self)
    }
}
