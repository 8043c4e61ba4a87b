import SluiceCore
import SluiceGateways
import TestSupport
import Testing

/// Every dialect's client against every hostility: at most one request on one connection, never a repetition, an
/// outcome that claims no more than is certain, in time. I2, I9, I15.
@Suite struct SingleShotTests {
    @Test(arguments: DialectUnderTest.all, Hostility.all)
    func atMostOneRequestAndNoFalseCertainty(dialect: DialectUnderTest, hostility: Hostility) async throws {
        // Another connection would get the same once more, and be counted.
        try await ScriptedServer.with(hostility.script(dialect)) { server in
            try await withClient { client in
                let text = String(repeating: "a", count: hostility.textBytes)
                let message = makeReservation(content: MessageContent(kind: .text, text: text, mediaURL: nil))
                let device = dialect.device(at: server.baseURL, httpTimeout: hostility.httpTimeout)
                let start = monotonicNow()
                let outcome = await client.send(message, on: device, latestStart: start + .seconds(1))
                #expect(monotonicNow() - start < hostility.httpTimeout + .milliseconds(500))
                #expect(hostility.verdict.allows(outcome.summary, of: dialect), "\(outcome.summary)")
                #expect(server.connections == 1)
                #expect(server.requests.count == hostility.arrivals)
                #expect(!outcome.allText.contains(secretRecipient))
            }
        }
    }

    /// The end of the connection, orderly or by a reset, after each byte of the answer: only the whole of it is one.
    @Test(arguments: DialectUnderTest.all, [ScriptedServer.Step.close, .reset])
    func endedAtEachOffsetOfTheAnswer(dialect: DialectUnderTest, ending: ScriptedServer.Step) async throws {
        let whole = Array(dialect.accepts.response().utf8)
        let scripts = (0...whole.count).map {
            [ScriptedServer.Step.awaitRequest, .sendBytes(Array(whole[..<$0])), ending]
        }
        try await ScriptedServer.with(scripts: scripts) { server in
            try await withClient { client in
                for offset in 0...whole.count {
                    let outcome = await client.send(
                        makeReservation(), on: dialect.device(at: server.baseURL),
                        latestStart: monotonicNow() + .seconds(1)
                    ).summary
                    var isRight = outcome.hasPrefix("unknown ")
                    // A reset may overtake the last byte in the client's kernel.
                    if offset == whole.count {
                        isRight = outcome == dialect.accepts.outcome || isRight && ending.isReset
                    }
                    #expect(isRight, "\(outcome) at \(offset)")
                    #expect(server.requests.count == offset + 1)
                }
                #expect(server.connections == whole.count + 1)
            }
        }
    }

    /// Silence after each byte of the answer.
    @Test(arguments: DialectUnderTest.all)
    func stalledAtEachOffsetOfTheAnswer(dialect: DialectUnderTest) async throws {
        let whole = Array(dialect.accepts.response().utf8)
        let scripts = (0...whole.count).map {
            [ScriptedServer.Step.awaitRequest, .sendBytes(Array(whole[..<$0])), .stall]
        }
        try await ScriptedServer.with(scripts: scripts) { server in
            try await withClient { client in
                let device = dialect.device(at: server.baseURL, httpTimeout: .milliseconds(800))
                let start = monotonicNow()
                // All at once, each on a connection of its own: which meets which offset does not matter.
                let outcomes = await withTaskGroup(of: String.self) { group in
                    for number in 0...whole.count {
                        group.addTask {
                            await client.send(
                                makeReservation(contact: makeContact(number)), on: device,
                                latestStart: start + .seconds(1)
                            ).summary
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(monotonicNow() - start < .milliseconds(1_800))
                #expect(outcomes.count { $0 == dialect.accepts.outcome } == 1)
                #expect(outcomes.count { $0 == "unknown timeout" } == whole.count)
                #expect(server.requests.count == whole.count + 1)
                #expect(server.connections == whole.count + 1)
            }
        }
    }

    /// A server that ends an idle connection at the moment the next request is read from it.
    @Test(arguments: DialectUnderTest.all, [ScriptedServer.Step.close, .reset])
    func endedUponAReusedRequest(dialect: DialectUnderTest, ending: ScriptedServer.Step) async throws {
        let ok = ScriptedServer.Step.send(dialect.accepts.response())
        try await ScriptedServer.with([.awaitRequest, ok, .awaitRequest, ending], [.awaitRequest, ok, .stall]) {
            server in
            try await withClient { client in
                let device = dialect.device(at: server.baseURL)
                let first = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(first.summary == dialect.accepts.outcome)
                let second = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(second.summary == "unknown connection_lost")
                #expect(server.requests.count == 2)
                #expect(server.connections == 1)
                let third = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(third.summary == dialect.accepts.outcome)
                #expect(server.requests.count == 3)
            }
        }
    }
}

extension ScriptedServer.Step {
    fileprivate var isReset: Bool {
        if case .reset = self { true } else { false }
    }
}
