/// Where a connection is in its life.
public enum NATSConnectionState: Sendable, Hashable {
    /// No server was there when it was opened with `retryInitialConnect`. Next: connected, closed.
    case connecting
    /// Next: reconnecting, closed.
    case connected
    /// The connection was lost and is being made again; publishing throws. Next: connected, closed.
    case reconnecting
    /// Final.
    case closed

    /// What can happen to a connection; the closed state ignores everything.
    enum Event {
        /// `natsConnection_Connect` returned with a connection. It may have been lost again before this is noted.
        case opened
        case lost
        case restored
        case ended
    }

    /// - Returns: whether the state changed.
    mutating func advance(_ event: Event) -> Bool {
        let next: NATSConnectionState
        switch (self, event) {
        case (.closed, _), (.reconnecting, .opened), (.connected, .opened): next = self
        case (.connecting, .opened), (_, .restored): next = .connected
        case (_, .lost): next = .reconnecting
        case (_, .ended): next = .closed
        }
        defer { self = next }
        return next != self
    }
}
