/// The states of a connection, beginning with the present one and ending after `closed`.
///
/// Any number of tasks may read; each sees the latest state, and may miss one that lasted only a moment.
public struct NATSStateUpdates: AsyncSequence, Sendable {
    public typealias Element = NATSConnectionState
    public typealias Failure = Never

    let events: ConnectionEvents

    public func makeAsyncIterator() -> Iterator {
        Iterator(events: events)
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let events: ConnectionEvents
        private var seen = -1
        private var isOver = false

        fileprivate init(events: ConnectionEvents) {
            self.events = events
        }

        public mutating func next() async -> NATSConnectionState? {
            guard !isOver, let (state, version) = await events.change(after: seen) else { return nil }
            seen = version
            isOver = state == .closed
            return state
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> NATSConnectionState? {
            await next()
        }
    }
}
