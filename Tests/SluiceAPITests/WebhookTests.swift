import Crypto
import Foundation
import PostgresDriver
import SluiceAPI
import SluiceCore
import SluiceOperations
import TestSupport
import Testing

/// What gateways tell, to a server that has the rights of `sluice_api` and no more. Two workspaces have a device each at
/// the gateway `main`.
@Suite struct WebhookTests {
    private static let secret = "webhook-secret-of-main"
    private static let person = "4917000000001"
    private static let publicURL = "https://sluice.example.com"

    private static func with(
        _ change: @escaping @Sendable (inout APIConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningAPI) async throws -> Void
    ) async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
            $0.publicURL = publicURL
            change(&$0)
        } _: { api in
            try await api.fixture.sql.execute(
                script: """
                    INSERT INTO workspaces (id, name) VALUES ('north', 'North'), ('south', 'South'), ('west', 'West');
                    INSERT INTO gateways (id, dialect, base_url, credentials, is_default) VALUES
                        ('main', 'gowa', 'http://h', '{"webhook_secret": "\(secret)", "password": "hush"}', true),
                        ('bare', 'gowa', 'http://h', '{}', false), ('empty', 'gowa', 'http://h', '{"webhook_secret": ""}', false);
                    INSERT INTO user_devices (device_name, phone, jid, workspace_id) VALUES
                        ('n', '4916000000001', NULL, 'north'), ('s', NULL, '4916000000002:7@s.whatsapp.net', 'south'),
                        ('w', '4916000000003', NULL, 'west');
                    UPDATE device_caps SET gateway_id = 'bare'
                        WHERE device_id IN (SELECT id FROM user_devices WHERE device_name = 'w');
                    """)
            try await body(api)
        }
    }

    // MARK: Opting out and in

    @Test func aStopSuppressesWhereTheDeviceIs() async throws {
        try await Self.with { api in
            for workspace in ["north", "south"] {
                try await api.fixture.sql.query(
                    """
                    WITH s AS (INSERT INTO sequences (name, workspace_id) VALUES ($1, $1) RETURNING id)
                    INSERT INTO sequence_steps (sequence_id, workspace_id, day_number, trigger, is_entry_point, content)
                    SELECT id, $1, 1, $1, true, 'Hello' FROM s
                    """, [.string(workspace)])
                try await api.fixture.sql.query(
                    """
                    INSERT INTO sequence_contacts (sequence_id, contact_phone)
                    SELECT id, '+49 170 00000001' FROM sequences WHERE name = $1
                    """, [.string(workspace)])
            }
            let reply = try await api.hook(Self.event("Stop!"))
            #expect(reply.status == 200 && reply.data["taken"] as? Bool == true, "\(reply.text)")
            #expect(try await api.suppressions() == ["north \(Self.person) opted out by message"])
            let cancelled = try await api.fixture.sql.query(
                "SELECT workspace_id FROM sequence_contacts WHERE status = 'cancelled' AND last_error = 'suppressed'")
            #expect(try cancelled.column(String.self, at: 0) == ["north"])
            #expect(try await api.audit() == ["webhook:main suppressions.add \(Self.person) north"])
        }
    }

    @Test func aRepeatedWebhookDoesNothingMore() async throws {
        try await Self.with { api in
            let (stop, start) = (Self.event("stop", id: "A"), Self.event("start", id: "B"))
            let replies = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 { group.addTask { try await api.hook(stop).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies == Array(repeating: 200, count: 6))
            #expect(try await api.audit().count == 1)
            _ = try await api.hook(start)
            #expect(try await api.suppressions() == [])
            // The gateway did not hear the answer to the first one.
            _ = try await api.hook(stop)
            #expect(try await api.suppressions() == [])
            _ = try await api.hook(Self.event("stop", id: "C"))
            _ = try await api.hook(start)
            #expect(try await api.suppressions().count == 1, "a late repeat undoes no later word")
            #expect(try await api.audit().count == 3)
        }
    }

    @Test func aStartTakesBackNoOperatorsWord() async throws {
        try await Self.with { api in
            _ = try await api.session.addSuppression(Self.person, workspace: "north", reason: "asked by mail")
            _ = try await api.hook(Self.event("stop", id: "A"))
            _ = try await api.hook(Self.event("start", id: "B"))
            #expect(try await api.suppressions() == ["north \(Self.person) asked by mail"])

            // What the person said first becomes the operator's.
            _ = try await api.session.removeSuppression(Self.person, workspace: "north")
            _ = try await api.hook(Self.event("stop", id: "C"))
            #expect(try await api.session.addSuppression(Self.person, workspace: "north", reason: "asked by mail"))
            #expect(try await !api.session.addSuppression(Self.person, workspace: "north", reason: "again"))
            _ = try await api.hook(Self.event("start", id: "D"))
            #expect(try await api.suppressions() == ["north \(Self.person) asked by mail"])
        }
    }

    /// By name, by number, by JID; and when none fits, a stop holds where the gateway has devices at all.
    @Test(arguments: [
        (#""session_id":"n""#, ["north"]), (#""device_id":"4916000000002:9@s.whatsapp.net""#, ["south"]),
        (#""device_id":"s""#, ["south"]), (#""device_id":"4916000000003@s.whatsapp.net""#, ["north", "south"]),
        (#""x":1"#, ["north", "south"]),
    ])
    func whichDevice(told: String, workspaces: [String]) async throws {
        try await Self.with { api in
            _ = try await api.hook(Self.event("stop", id: "A", device: told))
            #expect(try await api.suppressions().map { String($0.prefix { $0 != " " }) } == workspaces)
            _ = try await api.hook(Self.event("start", id: "B", device: told))
            #expect(try await api.suppressions().isEmpty == (workspaces.count == 1), "a start goes by what fits only")
        }
    }

    @Test func itHoldsEverywhereWhenSoSet() async throws {
        try await Self.with {
            $0.optOutScope = .everywhere
            $0.optOutWords = OptOutWords(stop: ["halt"], start: ["weiter"])
        } _: { api in
            _ = try await api.hook(Self.event("stop", id: "A"))
            #expect(try await api.suppressions() == [])
            _ = try await api.hook(Self.event("Halt.", id: "B"))
            #expect(try await api.suppressions() == ["* \(Self.person) opted out by message"])
            _ = try await api.hook(Self.event("weiter", id: "C"))
            #expect(try await api.suppressions() == [])
        }
    }

    @Test(arguments: [
        event("please stop"), event("stop", from: "120363000000000001@g.us"), event("stop", from: "status@broadcast"),
        event("stop", from: "251556368777322@lid"), event("stop", isOwn: true),
        #"{"event":"message.ack","device_id":"n","payload":{"ids":["stop"],"body":7}}"#,
        #"{"event":"message","device_id":"n","payload":{"id":"A","from":"4917000000001@s.whatsapp.net","image":"a.jpg"}}"#,
    ])
    func whatIsNoWishIsTakenAndForgotten(body: String) async throws {
        try await Self.with { api in
            let reply = try await api.hook(body)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try await api.suppressions() == [])
            #expect(try await api.audit() == [])
        }
    }

    // MARK: Twilio

    @Test func twilioIsHeardAndAnsweredInTwiML() async throws {
        try await Self.with { api in
            for (number, to) in [
                ("whatsapp:+4917000000001", "whatsapp:+4916000000001"), ("+4917000000001", "+4916000000002"),
            ] {
                let form = [("MessageSid", "SM\(to)"), ("From", number), ("To", to), ("Body", "Unsubscribe")]
                let reply = try await api.twilio(form)
                #expect(reply.status == 200 && reply.text == "<Response/>", "\(reply.text)")
            }
            #expect(try await api.suppressions().map { String($0.prefix { $0 != " " }) } == ["north", "south"])
            // A status callback, and a sender without a number.
            #expect(try await api.twilio([("MessageSid", "SM1"), ("MessageStatus", "delivered")]).status == 200)
            #expect(try await api.twilio([("MessageSid", "SM2"), ("From", "ACME"), ("Body", "stop")]).status == 200)
            #expect(try await api.suppressions().count == 2)

            let elsewhere = try await api.twilio([("From", "+4917000000001")], signedFor: "https://else.example.com")
            #expect(elsewhere.status == 401 && elsewhere.code == "invalid_signature")
        }
        try await Self.with {
            $0.publicURL = nil
        } _: { api in
            let reply = try await api.twilio([("From", "+4917000000001"), ("Body", "stop")])
            #expect(reply.status == 401 && reply.code == "invalid_signature")
            #expect((reply.error["message"] as? String)?.contains("SLUICE_PUBLIC_URL") == true)
        }
    }

    // MARK: What is refused

    @Test func whoCannotSignIsNotHeard() async throws {
        try await Self.with { api in
            let stop = Self.event("stop")
            let good = RunningAPI.hubSignature(stop, Self.secret)
            let refused: [(path: String, headers: [String: String])] = [
                ("main", [:]), ("main", ["X-Hub-Signature-256": "sha256="]),
                ("main", ["X-Hub-Signature-256": RunningAPI.hubSignature(stop, "hush")]),
                ("main", ["X-Hub-Signature-256": RunningAPI.hubSignature(stop + " ", Self.secret)]),
                ("main", ["Authorization": "Bearer \(Self.secret)"]),
                ("bare", ["X-Hub-Signature-256": good]),
                ("bare", ["X-Hub-Signature-256": RunningAPI.hubSignature(stop, "")]),
                ("empty", ["X-Hub-Signature-256": RunningAPI.hubSignature(stop, "")]),
            ]
            for (path, headers) in refused {
                let reply = try await api.post(stop, to: "/webhooks/\(path)", headers: headers)
                #expect(reply.status == 401 && reply.code == "invalid_signature", "\(path) \(headers): \(reply.text)")
            }
            let unknown = try await api.post(stop, to: "/webhooks/other", headers: ["X-Hub-Signature-256": good])
            #expect(unknown.status == 404 && unknown.code == "unknown_gateway", "\(unknown.text)")
            #expect(try await api.suppressions() == [])
            // A key of the API is neither needed nor of use.
            _ = try await api.key([.admin], workspace: "*")
            #expect(try await api.hook(stop).status == 200)
        }
    }

    @Test func whatCannotBeReadIsSaid() async throws {
        try await Self.with { api in
            let cases: [(body: String, status: Int, code: String)] = [
                ("", 400, "invalid_json"), ("{", 400, "invalid_json"), ("[]", 400, "wrong_type"),
                ("{}", 400, "missing_field"), (#"{"event":"message"}"#, 400, "missing_field"),
                (#"{"event":"message","payload":{"body":7}}"#, 400, "wrong_type"),
                (String(repeating: " ", count: 70_000), 413, "body_too_large"),
            ]
            for item in cases {
                let reply = try await api.hook(item.body)
                #expect(
                    reply.status == item.status && reply.code == item.code, "\(item.body.prefix(80)): \(reply.text)")
            }
            let text = try await api.hook("{}", type: "text/plain")
            #expect(text.status == 415, "\(text.text)")
            let form = try await api.post(
                "a=%zz", to: "/webhooks/main", type: "application/x-www-form-urlencoded",
                headers: ["X-Twilio-Signature": "AAAA"])
            #expect(form.status == 400 && form.code == "invalid_form", "\(form.text)")
            #expect(try await api.get("/webhooks/main").status == 405)
        }
    }

    /// A lock that goes away in time is waited for, because Twilio would not ask again.
    @Test func aLockIsWaitedFor() async throws {
        try await Self.with {
            $0.database.settings["lock_timeout"] = "2s"
        } _: { api in
            let sql = api.fixture.sql
            var patient = api.fixture.database.configuration
            patient.settings["idle_in_transaction_session_timeout"] = "0"
            try await PostgresConnection.withConnection(patient) { other in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    try await other.withTransaction { holder in
                        try await holder.query("LOCK TABLE suppressions")
                        group.addTask { try await api.hook(Self.event("stop")).status }
                        for time in ["first", "second"] {
                            let now = try await sql.query("SELECT clock_timestamp()").scalar(PostgresTimestamp.self)
                            try await eventually("the lock to be waited for, for the \(time) time") {
                                try await sql.query(Self.isWaiting, [.timestamp(now)]).scalar(Bool.self)
                            }
                        }
                    }
                    #expect(try await group.next() == 200)
                }
            }
            #expect(try await api.suppressions().count == 1)
        }
    }

    /// Whether a transaction that began after an instant waits for a lock in this database. Each attempt has its own.
    private static let isWaiting = """
        SELECT EXISTS (SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND xact_start > $1)
        """

    fileprivate static func event(
        _ text: String, id: String = "A", from: String = "\(person):3@s.whatsapp.net",
        device: String = #""device_id":"4916000000001@s.whatsapp.net""#, isOwn: Bool = false
    ) -> String {
        let chat = from.hasPrefix(person) ? "\(person)@s.whatsapp.net" : from
        return """
            {"event":"message",\(device),"payload":{"id":"\(id)","chat_id":"\(chat)","from":"\(from)",\
            "is_from_me":\(isOwn),"body":"\(text)"}}
            """
    }
}

extension RunningAPI {
    static func hubSignature(_ body: String, _ secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What `main` posts.
    func hook(_ body: String, type: String = "application/json") async throws -> Reply {
        try await post(
            body, to: "/webhooks/main", type: type,
            headers: ["X-Hub-Signature-256": Self.hubSignature(body, "webhook-secret-of-main")])
    }

    /// What Twilio posts to `main` at an address with this query.
    func twilio(
        _ form: [(String, String)], query: String = "tag=a%20b", signedFor base: String = "https://sluice.example.com"
    ) async throws -> Reply {
        var signed = base + "/webhooks/main?" + query
        for (name, value) in form.sorted(by: { $0.0 < $1.0 }) { signed += name + value }
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data("webhook-secret-of-main".utf8)))
        let body = form.map { "\($0.0)=\($0.1.replacing("+", with: "%2B"))" }.joined(separator: "&")
        return try await post(
            body, to: "/webhooks/main?" + query, type: "application/x-www-form-urlencoded",
            headers: ["X-Twilio-Signature": Data(code).base64EncodedString()])
    }

    fileprivate func suppressions() async throws -> [String] {
        try await fixture.sql.query(
            "SELECT workspace_id || ' ' || phone || ' ' || reason FROM suppressions ORDER BY 1"
        ).column(String.self, at: 0)
    }

    fileprivate func audit() async throws -> [String] {
        try await fixture.sql.query(
            """
            SELECT actor || ' ' || action || ' ' || target || ' ' || (coalesce(after, before) ->> 'workspace')
            FROM audit_log WHERE action LIKE 'suppressions.%' ORDER BY id
            """
        ).column(String.self, at: 0)
    }
}
