import SluiceCore
import SluiceGateways
import Synchronization
import TestSupport
import Testing

/// The guard and the abort: nothing starts late, nothing arrives after it was given up.
@Suite struct GuardTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    @Test func pastBeforeAnything() async throws {
        try await ScriptedServer.with([.stall]) { server in
            try await withClient { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() - .nanoseconds(1))
                #expect(outcome == .aborted(code: "guard"))
                #expect(server.connections == 0)
            }
        }
    }

    /// The clock passes `latestStart` between the first reading and the head, as when the process was stopped in
    /// between.
    @Test func pastWhenTheHeadIsDue() async throws {
        let readings = Mutex(0)
        let clock: @Sendable () -> MonotonicTime = {
            readings.withLock { count in
                count += 1
                return MonotonicTime(nanoseconds: count == 1 ? 0 : 2)
            }
        }
        try await ScriptedServer.with([.stall]) { server in
            try await withClient(now: clock) { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: MonotonicTime(nanoseconds: 1))
                #expect(outcome == .aborted(code: "guard"))
                try await eventually("the connection is closed") { server.endings.count == 1 }
                #expect(server.bytes == 0)
            }
        }
    }

    /// A request that waits for a connection beyond `latestStart` is not sent when one becomes free.
    @Test func pastWhileWaitingForAConnection() async throws {
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = 1
        try await ScriptedServer.with(
            [.awaitRequest, .pause(.milliseconds(300)), .send(Self.ok), .stall]
        ) { server in
            try await withClient(configuration) { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                async let first = client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                try await eventually("the first request arrived") { server.requests.count == 1 }
                let second = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() + .milliseconds(50))
                #expect(second == .aborted(code: "guard"))
                #expect(await first.summary == "sent -")
                #expect(server.requests.count == 1)
            }
        }
    }

    /// No free connection in time: certainly not sent, and never sent later.
    @Test func noConnectionInTime() async throws {
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = 1
        configuration.connectTimeout = .milliseconds(100)
        try await ScriptedServer.with(
            [.awaitRequest, .pause(.milliseconds(400)), .send(Self.ok), .stall]
        ) { server in
            try await withClient(configuration) { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                async let first = client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                try await eventually("the first request arrived") { server.requests.count == 1 }
                let second = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(9))
                #expect(second.summary == "refused connect_failed free retry")
                #expect(await first.summary == "sent -")
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func timeoutResetsTheConnection() async throws {
        try await ScriptedServer.with([.awaitRequest, .stall]) { server in
            try await withClient { client in
                let device = makeDevice("webhook", baseURL: server.baseURL, httpTimeout: .milliseconds(200))
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(outcome.summary == "unknown timeout")
                try await eventually("the connection is reset") { server.endings == [.reset] }
            }
        }
    }

    /// The earliest end is not the first that began, and there is one more behind it.
    @Test func eachRequestIsGivenUpAtItsOwnTime() async throws {
        try await ScriptedServer.with([.awaitRequest, .stall]) { server in
            try await withClient { client in
                var given: [Int] = []
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for (place, timeout) in [600, 200, 400].enumerated() {
                        group.addTask {
                            let device = makeDevice(
                                "webhook", baseURL: server.baseURL, httpTimeout: .milliseconds(timeout))
                            let began = monotonicNow()
                            let outcome = await client.send(
                                makeReservation(), on: device, latestStart: began + .seconds(1))
                            #expect(outcome.summary == "unknown timeout")
                            #expect(monotonicNow() - began >= .milliseconds(timeout))
                            return timeout
                        }
                        try await eventually("the request arrived") { server.requests.count == place + 1 }
                    }
                    for try await timeout in group { given.append(timeout) }
                }
                #expect(given == [200, 400, 600])
            }
        }
    }

    @Test func cancellationAfterTheFirstByte() async throws {
        try await ScriptedServer.with([.awaitRequest, .stall]) { server in
            try await withClient { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                let outcome = try await withThrowingTaskGroup(of: Outcome.self) { group in
                    group.addTask {
                        await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                    }
                    try await eventually("the request arrived") { server.requests.count == 1 }
                    group.cancelAll()
                    return try await group.next()
                }
                #expect(outcome?.summary == "unknown cancelled")
                try await eventually("the connection is reset") { server.endings == [.reset] }
            }
        }
    }

    @Test func cancellationBeforeTheFirstByte() async throws {
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = 1
        try await ScriptedServer.with(
            [.awaitRequest, .pause(.milliseconds(300)), .send(Self.ok), .awaitRequest, .send(Self.ok), .stall]
        ) { server in
            try await withClient(configuration) { client in
                let device = makeDevice("webhook", baseURL: server.baseURL)
                async let first = client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                try await eventually("the first request arrived") { server.requests.count == 1 }
                let second = await withTaskGroup(of: Outcome.self) { group in
                    group.addTask {
                        await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                    }
                    group.cancelAll()
                    return await group.next()
                }
                #expect(second == .aborted(code: "cancelled"))
                #expect(await first.summary == "sent -")
                // The freed connection serves a third; the second never comes.
                _ = await client.send(makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(server.requests.count == 2)
            }
        }
    }
}
