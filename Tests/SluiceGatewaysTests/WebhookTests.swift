import FoundationEssentials
import SluiceCore
import TestSupport
import Testing

@testable import SluiceGateways

@Suite struct WebhookTests {
    private let adapter = Webhook()

    private func request(_ device: DeviceProfile, _ reservation: Reservation = makeReservation()) throws
        -> HTTPRequestDescription
    {
        guard case .request(let request) = adapter.request(for: reservation, on: device) else {
            throw NoRequest()
        }
        return request
    }

    struct NoRequest: Error {}

    @Test func bodyIsTheDocumentedOne() throws {
        let request = try request(makeDevice("webhook"))
        #expect(request.path == "")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"attempt":3,"campaign":"Welcome","channel":"whatsapp","contact":"00000000-0000-4000-8000-00000000000a","#
                + #""device":"00000000-0000-4000-8000-00000000000d","media_url":null,"#
                + #""message_id":"0000000000004000800000000000000a-2-1","#
                + #""metadata":{"device_name":"Front desk","recipient_name":"Aisyah"},"text":"\#(secretText)","#
                + #""to":"60123456789","type":"text"}"#)
        #expect(request.headers.contains(HeaderField("Idempotency-Key", "0000000000004000800000000000000a-2-1")))
    }

    @Test func channelAndMetadataAreHandedOn() throws {
        var reservation = makeReservation()
        reservation.channel = "email"
        reservation.metadata = #"{"subject":"Hi","ids":[1,2.5,null,true],"device_name":"mine"}"#
        let body = String(decoding: try request(makeDevice("webhook"), reservation).body, as: UTF8.self)
        #expect(body.contains(#""channel":"email""#))
        #expect(
            body.contains(
                #""metadata":{"device_name":"Front desk","ids":[1,2.5,null,true],"recipient_name":"Aisyah","subject":"Hi"}"#
            ))
        reservation.metadata = "[]"
        #expect(try request(makeDevice("webhook"), reservation).body.count > 0)
    }

    @Test(
        arguments: [
            ([:], nil),
            (["username": "user", "password": "pass"], HeaderField("Authorization", "Basic dXNlcjpwYXNz")),
            (["token": "abc"], HeaderField("Authorization", "Bearer abc")),
            (["token": "abc", "header": "X-Api-Key"], HeaderField("X-Api-Key", "abc")),
        ] as [([String: String], HeaderField?)])
    func authorization(credentials: [String: String], expected: HeaderField?) throws {
        let request = try request(makeDevice("webhook", credentials: credentials))
        let others = request.headers.filter { !["Content-Type", "Idempotency-Key"].contains($0.name) }
        #expect(others == expected.map { [$0] } ?? [])
    }

    @Test func signatureIsTheHMACOfTheBody() throws {
        // RFC 4231, test case 2, checks the arithmetic; the body is ours, so the expectation is computed by another
        // route.
        let device = makeDevice("webhook", credentials: ["secret": "Jefe"])
        let signed = try request(device)
        let value = try #require(signed.headers.first { $0.name == "X-Signature-256" }?.value)
        #expect(value.hasPrefix("sha256=") && value.count == 7 + 64)
        #expect(
            Webhook.signature(of: Array("what do ya want for nothing?".utf8), secret: "Jefe")
                == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(value == Webhook.signature(of: signed.body, secret: "Jefe"))
        #expect(try request(device).headers == signed.headers)
    }

    @Test(arguments: [
        (200, #"{"provider_message_id":"p1"}"#, "sent p1"), (201, "", "sent -"), (204, "", "sent -"),
        (200, #"{"provider_message_id":17}"#, "sent 17"), (200, "<html>", "sent -"), (200, #"{"a":1}"#, "sent -"),
        (200, #"{"provider_message_id":"has space"}"#, "sent -"), (409, "", "sent -"),
        (401, "", "refused wrong_credentials charged device credentials_refused"),
        (403, "{}", "refused wrong_credentials charged device credentials_refused"),
        (400, "", "refused http_400 charged permanent"), (404, "", "refused http_404 charged permanent"),
        (408, "", "unknown http_408"), (429, "", "refused http_429 charged retry"),
        (500, "", "unknown http_500"), (503, "", "unknown http_503"), (302, "", "unknown http_302"),
    ])
    func answers(status: Int, body: String, expected: String) {
        #expect(adapter.classify(answer(status, body)).summary == expected)
    }

    @Test(
        arguments: [
            ("7", nil, "retry after 7s"), ("0", nil, "retry after 0s"), ("99999999999", nil, "retry after 86400s"),
            ("-1", nil, "retry"), ("soon", nil, "retry"), ("99999999999999999999", nil, "retry"),
            ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:27:30 GMT", "retry after 30s"),
            ("Wed, 21 Oct 2026 07:27:00 GMT", "Wed, 21 Oct 2026 07:27:30 GMT", "retry after 0s"),
            ("Wed, 21 Oct 2026 07:28:00 GMT", nil, "retry"),
        ] as [(String, String?, String)])
    func retryAfter(value: String, date: String?, expected: String) {
        let headers = [HeaderField("retry-after", value)] + (date.map { [HeaderField("Date", $0)] } ?? [])
        #expect(adapter.classify(answer(429, headers: headers)).summary == "refused http_429 charged \(expected)")
    }

    @Test(arguments: [
        ["username": "a"], ["password": "a"], ["header": "X-Key"], ["token": "a\r\nX-Evil: 1"],
        ["token": "t", "header": "no spaces"], ["username": "a", "password": "b", "token": "c"],
    ])
    func contradictoryCredentials(credentials: [String: String]) {
        #expect(throws: GatewayConfigurationError.self) { try adapter.validate(credentials: credentials) }
    }

    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] as [(String, Int64)])
    func httpDates(text: String, seconds: Int64) { #expect(HTTPDate.seconds(text) == seconds) }

    @Test(arguments: [
        "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
    ])
    func notHTTPDates(text: String) { #expect(HTTPDate.seconds(text) == nil) }
}
