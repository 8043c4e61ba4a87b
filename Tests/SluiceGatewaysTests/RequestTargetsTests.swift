import FoundationEssentials
import NIOHTTP1
import TestSupport
import Testing

@testable import SluiceGateways

@Suite struct RequestTargetsTests {
    private let targets = RequestTargets()

    private func target(
        _ method: HTTPRequestDescription.Method, _ path: String, below baseURL: String
    ) throws(GatewayConfigurationError) -> String {
        let description = HTTPRequestDescription(method: method, path: path, headers: [])
        let target = try targets.target(of: description, below: baseURL)
        return "\(target.method.rawValue) \(target.authority) \(target.uri)"
    }

    @Test func whatIsKnownIsNotMixedUp() throws {
        for _ in 1...2 {
            #expect(try target(.post, "/send", below: "http://h:1/api") == "POST h:1 /api/send")
            #expect(try target(.get, "/send", below: "http://h:1/api") == "GET h:1 /api/send")
            #expect(try target(.post, "/status", below: "http://h:1/api") == "POST h:1 /api/status")
            #expect(try target(.post, "/send", below: "http://h:2/api") == "POST h:2 /api/send")
        }
    }

    /// RFC 9110, 7.2: the port is named when it is not the scheme's; RFC 3986, 3.2.2: an IPv6 address has brackets there.
    @Test(arguments: [
        ("http://h/a?b=c", "h", 80, "POST h /a/send?b=c"), ("http://h:80", "h", 80, "POST h /send"),
        ("https://h", "h", 443, "POST h /send"), ("https://h:80", "h", 80, "POST h:80 /send"),
        ("http://[::1]:8080/", "::1", 8_080, "POST [::1]:8080 /send"),
        ("http://10.0.0.1", "10.0.0.1", 80, "POST 10.0.0.1 /send"),
    ])
    func theOriginIsWhatTheURLNames(baseURL: String, host: String, port: Int, expected: String) throws {
        let description = HTTPRequestDescription(method: .post, path: "/send", headers: [])
        let found = try targets.target(of: description, below: baseURL)
        let isSecure = baseURL.hasPrefix("https")
        #expect(found.origin == HTTPOrigin(isSecure: isSecure, host: host, port: port))
        #expect((found.tls != nil) == isSecure)
        #expect(try target(.post, "/send", below: baseURL) == expected)
    }

    /// A body's length is always said, also that of none: the server would wait for one, or answer 411.
    @Test func aPostSaysHowLongItsBodyIs() throws {
        for body in ["", "{}"] {
            let description = HTTPRequestDescription(
                method: .post, path: "/send", headers: [HeaderField("X-A", "1")], body: Array(body.utf8))
            let request = try targets.target(of: description, below: "http://h").request(description)
            #expect(
                request.head.headers.map { "\($0.name): \($0.value)" }
                    == ["Host: h", "X-A: 1", "Content-Length: \(body.utf8.count)"])
        }
        let question = HTTPRequestDescription(method: .get, path: "/send", headers: [])
        let asked = try targets.target(of: question, below: "http://h").request(question)
        #expect(asked.head.headers.map(\.name) == ["Host"])
    }

    @Test func aboutAsManyAreKnownAsGatewaysHave() throws {
        for path in 1...3_000 { _ = try target(.get, "/devices/\(path)/status", below: "http://h") }
        #expect(targets.count <= 1_024)
        #expect(try target(.get, "/devices/1/status", below: "http://h") == "GET h /devices/1/status")
    }

    @Test func anUnusableBaseURLIsAFaultOfTheGatewayThatShowsNoSecret() {
        for _ in 1...2 {
            let error = #expect(throws: GatewayConfigurationError.self) {
                try target(.post, "/send", below: "http://u:\(secretPassword)@h")
            }
            #expect(error?.code == "invalid_gateway")
            #expect(error?.description.contains(secretPassword) == false)
        }
        #expect(targets.count == 0)
    }
}
