import SluiceCore
import SluiceGateways
import TestSupport
import Testing

/// What a server can do to one request, and what may be concluded. In each case the server sees at most one request.
@Suite struct ExchangeTests {
    private static let success =
        #"{"code":"SUCCESS","message":"ok","results":{"message_id":"3EB0","status":"sent"}}"#

    private static func response(
        _ status: String = "200 OK", _ body: String = success, headers: String = ""
    ) -> String {
        "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: [ScriptedServer.Step]
        var expected: String
        var httpTimeout: Duration = .seconds(5)
        /// Complete requests that the server reads; nil when its script does not read.
        var requests: Int? = 1
    }

    static let cases: [Case] = [
        Case(testDescription: "accepted", script: [.awaitRequest, .send(response()), .stall], expected: "sent 3EB0"),
        Case(
            testDescription: "accepted, then closed", script: [.awaitRequest, .send(response()), .close],
            expected: "sent 3EB0"),
        Case(
            testDescription: "closed after the head", script: [.awaitHead, .close], expected: "unknown connection_lost",
            requests: 0),
        Case(
            testDescription: "closed after the request", script: [.awaitRequest, .close],
            expected: "unknown connection_lost"),
        Case(
            testDescription: "stalls", script: [.awaitRequest, .stall], expected: "unknown timeout",
            httpTimeout: .milliseconds(300)),
        Case(
            testDescription: "drips beyond the total time",
            script: [.awaitRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")]
                + Array(repeating: [.pause(.milliseconds(50)), .send(" ")], count: 100).flatMap { $0 },
            expected: "unknown timeout", httpTimeout: .milliseconds(400)),
        Case(
            testDescription: "drips inside the head",
            script: [.awaitRequest, .send("HTTP/1.1 200 OK\r\nX-A: ")]
                + Array(repeating: [.pause(.milliseconds(50)), .send("a")], count: 100).flatMap { $0 },
            expected: "unknown timeout", httpTimeout: .milliseconds(400)),
        Case(
            testDescription: "100-continue first",
            script: [.awaitRequest, .send("HTTP/1.1 100 Continue\r\n\r\n"), .send(response()), .stall],
            expected: "sent 3EB0"),
        Case(
            testDescription: "redirect",
            script: [
                .awaitRequest, .send(response("307 Temporary Redirect", "", headers: "Location: /again\r\n")), .stall,
            ],
            expected: "unknown http_307"),
        Case(
            testDescription: "two answers at once", script: [.awaitRequest, .send(response() + response()), .stall],
            expected: "sent 3EB0"),
        Case(
            testDescription: "an answer before the request is complete",
            script: [.awaitHead, .send(response("400 Bad Request", #"{"code":"VALIDATION_ERROR"}"#)), .stall],
            expected: "refused VALIDATION_ERROR charged permanent", requests: 0),
        Case(
            testDescription: "HTML 502",
            script: [.awaitRequest, .send(response("502 Bad Gateway", "<html>no</html>")), .stall],
            expected: "unknown http_502"),
        Case(
            testDescription: "empty 201", script: [.awaitRequest, .send(response("201 Created", "")), .stall],
            expected: "unknown malformed_response"),
        Case(
            testDescription: "200 with status false",
            script: [.awaitRequest, .send(response("200 OK", #"{"status":false}"#)), .stall],
            expected: "unknown malformed_response"),
        Case(
            testDescription: "not HTTP", script: [.awaitRequest, .send("SSH-2.0-OpenSSH_9.2\r\n\r\n"), .stall],
            expected: "unknown malformed_response"),
        Case(
            testDescription: "body over the limit, announced",
            script: [.awaitRequest, .send(response("200 OK", String(repeating: "a", count: 70_000))), .stall],
            expected: "unknown response_too_large"),
        Case(
            testDescription: "body over the limit, chunked",
            script: [.awaitRequest, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
                + Array(repeating: .send("4000\r\n" + String(repeating: "a", count: 16_384) + "\r\n"), count: 5) + [
                    .stall
                ],
            expected: "unknown response_too_large"),
        Case(
            testDescription: "head without end",
            script: [
                .awaitRequest, .send("HTTP/1.1 200 OK\r\nX-A: " + String(repeating: "a", count: 200_000)), .stall,
            ],
            expected: "unknown malformed_response"),
    ]

    @Test(arguments: cases)
    func oneRequestAndTheRightClass(_ test: Case) async throws {
        try await ScriptedServer.with(test.script) { server in
            try await withClient { client in
                let start = monotonicNow()
                let device = makeDevice("gowa", baseURL: server.baseURL, httpTimeout: test.httpTimeout)
                let outcome = await client.send(makeReservation(), on: device, latestStart: start + .seconds(1))
                #expect(outcome.summary == test.expected)
                #expect(monotonicNow() - start < test.httpTimeout + .milliseconds(500))
                #expect(server.connections == 1)
                if let requests = test.requests { #expect(server.requests.count == requests) }
                #expect(!outcome.allText.contains(secretRecipient))
                #expect(!outcome.allText.contains(secretText))
            }
        }
    }

    @Test func closedRightAfterAcceptIsNeverTakenForUnsentWithoutProof() async throws {
        try await ScriptedServer.with([.close]) { server in
            try await withClient { client in
                let device = makeDevice("gowa", baseURL: server.baseURL)
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                // Which of the two it is depends on whether the end of the connection or our head came first.
                #expect(
                    ["unknown connection_lost", "refused connect_failed free retry"].contains(outcome.summary))
                #expect(server.requests.isEmpty)
                #expect(server.connections == 1)
            }
        }
    }

    @Test func nobodyListens() async throws {
        let port = try await ScriptedServer.with([.close]) { $0.port }
        try await withClient { client in
            let device = makeDevice(
                "gowa", baseURL: "http://127.0.0.1:\(port)", credentials: ["password": secretPassword])
            let outcome = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
            #expect(outcome.summary == "refused connect_failed free retry")
            #expect(!outcome.allText.contains(secretPassword))
        }
    }

    @Test func nameThatDoesNotResolve() async throws {
        try await withClient { client in
            let device = makeDevice("gowa", baseURL: "http://no-such-host.invalid")
            let outcome = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
            #expect(outcome.summary == "refused connect_failed free retry")
        }
    }

    @Test(arguments: [[ScriptedServer.Step.close], [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .stall]])
    func tlsThatFails(script: [ScriptedServer.Step]) async throws {
        try await ScriptedServer.with(script) { server in
            try await withClient { client in
                let device = makeDevice("gowa", baseURL: "https://127.0.0.1:\(server.port)")
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(outcome.summary == "refused connect_failed free retry")
            }
        }
    }

    @Test func wireHoldsTheTraceAndNothingOfOurs() async throws {
        var configuration = GatewayClient.Configuration()
        configuration.traceHeaders = true
        try await ScriptedServer.with([.awaitRequest, .send(Self.response()), .stall]) { server in
            try await withClient(configuration) { client in
                let device = makeDevice("gowa", baseURL: server.baseURL + "/base")
                _ = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                let request = try #require(server.requests.first)
                #expect(request.hasPrefix("POST /base/send/message HTTP/1.1\r\n"))
                #expect(request.contains("X-Sluice-Key: 0000000000004000800000000000000a-2-1\r\n"))
                #expect(request.contains("X-Sluice-Attempt: 3\r\n"))
                #expect(request.contains("X-Sluice-Epoch: 42\r\n"))
                #expect(!request.lowercased().contains("sluice-ticket"))
            }
        }
    }

    @Test(arguments: [
        ("telex", "http://127.0.0.1:1", "refused unknown_dialect free device not_found"),
        ("gowa", "http://", "refused invalid_gateway free device not_found"),
    ])
    func unusableSettings(dialect: String, baseURL: String, expected: String) async throws {
        try await withClient { client in
            let device = makeDevice(dialect, baseURL: baseURL)
            let outcome = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
            #expect(outcome.summary == expected)
        }
    }

    @Test func headerInjectionIsRefused() async throws {
        try await ScriptedServer.with([.stall]) { server in
            try await withClient { client in
                let device = makeDevice("gowa", baseURL: server.baseURL, gatewayDevice: "a\r\nX-Evil: 1")
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(outcome.summary == "refused invalid_gateway free device not_found")
                #expect(server.connections == 0)
            }
        }
    }

    @Test func asksForTheCondition() async throws {
        let body = #"{"code":"SUCCESS","results":{"is_connected":false,"is_logged_in":true}}"#
        try await ScriptedServer.with([.awaitRequest, .send(Self.response("200 OK", body)), .stall]) { server in
            try await withClient { client in
                #expect(await client.condition(of: makeDevice("gowa", baseURL: server.baseURL)) == .disconnected)
                #expect(server.requests.first?.hasPrefix("GET /devices/session-7/status HTTP/1.1\r\n") == true)
                #expect(await client.condition(of: makeDevice("webhook", baseURL: server.baseURL)) == nil)
                #expect(server.requests.count == 1)
            }
        }
    }
}
