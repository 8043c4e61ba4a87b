import Foundation
import PostgresDriver
import SluiceAPI
import TestSupport
import Testing

/// Whatever is wrong with a request: a 4xx with a code and the field, nothing half-written, never a 500.
@Suite struct BadRequestTests {
    private struct Form: Sendable {
        var path: String
        /// Each field with a value that can be.
        var fields: [(name: String, value: String)]
        var isPut = false

        func body(_ name: String = "", _ value: String = "") -> String {
            let pairs = fields.map { "\"\($0.name)\":\($0.name == name ? value : $0.value)" }
            let more = fields.contains { $0.name == name } || name.isEmpty ? [] : ["\"\(name)\":\(value)"]
            return "{\((pairs + more).joined(separator: ","))}"
        }
    }

    private static let to = (name: "to", value: #""+49 151 2345678""#)
    private static let text = (name: "body", value: #""Hi""#)
    private static let workspace = (name: "workspaceId", value: #""default""#)
    private static let event = [
        (name: "eventId", value: "1"), (name: "contractorId", value: "1"),
        (name: "messageType", value: #""post_event_wrap_up""#),
    ]
    private static let forms = [
        Form(
            path: "/api/v1/enrollments", fields: [("phone", #""491512345678""#), ("trigger", #""welcome""#), workspace]),
        Form(path: "/api/trigger/send-sms", fields: [to, text, workspace]),
        Form(path: "/api/trigger/schedule-delay", fields: [to, text, workspace, ("delayMinutes", "600")]),
        Form(
            path: "/api/trigger/schedule-until",
            fields: [to, text, workspace, ("scheduledTime", #""2036-01-01T09:00:00+02:00""#)]),
        Form(path: "/api/trigger/cancel-job", fields: [("jobId", #""job_1""#), workspace]),
        Form(path: "/api/v1/jobs", fields: [("messages", #"[{"to":"491512345678","body":"Hi"}]"#), workspace]),
        Form(path: "/api/v1/schedules", fields: [to, text, workspace, ("cron", #""0 9 29 2 *""#)]),
        Form(path: "/api/v1/template-preview", fields: [text, ("values", #"{"a":"b"}"#), workspace]),
        Form(path: "/api/v1/templates/code", fields: [text, workspace], isPut: true),
        Form(path: "/api/v1/events/messages", fields: event),
        Form(
            path: "/api/v1/events/messages/batch",
            fields: [("messages", #"[{"eventId":1,"contractorId":1,"messageType":"x"}]"#)]),
        Form(path: "/api/v1/events/messages/preview", fields: event),
        Form(path: "/api/v1/events/1/plan", fields: [("contractorIds", "[1]")]),
        Form(path: "/api/v1/campaigns", fields: campaign + [("startAt", #""2036-01-01T09:00:00+02:00""#)]),
        Form(path: "/api/v1/campaigns/forecast", fields: campaign),
        Form(
            path: "/api/v1/triggers",
            fields: [
                ("flowId", #""hello""#), ("recipient", #""491512345678""#), ("triggerId", "7"), ("pageId", "1"),
                ("priority", "2"), ("context", #"{"a":1}"#), workspace,
            ]),
        Form(
            path: "/api/v1/sources/trigger/7/settings",
            fields: [
                ("ratePerMinute", "60"), ("quietHours", #""20:00-08:00""#), ("expiresAfter", #""2h""#), workspace,
            ]),
        Form(
            path: "/api/v1/flows",
            fields: [
                ("name", #""new""#), ("nodes", #"[{"id":"a","type":"message","data":{"text":"Hi"}}]"#), ("edges", "[]"),
                workspace,
            ]),
        Form(path: "/api/v1/flow-check", fields: [("nodes", "[]"), ("edges", "[]")]),
        Form(path: "/api/v1/flow-test", fields: [("flowId", #""hello""#), to, ("deviceId", #""d""#), workspace]),
        Form(
            path: "/api/v1/template-test",
            fields: [("template", #""code""#), to, ("values", #"{"a":"b"}"#), ("fromNumber", #""628111111111""#)]),
        Form(
            path: "/api/v1/webhooks",
            fields: [("url", #""https://example.com/sluice""#), ("events", #"["message.sent"]"#), workspace]),
    ]
    private static let campaign = [
        (name: "flowId", value: #""hello""#), (name: "pageIds", value: "[1]"), (name: "triggerId", value: "7"),
        (name: "priority", value: "5"), workspace,
    ]

    /// Of other types, empty, long, beyond all bounds, or of another language.
    private static let hostile = [
        "null", "-1", "1e308", "9223372036854775808", "true", #""""#, #"" ""#, #""a\u0000b""#, #""{name""#, "[]", "{}",
        "[1]", #"{"a":1}"#, #""'; DROP TABLE leads; --""#, #""\#(String(repeating: "x", count: 60_000))""#,
        #""2026-02-30T00:00:00Z""#, #""2026-01-01T09:00:00""#,
    ]

    /// What a request may have written, counted.
    private static let written = [
        "leads", "sequence_contacts", "scheduled_sms_jobs", "message_schedules", "message_templates", "event_messages",
        "workspaces", "work_intake", "enrollment_intake", "suppressions", "message_runs", "trigger_runs", "sources",
        "webhook_endpoints", "flows",
    ].map { "(SELECT count(*) FROM \($0))" }.joined(separator: " || ' ' || ")

    private static func withEvent(_ body: @escaping @Sendable (RunningAPI) async throws -> Void) async throws {
        try await RunningAPI.with(change: { $0.requestsPerSecond = 100_000 }) { api in
            _ = try await api.addSequence()
            try await api.fixture.sql.query("INSERT INTO events (id, name, starts_at) VALUES (1, 'Expo', now())")
            try await api.fixture.sql.query(
                "INSERT INTO contractors (id, name, phone) VALUES (1, 'Ann', '491510000001')")
            try await api.fixture.sql.query(
                """
                INSERT INTO flows (name, nodes, edges)
                VALUES ('hello', '[{"id":"a","type":"message","data":{"text":"Hello"}}]', '[]')
                """)
            try await api.fixture.sql.query("INSERT INTO meta_pages (page_id) VALUES (1)")
            try await body(api)
        }
    }

    @Test func noFieldOfAnyRequestBreaksAnything() async throws {
        try await Self.withEvent { api in
            for form in Self.forms {
                for name in form.fields.map(\.name) + ["nonsense"] {
                    for value in Self.hostile { try await Self.send(form, form.body(name, value), api) }
                }
            }
        }
    }

    private static func send(_ form: Form, _ body: String, _ api: RunningAPI) async throws {
        func state() async throws -> String { try await api.fixture.sql.query("SELECT \(written)").scalar(String.self) }
        let before = try await state()
        let reply = try await form.isPut ? api.put(body, to: form.path) : api.post(body, to: form.path)
        let comment = "\(form.path) \(body.prefix(200)): \(reply.text)"
        #expect(reply.status == 200 || 400..<500 ~= reply.status, "\(comment)")
        guard reply.status != 200 else { return }
        #expect(reply.code != nil && reply.error["message"] is String, "\(comment)")
        #expect(reply.field != nil || ["invalid_json", "body_too_large"].contains(reply.code), "\(comment)")
        #expect(try await state() == before, "half-written: \(comment)")
    }

    /// The cases that people have met, each by name.
    private static let named: [(path: String, body: String, status: Int, code: String, field: String?)] = [
        ("/api/trigger/send-sms", "{", 400, "invalid_json", nil),
        ("/api/trigger/send-sms", #"{"to":"491512345678","body":"x","too":"1"}"#, 400, "unknown_field", "too"),
        ("/api/trigger/send-sms", #"{"to":5,"body":"x"}"#, 400, "wrong_type", "to"),
        ("/api/trigger/send-sms", #"{"to":"nobody","body":"x"}"#, 422, "invalid_to", "to"),
        (
            "/api/trigger/send-sms", #"{"to":"491512345678","body":"x","workspaceId":""}"#, 422,
            "invalid_workspaceId", "workspaceId"
        ),
        (
            "/api/trigger/send-sms", #"{"to":"491512345678","mediaUrl":"cat.png"}"#, 422, "invalid_mediaUrl",
            "mediaUrl"
        ),
        (
            "/api/trigger/schedule-delay", #"{"to":"491512345678","body":"x","delayMinutes":-1}"#, 422,
            "invalid_delayMinutes", "delayMinutes"
        ),
        (
            "/api/trigger/schedule-until",
            #"{"to":"491512345678","body":"x","scheduledTime":"2036-01-01T09:00:00"}"#, 422,
            "invalid_scheduledTime", "scheduledTime"
        ),
        (
            "/api/v1/schedules", #"{"to":"491512345678","body":"x","cron":"0 0 30 2 *"}"#, 422, "invalid_cron",
            "cron"
        ),
        (
            "/api/v1/template-preview", #"{"body":"Hi {name}","values":{"nom":"Ann"}}"#, 422, "missing_value",
            "values.name"
        ),
        (
            "/api/v1/events/messages", #"{"eventId":9,"contractorId":1,"messageType":"post_event_wrap_up"}"#, 404,
            "unknown_event", "eventId"
        ),
        (
            "/api/v1/events/messages",
            #"{"eventId":1,"contractorId":1,"messageType":"speaker_alert","scheduledTime":"2036-01-01T09:00:00","messageContent":"{shoe}"}"#,
            422, "invalid_personalizationData", "personalizationData"
        ),
        ("/api/v1/enrollments", #"{"phone":"++--","trigger":"welcome"}"#, 422, "invalid_phone", "phone"),
        (
            "/api/v1/flows", #"{"name":"new","nodes":[{"id":"w","type":"wait","data":{"duration":0}}]}"#, 422,
            "flow_invalid", "nodes"
        ),
        ("/api/v1/campaigns", #"{"flowId":"hallo","pageIds":[1]}"#, 422, "unknown_flow", "flowId"),
        ("/api/v1/campaigns", #"{"flowId":"hello","pageIds":[1,1]}"#, 422, "invalid_pageIds", "pageIds"),
        ("/api/v1/campaigns", #"{"flowId":"hello","pageIds":[1,2]}"#, 422, "unknown_page", "pageIds"),
        ("/api/v1/campaigns/forecast", #"{"flowId":"hello","pageIds":[2]}"#, 422, "unknown_page", "pageIds"),
        ("/api/v1/campaigns", #"{"flowId":"hello","pageIds":[1.5]}"#, 400, "wrong_type", "pageIds"),
        (
            "/api/v1/triggers", #"{"flowId":"hello","recipient":"491512345678","pageId":1,"priority":1.5}"#, 400,
            "wrong_type", "priority"
        ),
        (
            "/api/v1/triggers", #"{"flowId":"hello","recipient":"491512345678","pageId":99999999999999999999}"#, 400,
            "wrong_type", "pageId"
        ),
        (
            "/api/v1/webhooks", #"{"url":"https://example.com/sluice","events":["message.eaten"]}"#, 400, "wrong_type",
            "events[0]"
        ),
        ("/api/v1/triggers", #"{"flowId":"hello","recipient":" "}"#, 422, "invalid_recipient", "recipient"),
        ("/api/v1/triggers", #"{"flowId":"hello","recipient":"x y"}"#, 422, "invalid_recipient", "recipient"),
        (
            "/api/v1/triggers", #"{"flowId":"hello","recipient":"491512345678","context":{"a":"\u0000"}}"#, 422,
            "invalid_context", "context"
        ),
        ("/api/v1/webhooks", #"{"url":"ftp://example.com/sluice"}"#, 422, "invalid_url", "url"),
        (
            "/api/v1/sources/trigger/7/settings", #"{"quietHours":"20:00"}"#, 422, "invalid_quietHours",
            "quietHours"
        ),
    ]

    @Test func eachHasACodeAndTheField() async throws {
        try await Self.withEvent { api in
            for wrong in Self.named {
                let reply = try await api.post(wrong.body, to: wrong.path)
                #expect(reply.status == wrong.status && reply.code == wrong.code, "\(wrong.body): \(reply.text)")
                #expect(reply.field == wrong.field, "\(wrong.body): \(reply.text)")
            }
        }
    }

    @Test func bodiesOfAMegabyteAreNotRead() async throws {
        try await Self.withEvent { api in
            let body = #"{"to":"491512345678","body":"\#(String(repeating: "x", count: 1 << 20))"}"#
            for form in Self.forms {
                let reply = try await form.isPut ? api.put(body, to: form.path) : api.post(body, to: form.path)
                #expect(reply.status == 413 && reply.code == "body_too_large", "\(form.path): \(reply.text)")
            }
        }
    }

    @Test func aNameIsANameWhateverItSays() async throws {
        try await Self.withEvent { api in
            let name = #"Robert'); DROP TABLE leads; --"#
            let reply = try await api.post(#"{"phone":"491512345678","trigger":"welcome","name":"\#(name)"}"#)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try await api.fixture.sql.query("SELECT name FROM leads").scalar(String.self) == name)
        }
    }

    @Test func questionsNameWhatIsWrongWithThem() async throws {
        try await RunningAPI.with { api in
            for question in [
                "events/messages?status=lost", "jobs?status=lost", "jobs?cursor=x", "jobs?limit=0",
                "events/upcoming?hours=-1", "campaigns?cursor=x", "sources?settingsOnly=yes", "messages?name=x",
                "messages?name=run_*&cursor=x",
            ] {
                let reply = try await api.get("/api/v1/\(question)")
                let isNamed = reply.code != nil && reply.field != nil
                #expect(400..<500 ~= reply.status && isNamed, "\(question): \(reply.text)")
            }
        }
    }
}
