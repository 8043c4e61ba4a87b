import Foundation
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

/// Texts with placeholders: kept, looked at, and sent.
@Suite struct TemplateTests {
    private static let welcome = #"{"body": "Hello {firstName}, your code is {code}", "workspaceId": "default"}"#

    @Test func `a template is kept, previewed and sent`() async throws {
        try await RunningAPI.with { api in
            let saved = try await api.put(Self.welcome, to: "/api/v1/templates/welcome")
            #expect(saved.data["placeholders"] as? [String] == ["firstName", "code"], "\(saved.text)")
            let preview = try await api.post(
                #"{"template": "welcome", "values": {"firstName": "Ada", "code": "1234"}}"#,
                to: "/api/v1/template-preview")
            #expect(preview.data["body"] as? String == "Hello Ada, your code is 1234", "\(preview.text)")
            let loose = try await api.post(
                #"{"body": "Hi {a}", "values": {"a": "{b}"}}"#, to: "/api/v1/template-preview")
            #expect(loose.data["body"] as? String == "Hi {b}")

            let sent = try await api.post(
                #"{"to": "491512345678", "template": "welcome", "values": {"firstName": "Ada", "code": "1"}}"#,
                to: "/api/trigger/send-sms")
            #expect(sent.status == 200, "\(sent.text)")
            #expect(try await api.count("scheduled_sms_jobs WHERE body = 'Hello Ada, your code is 1'") == 1)
            // A text of one's own goes out as it is.
            _ = try await api.post(#"{"to": "491512345678", "body": "{raw}"}"#, to: "/api/trigger/send-sms")
            #expect(try await api.count("scheduled_sms_jobs WHERE body = '{raw}'") == 1)
        }
    }

    @Test func `templates are listed, replaced and deleted, each workspace its own`() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query("INSERT INTO workspaces (id, name) VALUES ('w2', 'w2')")
            for name in ["a", "b%20c", "d"] { _ = try await api.put(Self.welcome, to: "/api/v1/templates/\(name)") }
            let replaced = try await api.put(#"{"body": "New"}"#, to: "/api/v1/templates/a")
            #expect(replaced.data["placeholders"] as? [String] == [], "\(replaced.text)")
            let first = try await api.get("/api/v1/templates?limit=2")
            let names = try #require(first.data["templates"] as? [[String: any Sendable]], "\(first.text)")
            #expect(names.map { $0["name"] as? String } == ["a", "b c"])
            #expect(first.data["nextCursor"] as? String == "b c")
            #expect(try await api.get("/api/v1/templates/a").data["body"] as? String == "New")

            let key = try await api.key([.admin], workspace: "w2")
            for reply in [
                try await api.get("/api/v1/templates/a", headers: key),
                try await api.delete("/api/v1/templates/a", headers: key),
                try await api.put(Self.welcome, to: "/api/v1/templates/a", headers: key),
            ] { #expect(reply.status == 404, "\(reply.text)") }
            let own = try await api.key([.admin])
            #expect(try await api.delete("/api/v1/templates/a", headers: own).status == 200)
            #expect(try await api.get("/api/v1/templates/a", headers: own).status == 404)
            #expect(try await api.count("message_templates") == 2)
        }
    }

    @Test func `what cannot be is named`() async throws {
        try await RunningAPI.with { api in
            _ = try await api.put(Self.welcome, to: "/api/v1/templates/welcome")
            for (body, code, field) in [
                (#"{"body": "Hi {first name}"}"#, "invalid_body", "body"), (#"{"body": "{"}"#, "invalid_body", "body"),
                (#"{"body": " "}"#, "invalid_body", "body"), (#"{"text": "Hi"}"#, "unknown_field", "text"),
                (#"{"body": "Hi", "workspaceId": "w"}"#, "unknown_workspace", "workspaceId"),
            ] {
                let reply = try await api.put(body, to: "/api/v1/templates/other")
                #expect(reply.code == code && reply.field == field, "\(body): \(reply.text)")
            }
            for (body, code, field) in [
                (#"{"template": "welcome", "values": {"firstName": "Ada"}}"#, "missing_value", "values.code"),
                (#"{"template": "none"}"#, "unknown_template", "template"), ("{}", "invalid_body", "body"),
                (#"{"template": "welcome", "body": "Hi"}"#, "invalid_body", "body"),
                (#"{"body": "{a}", "values": {"a": " "}}"#, "invalid_values", "values"),
                (#"{"body": "{a}", "values": {"a": 1}}"#, "wrong_type", "values.a"),
            ] {
                let reply = try await api.post(body, to: "/api/v1/template-preview")
                #expect((400..<500).contains(reply.status), "\(body): \(reply.text)")
                #expect(reply.code == code && reply.field == field, "\(body): \(reply.text)")
            }
            let missing = try await api.post(
                #"{"to": "491512345678", "template": "welcome"}"#, to: "/api/trigger/send-sms")
            #expect(missing.status == 422 && missing.field == "values.firstName", "\(missing.text)")
            #expect(try await api.count("scheduled_sms_jobs") == 0)
            #expect(try await api.count("message_templates") == 1)
        }
    }
}
