import TestSupport
import Testing

@testable import PostgresDriver

@Suite struct NotificationTests {
    private func notification(_ payload: String) -> PostgresNotification {
        PostgresNotification(channel: "c", payload: payload, senderProcessID: 1)
    }

    @Test func equalOnesAreMergedAndTheBufferIsBounded() async throws {
        let buffer = NotificationBuffer(channels: ["c"], limit: 2)
        for payload in ["a", "b", "a", "c", "b", "d"] { buffer.offer(notification(payload)) }
        buffer.finish(nil)
        let sequence = PostgresNotifications(buffer: buffer)
        #expect(sequence.coalescedCount == 2)
        #expect(sequence.droppedCount == 2)
        var payloads: [String] = []
        for try await notification in sequence { payloads.append(notification.payload) }
        #expect(payloads == ["a", "b"])
    }

    @Test func notificationsArriveOnTheChannelsThatWereAskedFor() async throws {
        let database = try await TestDatabase.make()
        try await PostgresConnection.withConnection(database.configuration) { listener in
            try await listener.withNotifications(on: ["Mixed \"case\"", "other"]) { notifications in
                try await PostgresConnection.withConnection(database.configuration) { sender in
                    try await sender.query("select pg_notify('unheard', '0')")
                    try await sender.query("select pg_notify('Mixed \"case\"', '1')")
                    try await sender.query("select pg_notify('other', '2')")
                }
                var iterator = notifications.makeAsyncIterator()
                #expect(try await iterator.next()?.payload == "1")
                #expect(try await iterator.next()?.channel == "other")
            }
            let channels = try await listener.query("select count(*) from pg_listening_channels()").scalar(Int64.self)
            #expect(channels == 0)
        }
        try await database.drop()
    }

    @Test func losingTheSessionEndsTheSequenceWithAnError() async throws {
        let configuration = try await EphemeralPostgres.shared().configuration()
        let listener = try await PostgresConnection.connect(configuration)
        let process = try await listener.query("select pg_backend_pid()").scalar(Int32.self)
        let error = await postgresError {
            try await listener.withNotifications(on: ["c"]) { notifications in
                _ = try await withSession { try await $0.query("select pg_terminate_backend($1)", [.int32(process)]) }
                for try await _ in notifications {}
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(listener.isClosed)
    }

    @Test func cancellingTheTaskEndsTheSequence() async throws {
        try await withSession { listener in
            let count = try await listener.withNotifications(on: ["c"]) { notifications in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    group.addTask {
                        var count = 0
                        for try await _ in notifications { count += 1 }
                        return count
                    }
                    group.cancelAll()
                    return try await group.next()
                }
            }
            #expect(count == 0)
            try await expectUsable(listener)
        }
    }

    @Test(arguments: ["", String(repeating: "x", count: 64), "a\0"])
    func anImpossibleChannelIsRefused(_ channel: String) async throws {
        try await withSession { listener in
            let error = await postgresError { try await listener.withNotifications(on: [channel]) { _ in } }
            #expect(error?.kind == .invalidParameter)
            try await expectUsable(listener)
        }
    }
}
