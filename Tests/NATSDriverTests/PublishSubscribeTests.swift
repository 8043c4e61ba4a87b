import NATSDriver
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PublishSubscribeTests {
    @Test func deliversInOrderWithSubjectReplyAndBytes() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("a.*") { messages in
                try nats.publish("a.x", payload: [1, 0, 2, 0], reply: "back")
                try nats.publish("a.y")
                var iterator = messages.makeAsyncIterator()
                #expect(await iterator.next() == NATSMessage(subject: "a.x", reply: "back", payload: [1, 0, 2, 0]))
                #expect(await iterator.next() == NATSMessage(subject: "a.y", payload: []))
            }
        }
    }

    @Test func anotherConnectionIsHeardFromTheFirstMessage() async throws {
        try await withServer { server, nats in
            try await NATSConnection.withConnection(NATSOptions(url: server.url)) { other in
                try await nats.withSubscription("now") { messages in
                    try other.publish("now", payload: bytes("first"))
                    #expect(await messages.texts(1) == ["first"])
                }
            }
        }
    }

    @Test func aQueueGroupSharesItsMessages() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("work", queueGroup: "g") { one in
                try await nats.withSubscription("work", queueGroup: "g") { two in
                    for number in 0..<100 { try nats.publish("work", payload: bytes("\(number)")) }
                    try await nats.flush()
                    try await eventually("all delivered") { await nats.statistics().messagesIn == 100 }
                    try nats.publish("work", payload: bytes("end"))
                    try nats.publish("work", payload: bytes("end"))
                    let received = try await withThrowingTaskGroup(of: [String].self) { group in
                        for messages in [one, two] {
                            group.addTask {
                                var texts: [String] = []
                                for await message in messages { texts.append(message.text) }
                                return texts
                            }
                        }
                        try await eventually("ends delivered") { await nats.statistics().messagesIn == 102 }
                        await nats.close()
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    let all = received.flatMap { $0 }.filter { $0 != "end" }
                    #expect(Set(all).count == 100 && all.count == 100)
                    #expect(received.allSatisfy { !$0.isEmpty })
                }
            }
        }
    }

    @Test func aFullMailboxKeepsTheOldestAndCountsTheRest() async throws {
        try await withServer { _, nats in
            try await nats.withSubscription("flood", mailbox: 10) { messages in
                for number in 0..<100 { try nats.publish("flood", payload: bytes("\(number)")) }
                try await eventually("90 drops") { messages.dropped == 90 }
                #expect(await nats.statistics().dropped == 90)
                #expect(await messages.texts(10) == (0..<10).map(String.init))
                try nats.publish("flood", payload: bytes("later"))
                #expect(await messages.texts(1) == ["later"])
            }
        }
    }

    @Test func refusesBadSubjectsAndLargePayloads() async throws {
        try await withServer { _, nats in
            for subject in ["", " ", "a b", "a..b", ".a", "a.", "a\r\nPUB x 0", "a\0b", "a.*", ">"] {
                let thrown = await error { try nats.publish(subject) }
                #expect(thrown?.kind == .invalidSubject, "\(subject.debugDescription)")
            }
            #expect(await error { try nats.publish("ok", reply: "no good") }?.kind == .invalidSubject)
            let largest = [UInt8](repeating: 0, count: 1 << 20)
            #expect(await error { try nats.publish("ok", payload: largest) } == nil)
            #expect(await error { try nats.publish("ok", payload: largest + [0]) }?.kind == .payloadTooLarge)
            for (subject, group) in [("a b", nil), ("a.b*", nil), (">.a", nil), ("a", "g g"), ("a", "")] {
                await #expect(throws: NATSError.self) {
                    try await nats.withSubscription(subject, queueGroup: group) { _ in }
                }
            }
            // The connection is none the worse for it.
            try await nats.flush()
        }
    }

    @Test func cancellingTheReaderEndsTheScopeAndTheSubscription() async throws {
        try await withServer { _, nats in
            let reader = Task {
                try await nats.withSubscription("quiet") { messages in
                    for await message in messages { try nats.publish(message.reply ?? "none") }
                }
            }
            try await eventually("subscribed") {
                await error { _ = try await nats.request("quiet", timeout: .seconds(2)) } == nil
            }
            reader.cancel()
            try await reader.value
            try await eventually("unsubscribed") {
                await error { _ = try await nats.request("quiet", timeout: .seconds(2)) }?.kind == .noResponders
            }
        }
    }

    @Test func theReadersErrorPassesThrough() async throws {
        struct Stop: Error {}
        try await withServer { _, nats in
            await #expect(throws: Stop.self) { try await nats.withSubscription("a") { _ in throw Stop() } }
        }
    }
}
