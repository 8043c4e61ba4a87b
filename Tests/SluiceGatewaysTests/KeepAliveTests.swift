import SluiceCore
import SluiceGateways
import TestSupport
import Testing

/// A second request on a connection that the server may have closed.
@Suite struct KeepAliveTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private func send(_ client: GatewayClient, to server: ScriptedServer) async -> String {
        let device = makeDevice("webhook", baseURL: server.baseURL)
        return await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1)).summary
    }

    @Test func reusesAConnection() async throws {
        try await ScriptedServer.with([.awaitRequest, .send(Self.ok), .awaitRequest, .send(Self.ok), .stall]) {
            server in
            try await withClient { client in
                #expect(await send(client, to: server) == "sent -")
                #expect(await send(client, to: server) == "sent -")
                #expect(server.connections == 1)
            }
        }
    }

    @Test func closedBeforeTheSecondRequest() async throws {
        try await ScriptedServer.with(
            [.awaitRequest, .send(Self.ok), .close], [.awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient { client in
                #expect(await send(client, to: server) == "sent -")
                let second = await send(client, to: server)
                // A new connection, or proof that nothing was written, or doubt: never a repetition.
                #expect(["sent -", "refused connect_failed free retry", "unknown connection_lost"].contains(second))
                #expect(server.requests.count == (second == "sent -" ? 2 : 1))
            }
        }
    }

    @Test func closedUponTheSecondRequest() async throws {
        try await ScriptedServer.with(
            [.awaitRequest, .send(Self.ok), .awaitRequest, .close], [.awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient { client in
                #expect(await send(client, to: server) == "sent -")
                #expect(await send(client, to: server) == "unknown connection_lost")
                #expect(server.requests.count == 2)
                #expect(server.connections == 1)
            }
        }
    }

    /// An answer nobody asked for, while the connection idles, must neither crash nor answer the next request.
    @Test func unsolicitedAnswer() async throws {
        let stray = "HTTP/1.1 500 Stray\r\nContent-Length: 0\r\n\r\n"
        try await ScriptedServer.with(
            [.awaitRequest, .send(Self.ok), .pause(.milliseconds(20)), .send(stray), .stall],
            [.awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient { client in
                #expect(await send(client, to: server) == "sent -")
                try await eventually("the stray answer's connection is closed") { server.endings.count == 1 }
                var second = await send(client, to: server)
                // The server may know of the end before the client's pool does: then nothing was written.
                if second == "refused connect_failed free retry" { second = await send(client, to: server) }
                #expect(second == "sent -")
                #expect(server.connections == 2)
                #expect(server.requests.count == 2)
            }
        }
    }

    /// What follows an answer in the same breath is the answer to nobody's request, whoever waits for the connection.
    @Test(arguments: [
        "HTTP/1.1 200 Stray\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 500 Stray\r\n\r\n", "no HTTP\r\n\r\n",
    ])
    func aSecondAnswerAnswersNobody(stray: String) async throws {
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = 1
        try await ScriptedServer.with(
            [.awaitRequest, .pause(.milliseconds(100)), .send(Self.ok + stray), .stall],
            [.awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient(configuration) { client in
                async let first = send(client, to: server)
                try await eventually("the first request arrived") { server.requests.count == 1 }
                let second = await send(client, to: server)
                #expect(await first == "sent -")
                #expect(second == "sent -")
                #expect(server.requests.count == 2)
                #expect(server.connections == 2)
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func aConnectionThatIsToCloseIsNotUsedAgain(answer: String) async throws {
        try await ScriptedServer.with(
            [.awaitRequest, .send(answer), .stall], [.awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient { client in
                #expect(await send(client, to: server) == "sent -")
                #expect(await send(client, to: server) == "sent -")
                #expect(server.connections == 2)
            }
        }
    }

    /// A request follows only one that is all written: else it would be taken for the rest of that one's body.
    @Test func anAnswerBeforeTheRequestIsWrittenEndsTheConnection() async throws {
        let long = MessageContent(kind: .text, text: String(repeating: "a", count: 16_000_000), mediaURL: nil)
        try await ScriptedServer.with(
            [.awaitHead, .stopReading, .send(Self.ok), .stall], [.awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                let first = await client.send(
                    makeReservation(content: long), on: device, latestStart: monotonicNow() + .seconds(5))
                #expect(first.summary == "sent -")
                #expect(await send(client, to: server) == "sent -")
                #expect(server.connections == 2)
            }
        }
    }

    @Test func idleConnectionsEndSoon() async throws {
        var configuration = GatewayClient.Configuration()
        configuration.idleConnection = .milliseconds(100)
        try await ScriptedServer.with([.awaitRequest, .send(Self.ok), .stall]) { server in
            try await withClient(configuration) { client in
                #expect(await send(client, to: server) == "sent -")
                try await eventually("the idle connection ends") { server.endings.count == 1 }
            }
        }
    }
}
