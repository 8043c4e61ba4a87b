import NATSDriver
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OutageTests {
    @Test func subscriptionsDeliverAgainAfterTheServerWasKilled() async throws {
        try await withServer { server, nats in
            try await nats.withSubscription("news") { messages in
                server.kill()
                try await eventually("loss noticed") { nats.state == .reconnecting }
                let thrown = await error { try nats.publish("news", payload: bytes("lost")) }
                #expect(thrown?.kind == .disconnected && thrown?.isRetriable == true)
                #expect(thrown?.servers == [server.url])
                try await server.restart()
                try await eventually("reconnected") { nats.state == .connected }
                try nats.publish("news", payload: bytes("after"))
                #expect(await messages.texts(1) == ["after"])
                #expect(await nats.statistics().reconnects == 1)
            }
        }
    }

    @Test func pingsNoticeAFrozenServer() async throws {
        try await withServer { server, nats in
            let start = ContinuousClock.now
            server.pause()
            try await eventually("loss noticed", within: .seconds(8)) { nats.state == .reconnecting }
            // Three pings a second apart, the first up to a second away, and some slack for a busy machine.
            #expect(ContinuousClock.now - start < .seconds(6))
            server.resume()
            try await eventually("reconnected") { nats.state == .connected }
        }
    }

    @Test func publishingToAFrozenServerNeverHangs() async throws {
        try await withServer { server, nats in
            server.pause()
            let payload = [UInt8](repeating: 1, count: 65_536)
            var slowest = Duration.zero
            let start = ContinuousClock.now
            while nats.state == .connected, ContinuousClock.now - start < .seconds(6) {
                let before = ContinuousClock.now
                // What it throws differs with the moment; that it returns is what counts.
                try? nats.publish("void", payload: payload)
                slowest = max(slowest, ContinuousClock.now - before)
                await Task.yield()
            }
            #expect(nats.state == .reconnecting)
            #expect(slowest < .seconds(3))
            server.resume()
            try await eventually("reconnected") { nats.state == .connected }
            try await nats.flush()
        }
    }

    @Test func failsOverToTheOtherServer() async throws {
        let first = try await EphemeralNATS.start()
        let second = try await EphemeralNATS.start()
        defer {
            first.stop()
            second.stop()
        }
        var options = NATSOptions(url: "\(first.url), \(second.url)")
        options.randomizeServers = false
        try await NATSConnection.withConnection(options) { nats in
            #expect(await nats.connectedServer() == first.url)
            try await nats.withSubscription("x") { messages in
                first.kill()
                try await eventually("on the second") { await nats.connectedServer() == second.url }
                try nats.publish("x", payload: bytes("here"))
                #expect(await messages.texts(1) == ["here"])
            }
        }
    }

    @Test func stateUpdatesShowTheWholeLife() async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        let nats = try await NATSConnection.connect(NATSOptions(url: server.url))
        var updates = nats.stateUpdates.makeAsyncIterator()
        #expect(await updates.next() == .connected)
        server.kill()
        #expect(await updates.next() == .reconnecting)
        try await server.restart()
        #expect(await updates.next() == .connected)
        await nats.close()
        var last = await updates.next()
        // Closing may show as a loss for a moment.
        if last == .reconnecting { last = await updates.next() }
        #expect(last == .closed)
        #expect(await updates.next() == nil)
        await nats.close()
        #expect(await error { try nats.publish("x") }?.kind == .closed)
        #expect(await error { try await nats.flush() }?.kind == .closed)
        #expect(await error { try await nats.withSubscription("x") { _ in } }?.kind == .closed)
        #expect(await error { _ = try await nats.request("x", timeout: .seconds(1)) }?.kind == .closed)
    }

    @Test func canStartBeforeTheServer() async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        server.kill()
        var options = NATSOptions(url: server.url)
        options.retryInitialConnect = true
        try await NATSConnection.withConnection(options) { nats in
            #expect(nats.state == .connecting)
            #expect(await error { try nats.publish("x") }?.kind == .disconnected)
            try await nats.withSubscription("x") { messages in
                try await server.restart()
                try await eventually("connected") { nats.state == .connected }
                try nats.publish("x", payload: bytes("y"))
                #expect(await messages.texts(1) == ["y"])
            }
        }
    }

    @Test func closesPromptlyWhileTheServerIsGone() async throws {
        try await withServer { server, nats in
            server.kill()
            try await eventually("loss noticed") { nats.state == .reconnecting }
            let start = ContinuousClock.now
            await nats.close()
            #expect(nats.state == .closed)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }
}
