extension PostgresConnection {
    /// Listens to `channels` for the duration of `body`.
    ///
    /// Everything notified after this method has called `body` is seen, up to the buffer's limit. A connection that
    /// only listens should be one of its own, outside a pool.
    /// - Parameter bufferLimit: How many different notifications may wait for `body`; see
    ///   ``PostgresNotifications``.
    public func withNotifications<Value: Sendable>(
        on channels: [String], bufferLimit: Int = 256,
        _ body: (PostgresNotifications) async throws -> Value
    ) async throws -> Value {
        for channel in channels { try Self.check(channel: channel) }
        let buffer = NotificationBuffer(channels: Set(channels), limit: bufferLimit)
        do {
            try await submit(.subscribe(buffer), deadline: nil)
            let value = try await body(PostgresNotifications(buffer: buffer))
            await endSubscription(buffer)
            return value
        } catch {
            await endSubscription(buffer)
            throw error
        }
    }

    private func endSubscription(_ buffer: NotificationBuffer) async {
        buffer.finish(nil)
        do {
            try await submit(.unsubscribe(buffer), deadline: nil, isCancellable: false)
        } catch {
            // A session that might go on listening must not be handed to anyone else.
            abandon()
        }
    }

    /// The server cuts longer names and would then notify on another channel than was asked for.
    private static func check(channel: String) throws(PostgresError) {
        guard channel.isEncodable, (1...63).contains(channel.utf8.count) else {
            throw PostgresError(.invalidParameter, "a channel's name has 1 to 63 bytes and no NUL")
        }
    }
}
