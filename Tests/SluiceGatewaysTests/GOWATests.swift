import SluiceCore
import TestSupport
import Testing

@testable import SluiceGateways

@Suite struct GOWATests {
    private let adapter = GOWA()

    @Test func textIsJSON() throws {
        let device = makeDevice("gowa", credentials: ["username": "user", "password": "pass"])
        guard case .request(let request) = adapter.request(for: makeReservation(), on: device) else {
            Issue.record("no request")
            return
        }
        #expect(request.method == .post)
        #expect(request.path == "/send/message")
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"message":"\#(secretText)","phone":"60123456789"}"#)
        #expect(request.headers.contains(HeaderField("X-Device-Id", "session-7")))
        #expect(request.headers.contains(HeaderField("Authorization", "Basic dXNlcjpwYXNz")))
        #expect(request.headers.contains(HeaderField("Content-Type", "application/json")))
    }

    @Test(arguments: [
        (MessageContent.Kind.image, "/send/image", "image_url"), (.video, "/send/video", "video_url"),
        (.document, "/send/file", "file_url"),
    ])
    func mediaIsAForm(kind: MessageContent.Kind, path: String, field: String) throws {
        let content = MessageContent(kind: kind, text: "caption", mediaURL: "https://example.com/a.bin")
        guard
            case .request(let request) = adapter.request(for: makeReservation(content: content), on: makeDevice("gowa"))
        else {
            Issue.record("no request")
            return
        }
        #expect(request.path == path)
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(body.contains("name=\"\(field)\"\r\n\r\nhttps://example.com/a.bin\r\n"))
        #expect(body.contains("name=\"caption\"\r\n\r\ncaption\r\n"))
        #expect(body.contains("name=\"phone\"\r\n\r\n60123456789\r\n"))
    }

    @Test(arguments: [
        (
            MessageContent(kind: .audio, text: "words", mediaURL: "https://example.com/a.mp3"), "60123",
            "unsupported_media"
        ),
        (MessageContent(kind: .image, text: "", mediaURL: nil), "60123", "unsupported_media"),
        (MessageContent(kind: .text, text: "a", mediaURL: nil), "0123", "invalid_recipient"),
        (MessageContent(kind: .text, text: "a", mediaURL: nil), "", "invalid_recipient"),
    ])
    func whatItCannotSay(content: MessageContent, recipient: String, code: String) {
        let reservation = makeReservation(content: content, recipient: recipient)
        guard case .refused(let refusal) = adapter.request(for: reservation, on: makeDevice("gowa")) else {
            Issue.record("a request was made")
            return
        }
        #expect(Outcome.refused(refusal).summary == "refused \(code) free permanent")
    }

    @Test(arguments: [
        (200, #"{"code":"SUCCESS","message":"ok","results":{"message_id":"3EB0","status":"s"}}"#, "sent 3EB0"),
        (200, #"{"code":"SUCCESS","message":"ok","results":{"status":"s"}}"#, "unknown malformed_response"),
        (200, #"{"code":"SUCCESS","results":{"message_id":7}}"#, "unknown malformed_response"),
        (200, #"{"status":false}"#, "unknown malformed_response"),
        (200, #"{"code":"INVALID_JID"}"#, "unknown malformed_response"),
        (201, "", "unknown malformed_response"),
        (204, "", "unknown malformed_response"),
        (302, "", "unknown http_302"),
        (400, #"{"code":"DEVICE_ID_REQUIRED"}"#, "refused DEVICE_ID_REQUIRED charged device not_found"),
        (404, #"{"code":"DEVICE_NOT_FOUND"}"#, "refused DEVICE_NOT_FOUND charged device not_found"),
        (
            401,
            #"{"code":"AUTHENTICATION_ERROR","message":"you are not connect to services server, please reconnect"}"#,
            "refused not_connected charged device disconnected"
        ),
        (
            401, #"{"code":"AUTHENTICATION_ERROR","message":"you are not logged in"}"#,
            "refused not_logged_in charged device logged_out"
        ),
        (401, "Unauthorized", "refused wrong_credentials charged device credentials_refused"),
        (
            400, #"{"code":"VALIDATION_ERROR","message":"phone: 60123456789"}"#,
            "refused VALIDATION_ERROR charged permanent"
        ),
        (400, #"{"code":"INVALID_JID"}"#, "refused INVALID_JID charged permanent if repeated"),
        (429, #"{"code":"WA_REACHOUT_TIMELOCK"}"#, "refused WA_REACHOUT_TIMELOCK charged permanent"),
        (429, "slow", "refused http_429 charged retry"),
        (
            503, #"{"code":"DEVICE_MANAGER_UNAVAILABLE"}"#,
            "refused DEVICE_MANAGER_UNAVAILABLE charged device disconnected"
        ),
        (504, #"{"code":"GATEWAY_TIMEOUT"}"#, "unknown GATEWAY_TIMEOUT"),
        (500, #"{"code":"INTERNAL_SERVER_ERROR"}"#, "unknown INTERNAL_SERVER_ERROR"),
        (500, #"{"code":"UPLOAD_MEDIA_ERROR"}"#, "refused UPLOAD_MEDIA_ERROR charged retry"),
        (500, #"{"code":"60123456789"}"#, "unknown http_500"),
        (502, "<html>Bad Gateway</html>", "unknown http_502"),
        (404, "Cannot POST /send/message", "refused no_such_endpoint charged device not_found"),
        (408, #"{"code":"CONTEXT_ERROR"}"#, "unknown CONTEXT_ERROR"),
    ])
    func answers(status: Int, body: String, expected: String) {
        let outcome = adapter.classify(answer(status, body))
        #expect(outcome.summary == expected)
        #expect(!outcome.allText.contains(secretRecipient))
    }

    @Test func stateRequestEscapesTheDevice() {
        let request = adapter.stateRequest(for: makeDevice("gowa", gatewayDevice: "../a b?x"))
        #expect(request?.path == "/devices/%2E%2E%2Fa%20b%3Fx/status")
        #expect(request?.method == .get)
    }

    @Test(arguments: [
        (200, #"{"code":"SUCCESS","results":{"is_connected":true,"is_logged_in":true}}"#, "connected"),
        (200, #"{"code":"SUCCESS","results":{"is_connected":false,"is_logged_in":true}}"#, "disconnected"),
        (200, #"{"code":"SUCCESS","results":{"is_connected":true,"is_logged_in":false}}"#, "logged_out"),
        (200, #"{"code":"SUCCESS","results":{}}"#, "-"),
        (404, #"{"code":"DEVICE_NOT_FOUND"}"#, "not_found"),
        (500, "", "-"),
    ])
    func conditions(status: Int, body: String, expected: String) {
        #expect((adapter.condition(from: answer(status, body))?.name ?? "-") == expected)
    }
}
