import NATSDriver
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RequestTests {
    /// Runs `body` while as many subscribers as given answer on `subject` with their number and what they were sent.
    private func withResponders(
        _ count: Int, on subject: String, of nats: NATSConnection, _ body: () async throws -> Void
    ) async throws {
        guard count > 0 else { return try await body() }
        try await nats.withSubscription(subject) { messages in
            let responder = Task {
                for await message in messages {
                    guard let reply = message.reply else { continue }
                    try nats.publish(reply, payload: bytes("\(count):") + message.payload)
                }
            }
            defer { responder.cancel() }
            try await withResponders(count - 1, on: subject, of: nats, body)
        }
    }

    @Test func getsTheReply() async throws {
        try await withServer { _, nats in
            try await withResponders(1, on: "echo", of: nats) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let sent = bytes("\(number)")
                            let reply = try await nats.request("echo", payload: sent, timeout: .seconds(5))
                            #expect(reply.text == "1:\(number)")
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func timesOutWhenTheListenerIsSilent() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("silent") { _ in
                let start = ContinuousClock.now
                let thrown = await error { _ = try await nats.request("silent", timeout: .milliseconds(100)) }
                #expect(thrown?.kind == .timedOut && thrown?.isRetriable == true)
                #expect(ContinuousClock.now - start >= .milliseconds(100))
                let none = try await nats.requestMany("silent", collectFor: .milliseconds(20), max: 1)
                #expect(none.isEmpty)
            }
        }
    }

    @Test func saysAtOnceThatNobodyListens() async throws {
        try await withServer { _, nats in
            let thrown = await error { _ = try await nats.request("nobody", timeout: .seconds(30)) }
            #expect(thrown?.kind == .noResponders)
            let none = try await nats.requestMany("nobody", collectFor: .seconds(30), max: 9)
            #expect(none.isEmpty)
        }
    }

    @Test func collectsFromManyUntilTheDeadlineOrTheNumber() async throws {
        try await withServer { _, nats in
            try await withResponders(5, on: "who", of: nats) {
                let all = try await nats.requestMany("who", payload: bytes("x"), collectFor: .milliseconds(500), max: 9)
                #expect(Set(all.map(\.text)) == ["1:x", "2:x", "3:x", "4:x", "5:x"])
                let some = try await nats.requestMany("who", collectFor: .seconds(30), max: 3)
                #expect(some.count == 3)
            }
        }
    }

    @Test func cancellationEndsTheWait() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("silent") { messages in
                let asking = Task { try await nats.request("silent", timeout: .seconds(50)) }
                #expect(await messages.texts(1).count == 1)
                asking.cancel()
                await #expect(throws: CancellationError.self) { try await asking.value }
            }
        }
    }

    @Test func closingEndsTheWait() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("silent") { messages in
                let asking = Task { await error { _ = try await nats.request("silent", timeout: .seconds(50)) } }
                #expect(await messages.texts(1).count == 1)
                await nats.close()
                #expect(await asking.value?.kind == .closed)
            }
        }
    }
}
