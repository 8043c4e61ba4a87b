import Foundation
import Logging
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing
import WebhookReceiving

@testable import SluiceWebhooks

/// What users' programs are told, by a server that has the rights of `sluice_api` and no more, over real HTTP. Time is made
/// to pass in the tables.
@Suite struct OutboundWebhookTests {
    private static let contact = "00000000-0000-4000-8000-00000000000a"

    /// Attempts 1 to `attempts` of one contact are in the ledger, sent.
    private static func with(
        attempts: Int = 1, allowsPrivate: Bool = true,
        _ body: @escaping @Sendable (RunningAPI, WebhookReceiver) async throws -> Void
    ) async throws {
        try await WebhookReceiver.with { receiver in
            try await RunningAPI.with {
                $0.database.settings["role"] = DatabaseRole.api.rawValue
                $0.webhookPrivateAddresses = allowsPrivate
            } _: { api in
                try await api.fixture.sql.execute(
                    script: """
                        INSERT INTO workspaces (id, name) VALUES ('north', 'North');
                        INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch,
                            device_id, cap_key, slot, epoch, incarnation, recipient, source_id, reserved_at, deadline,
                            state, provider_id)
                        SELECT (now() AT TIME ZONE 'UTC')::date, '\(contact)', n, 'default', 1, n, 1, gen_random_uuid(),
                            'k', 1, 1, 1, '4917000000001', 'source-1', now(), now(), 'sent', 'P' || n
                        FROM generate_series(1, \(attempts)) n;
                        """)
                try await body(api, receiver)
            }
        }
    }

    @Test func eachIsToldOnceAndSigned() async throws {
        try await Self.with(attempts: 50) { (api, receiver) async throws in
            let added = try await api.session.addWebhook(receiver.url, events: [.sent], in: "default")
            let other = try await api.session.addWebhook(receiver.url, events: [.sent], in: "north")
            try await api.happens("message.sent", attempts: 50)
            try await api.happens("message.unknown", attempts: 1)
            try await eventually("all to be told") { receiver.calls.count == 50 }
            try await eventually("all to be noted") { try await api.states() == ["delivered 50"] }
            #expect(Set(receiver.calls.map(\.id)).count == 50)
            for call in receiver.calls {
                #expect(call.isSigned(with: added.secret) && !call.isSigned(with: other.secret))
                let json = try call.json
                #expect(json["id"] as? String == call.id && json["type"] as? String == "message.sent")
                let data = try #require(json["data"] as? [String: Any])
                #expect(data["to"] as? String == "4917000000001" && data["outcome"] as? String == "sent")
            }
            #expect(try await api.count("message_events") == 0)
        }
    }

