import SluiceCore
import TestSupport
import Testing

@testable import SluiceGateways

@Suite struct TwilioTests {
    private static let account = ["account_sid": "AC1", "auth_token": "pass"]

    private let adapter = Twilio()

    private func request(
        from device: String = "+15557654321", _ credentials: [String: String] = account,
        _ reservation: Reservation = makeReservation()
    ) throws -> HTTPRequestDescription {
        let device = makeDevice("twilio", credentials: credentials, gatewayDevice: device)
        guard case .request(let request) = adapter.request(for: reservation, on: device) else { throw NoRequest() }
        return request
    }

    struct NoRequest: Error {}

    @Test func aMessageIsAForm() throws {
        let request = try request()
        #expect(request.method == .post && request.path == "/2010-04-01/Accounts/AC1/Messages.json")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "To=%2B60123456789&From=%2B15557654321&Body=Hello%20Aisyah,%20your%20code%20is%204711")
        #expect(request.headers.contains(HeaderField("Authorization", "Basic QUMxOnBhc3M=")))
        #expect(request.headers.contains(HeaderField("Content-Type", "application/x-www-form-urlencoded")))
    }

    @Test(arguments: [
        ("15557654321", "To=%2B60123456789&From=%2B15557654321&"), ("72345", "To=%2B60123456789&From=72345&"),
        ("Sluice", "To=%2B60123456789&From=Sluice&"),
        ("whatsapp:+15557654321", "To=whatsapp:%2B60123456789&From=whatsapp:%2B15557654321&"),
        (
            "MG00000000000000000000000000000000",
            "To=%2B60123456789&MessagingServiceSid=MG00000000000000000000000000000000&"
        ),
    ])
    func senders(device: String, start: String) throws {
        let body = String(decoding: try request(from: device).body, as: UTF8.self)
        #expect(body.hasPrefix(start), "\(body)")
    }

    @Test func mediaAndTheCallbackGoAlong() throws {
        let content = MessageContent(kind: .image, text: "a & b", mediaURL: "https://example.com/a.png?b=c")
        let credentials = [
            "account_sid": "AC1", "api_key": "SK1", "api_key_secret": "s", "status_callback": "https://h/webhooks/sms",
        ]
        let request = try request(credentials, makeReservation(content: content))
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(body.contains("&Body=a%20%26%20b&MediaUrl=https://example.com/a.png?b%3Dc&"), "\(body)")
        #expect(
            body.hasSuffix(
                "&StatusCallback=https://h/webhooks/sms?attempt%3D00000000-0000-4000-8000-00000000000a.3.20000"
            ), "\(body)")
        #expect(request.headers.contains(HeaderField("Authorization", "Basic U0sxOnM=")))
    }

    @Test(arguments: [
        (201, #"{"sid":"SM1","status":"queued"}"#, "sent SM1"), (201, "{}", "unknown malformed_response"),
        (200, "<html>", "unknown malformed_response"), (201, #"{"sid":"S M"}"#, "unknown malformed_response"),
        (400, #"{"code":21211,"status":400}"#, "refused 21211 charged permanent"),
        (400, #"{"code":21614,"status":400}"#, "refused 21614 charged permanent"),
        (400, #"{"code":21610,"status":400}"#, "refused 21610 charged opted out"),
        (400, #"{"code":63016,"status":400}"#, "refused 63016 charged permanent"),
        (400, #"{"code":21617,"status":400}"#, "refused 21617 charged permanent"),
        (400, #"{"code":21611,"status":400}"#, "refused 21611 charged retry"),
        (400, #"{"code":30001,"status":400}"#, "refused 30001 charged retry"),
        (400, #"{"code":63018,"status":400}"#, "refused 63018 charged retry"),
        (429, #"{"code":20429,"status":429}"#, "refused 20429 charged retry"),
        (429, "", "refused http_429 charged retry"),
        (400, #"{"code":21606,"status":400}"#, "refused 21606 charged device not_found"),
        (401, #"{"code":20003,"status":401}"#, "refused 20003 charged device credentials_refused"),
        (403, "", "refused wrong_credentials charged device credentials_refused"),
        (404, #"{"code":20404,"status":404}"#, "refused no_such_endpoint charged device not_found"),
        (400, "", "unknown http_400"), (400, #"{"code":60123456789}"#, "unknown http_400"),
        (400, #"{"code":"21211"}"#, "unknown http_400"), (408, "", "unknown http_408"),
        (500, #"{"code":20500}"#, "unknown 20500"), (503, #"{"code":21211}"#, "unknown 21211"),
        (502, "<html>", "unknown http_502"), (302, "", "unknown http_302"),
    ])
    func answers(status: Int, body: String, expected: String) {
        #expect(adapter.classify(answer(status, body)).summary == expected)
    }

    @Test func itWaitsAsLongAsItIsAsked() {
        let slower = answer(429, #"{"code":20429}"#, headers: [HeaderField("Retry-After", "7")])
        #expect(adapter.classify(slower).summary == "refused 20429 charged retry after 7s")
    }

    @Test(arguments: [
        [:], ["account_sid": ""], ["account_sid": "AC1"], ["account_sid": "AC1", "api_key": "SK1"],
        ["account_sid": "AC1", "auth_token": "t", "status_callback": "ftp://h"],
    ])
    func credentialsThatCannotBeUsed(credentials: [String: String]) {
        #expect(throws: GatewayConfigurationError.self) { try adapter.validate(credentials: credentials) }
    }

    @Test func whatItCannotSay() {
        func code(_ reservation: Reservation, _ credentials: [String: String] = Self.account) -> String? {
            guard
                case .refused(let refusal) = adapter.request(
                    for: reservation, on: makeDevice("twilio", credentials: credentials))
            else { return nil }
            return refusal.code
        }
        #expect(code(makeReservation(recipient: "0123456")) == "invalid_recipient")
        #expect(
            code(makeReservation(content: MessageContent(kind: .image, text: "a", mediaURL: nil)))
                == "unsupported_media")
        #expect(code(makeReservation(), [:]) == "invalid_gateway")
        #expect(code(makeReservation()) == nil)
    }
}
