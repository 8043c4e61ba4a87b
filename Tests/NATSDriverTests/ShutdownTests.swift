import NATSDriver
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ShutdownTests {
    /// Closing races with deliveries, publishes and requests; what is tested is that nothing crashes or hangs.
    @Test func closingUnderTrafficIsSafe() async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        var options = NATSOptions(url: server.url)
        options.drainTimeout = .milliseconds(200)
        for round in 0..<60 {
            let nats = try await NATSConnection.connect(options)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try? await nats.withSubscription("t", mailbox: 64) { messages in for await _ in messages {} }
                    }
                }
                group.addTask {
                    while (try? nats.publish("t", payload: bytes("x"))) != nil { await Task.yield() }
                }
                group.addTask {
                    while (try? await nats.requestMany("t", collectFor: .milliseconds(1), max: 1)) != nil {}
                }
                group.addTask {
                    while await nats.statistics().messagesIn < 20 * UInt64(round % 10) { await Task.yield() }
                    if round % 3 == 0 { await nats.close() }
                    await nats.close()
                }
                // Every third round the readers are cancelled in the middle of it.
                if round % 3 == 1 {
                    await group.next()
                    group.cancelAll()
                }
            }
            #expect(nats.state == .closed)
        }
    }

    @Test func droppingAConnectionWithoutCloseIsSafe() async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        for _ in 0..<40 {
            let nats = try await NATSConnection.connect(NATSOptions(url: server.url))
            try nats.publish("x", payload: bytes("y"))
        }
        // The server sees them leave: a new one can still do its work.
        try await NATSConnection.withConnection(NATSOptions(url: server.url)) { try await $0.flush() }
    }

    @Test func drainDeliversWhatHasArrived() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("last", mailbox: 1_000) { messages in
                for number in 0..<1_000 { try nats.publish("last", payload: bytes("\(number)")) }
                await nats.close()
                #expect(await messages.texts(2_000) == (0..<1_000).map(String.init))
            }
        }
    }
}
