/// What `NOTIFY channel, 'payload'` sent.
public struct PostgresNotification: Sendable, Hashable {
    public let channel: String
    public let payload: String
    /// The server process of the session that notified.
    public let senderProcessID: Int32
}

/// The notifications of some channels, in the order of arrival, ending with an error when the connection does.
///
/// Bounded: one that equals a waiting one (channel and payload) is merged into it, and when the buffer is full the
/// new one is dropped; both are counted. For one consumer.
public struct PostgresNotifications: AsyncSequence, Sendable {
    public typealias Element = PostgresNotification
    public typealias Failure = PostgresError

    let buffer: NotificationBuffer

    /// How many arrived while an equal one was waiting.
    public var coalescedCount: Int { buffer.counts.coalesced }

    /// How many were lost because the buffer was full. When it grows, look at the database instead of the
    /// notifications.
    public var droppedCount: Int { buffer.counts.dropped }

    public func makeAsyncIterator() -> Iterator {
        Iterator(buffer: buffer)
    }

    public struct Iterator: AsyncIteratorProtocol {
        let buffer: NotificationBuffer

        public mutating func next() async throws(PostgresError) -> PostgresNotification? {
            try await buffer.next()
        }

        /// Nil at the end of the subscription and when the task is cancelled.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(PostgresError) -> PostgresNotification? {
            try await buffer.next()
        }
    }
}