    @Test func whatIsNotTakenIsToldAgainWithTheSameBytes() async throws {
        try await Self.with { (api, receiver) async throws in
            let webhook = try await api.session.addWebhook(receiver.url, events: [], in: "default").webhookId
            receiver.answer(500)
            try await api.happens("message.sent", attempts: 1)
            try await eventually("the first answer to be noted") {
                let line = try await api.session.webhook(webhook, in: "default")
                return line.failingSince != nil && line.pending == 1
            }
            receiver.answer(204)
            try await api.timePasses()
            try await eventually("it to be taken") { try await api.states() == ["delivered 1"] }
            #expect(receiver.calls.count == 2 && Set(receiver.calls.map(\.body)).count == 1)
            #expect(try await api.session.webhook(webhook, in: "default").failingSince == nil)

            // Asked for again it is the same event.
            let event = try #require(receiver.calls.first?.id)
            #expect(try await api.session.redeliverWebhook(webhook, event: event, in: "default") == 1)
            try await eventually("it to be told again") { receiver.calls.count == 3 }
            #expect(Set(receiver.calls.map(\.id)) == [event])
            await #expect(throws: OperationsError.self) {
                try await api.session.redeliverWebhook(webhook, event: "evt_other", in: "default")
            }
        }
    }

    @Test func oneThatTakesNothingIsSwitchedOffAndSaysSo() async throws {
        try await Self.with(attempts: 3) { (api, receiver) async throws in
            let webhook = try await api.session.addWebhook(receiver.url, events: [], in: "default").webhookId
            receiver.answer(503)
            try await api.happens("message.sent", attempts: 1)
            try await eventually("a first failure") {
                try await api.session.webhook(webhook, in: "default").failingSince != nil
            }
            try await api.fixture.sql.query(
                "UPDATE webhook_endpoints SET failing_since = now() - interval '3 days 1 minute'")
            try await api.timePasses()
            try await eventually("it to be switched off") {
                try await !api.session.webhook(webhook, in: "default").isActive
            }
            let line = try await api.session.webhook(webhook, in: "default")
            #expect(line.problem == "it took nothing for 3 days" && line.pending == 1)

            receiver.answer(200)
            _ = try await api.session.enableWebhook(webhook, in: "default")
            try await api.timePasses()
            try await eventually("what waited to be told") { try await api.states() == ["delivered 1"] }

            receiver.answer(410)
            try await api.happens("message.unknown", attempts: 1)
            try await eventually("one that is gone to be switched off") {
                try await api.session.webhook(webhook, in: "default").problem == "it answered 410: gone"
            }
            try await api.session.removeWebhook(webhook, in: "default")
            await #expect(throws: OperationsError.self) { try await api.session.webhook(webhook, in: "default") }
        }
    }

    @Test func whatARemovedOneWasToldIsForgottenInChunks() async throws {
        try await Self.with { (api, receiver) async throws in
            let removed = try await api.session.addWebhook(receiver.url, events: [], in: "default").webhookId
            let kept = try await api.session.addWebhook(receiver.url, events: [], in: "default").webhookId
            // More than are forgotten by one statement; nobody is to be told of them.
            try await api.fixture.sql.query(
                """
                INSERT INTO webhook_deliveries (endpoint_id, event_id, type, body, next_at)
                SELECT e, 'evt_' || n, 'message.sent', '{}', 'infinity'
                FROM unnest($1::text[]) e, generate_series(1, 20001) n
                """, [.stringArray([removed, kept])], deadline: .seconds(60))
            try await api.session.removeWebhook(removed, in: "default")
            #expect(try await api.session.webhooks(in: "default").map(\.webhookId) == [kept])
            await #expect(throws: OperationsError.self) { try await api.session.enableWebhook(removed, in: "default") }
            await #expect(throws: OperationsError.self) { try await api.session.removeWebhook(removed, in: "default") }
            let pool = PostgresPool(api.fixture.database.configuration)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run() }
                try await WebhookCourier(
                    database: pool, allowsPrivateAddresses: true, logger: Logger(label: "tests")
                ).tidy()
                group.cancelAll()
            }
            #expect(try await api.states() == ["pending 20001"])
            #expect(try await api.count("webhook_endpoints") == 1)
        }
    }

    @Test func aDeliveryIsGivenUpAndAllOfThoseAreToldAgain() async throws {
        try await Self.with { (api, receiver) async throws in
            let webhook = try await api.session.addWebhook(receiver.url, events: [], in: "default").webhookId
            receiver.answer(400)
            try await api.happens("message.sent", attempts: 1)
            // Not the first attempt, which is counted before it is made: its note would undo what follows.
            try await eventually("a first failure") {
                try await api.session.webhook(webhook, in: "default").failingSince != nil
            }
            try await api.fixture.sql.query("UPDATE webhook_deliveries SET attempts = 13")
            try await api.timePasses()
            try await eventually("it to be given up") { try await api.states(attempts: true) == ["failed 1 14"] }
            let page = try await api.session.webhookDeliveries(
                of: webhook, in: "default", state: "failed", after: nil, most: 10)
            #expect(page.deliveries.map(\.problem) == ["it answered 400"])
            receiver.answer(200)
            #expect(try await api.session.redeliverWebhook(webhook, event: nil, in: "default") == 1)
            try await api.timePasses()
            try await eventually("it to be taken") { try await api.states(attempts: true) == ["delivered 1 1"] }
        }
    }

    @Test func privateAddressesAreNotCalled() async throws {
        try await Self.with(allowsPrivate: false) { (api, receiver) async throws in
            let named = receiver.url.replacing("127.0.0.1", with: "localhost")
            for url in [receiver.url, named] {
                _ = try await api.session.addWebhook(url, events: [], in: "default")
            }
            try await api.happens("message.sent", attempts: 1)
            try await eventually("both to be refused") {
                try await api.fixture.sql.query(
                    "SELECT count(*) FROM webhook_deliveries WHERE problem = 'its address is not a public one'"
                ).scalar(Int64.self) == 2
            }
            #expect(receiver.calls.isEmpty)
        }
    }

    @Test func whatIsNoAddressIsRefused() async throws {
        try await Self.with { (api, _) async throws in
            for url in ["", "ftp://h/x", "https://", "https://u:p@h/x", "https://h/#x", "shop.example.com"] {
                await #expect(throws: OperationsError.self, "\(url)") {
                    try await api.session.addWebhook(url, events: [], in: "default")
                }
            }
            #expect(try await api.count("webhook_endpoints") == 0)
        }
    }

    @Test func anotherWorkspacesIsNotFound() async throws {
        try await Self.with { (api, receiver) async throws in
            let webhook = try await api.session.addWebhook(receiver.url, events: [], in: "default").webhookId
            let session = try api.session
            #expect(try await session.webhooks(in: "north").isEmpty)
            await #expect(throws: OperationsError.self) { try await session.webhook(webhook, in: "north") }
            await #expect(throws: OperationsError.self) { try await session.removeWebhook(webhook, in: "north") }
            await #expect(throws: OperationsError.self) { try await session.enableWebhook(webhook, in: "north") }
            await #expect(throws: OperationsError.self) {
                try await session.redeliverWebhook(webhook, event: nil, in: "north")
            }
        }
    }
}

extension RunningAPI {
    /// As the statement that settles a message writes it.
    fileprivate func happens(_ type: String, attempts: Int) async throws {
        try await fixture.sql.query(
            """
            INSERT INTO message_events (workspace_id, type, contact_id, attempt, day, at)
            SELECT workspace_id, $1, contact_id, attempt, day, now() FROM send_ledger WHERE attempt <= $2
            """, [.string(type), .int32(Int32(attempts))])
    }

    /// Everything that waits is due.
    fileprivate func timePasses() async throws {
        try await fixture.sql.query("UPDATE webhook_endpoints SET retry_at = '-infinity'")
        try await fixture.sql.query("UPDATE webhook_deliveries SET next_at = now() WHERE state = 'pending'")
    }

    fileprivate func states(attempts: Bool = false) async throws -> [String] {
        try await fixture.sql.query(
            """
            SELECT state || ' ' || count(*) || CASE WHEN $1 THEN ' ' || max(attempts) ELSE '' END
            FROM webhook_deliveries GROUP BY state ORDER BY state
            """, [.bool(attempts)]
        ).column(String.self, at: 0)
    }
}
