import SluiceCore
import TestSupport
import Testing

/// What the single-shot suite needs to know of a dialect. A new one joins with its entry in ``all``.
struct DialectUnderTest: Sendable, CustomTestStringConvertible {
    /// An answer in the dialect's own words, and the outcome it stands for.
    struct Reply: Sendable {
        var status: String
        var body: String
        var outcome: String

        /// - Parameter headers: further lines of the head, each with its line end.
        func response(headers: String = "") -> String {
            "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
    }

    let dialect: Dialect
    let accepts: Reply
    let refuses: Reply
    var credentials: [String: String] = [:]

    var testDescription: String { dialect.rawValue }

    static let all = [
        DialectUnderTest(
            dialect: .gowa,
            accepts: Reply(
                status: "200 OK", body: #"{"code":"SUCCESS","results":{"message_id":"3EB0"}}"#, outcome: "sent 3EB0"),
            refuses: Reply(
                status: "400 Bad Request", body: #"{"code":"VALIDATION_ERROR"}"#,
                outcome: "refused VALIDATION_ERROR charged permanent")),
        DialectUnderTest(
            dialect: .twilio,
            accepts: Reply(status: "201 Created", body: #"{"sid":"SM1","status":"queued"}"#, outcome: "sent SM1"),
            refuses: Reply(
                status: "400 Bad Request", body: #"{"code":21211,"status":400}"#,
                outcome: "refused 21211 charged permanent"),
            credentials: ["account_sid": "AC1", "auth_token": "token"]),
        DialectUnderTest(
            dialect: .webhook,
            accepts: Reply(status: "200 OK", body: #"{"provider_message_id":"7"}"#, outcome: "sent 7"),
            refuses: Reply(
                status: "422 Unprocessable", body: #"{"error":"no"}"#, outcome: "refused http_422 charged permanent")),
    ]

    func device(at baseURL: String, httpTimeout: Duration = .seconds(5)) -> DeviceProfile {
        makeDevice(dialect.rawValue, baseURL: baseURL, credentials: credentials, httpTimeout: httpTimeout)
    }
}

@Suite struct DialectUnderTestTests {
    /// A dialect without an entry would pass the suite by not being asked.
    @Test func everyDialectIsUnderTest() {
        #expect(Set(DialectUnderTest.all.map(\.dialect)) == Set(Dialect.allCases))
        #expect(DialectUnderTest.all.count == Dialect.allCases.count)
    }
}
