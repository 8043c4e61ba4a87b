import AsyncHTTPClient
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
        return "\(target.method.rawValue) \(target.url.absoluteString)"
    }

    @Test func whatIsKnownIsNotMixedUp() throws {
        for _ in 1...2 {
            #expect(try target(.post, "/send", below: "http://h:1/api") == "POST http://h:1/api/send")
            #expect(try target(.get, "/send", below: "http://h:1/api") == "GET http://h:1/api/send")
            #expect(try target(.post, "/status", below: "http://h:1/api") == "POST http://h:1/api/status")
            #expect(try target(.post, "/send", below: "http://h:2/api") == "POST http://h:2/api/send")
        }
    }

    @Test func aboutAsManyAreKnownAsGatewaysHave() throws {
        for path in 1...3_000 { _ = try target(.get, "/devices/\(path)/status", below: "http://h") }
        #expect(targets.count <= 1_024)
        #expect(try target(.get, "/devices/1/status", below: "http://h") == "GET http://h/devices/1/status")
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
