/// The bounds of a pool.
public struct PostgresPoolConfiguration: Sendable {
    /// Sessions are opened on demand up to this many.
    public var maximumConnections: Int
    /// This many are opened without being asked for, and replaced when they end.
    public var minimumConnections: Int
    /// Callers that wait for a connection; one more is refused at once.
    public var maximumWaiters: Int
    /// The longest wait of a caller for a connection.
    public var acquireDeadline: Duration
    public var backoff: ConnectBackoff

    public init(
        maximumConnections: Int = 8, minimumConnections: Int = 1, maximumWaiters: Int = 1_024,
        acquireDeadline: Duration = .seconds(3), backoff: ConnectBackoff = ConnectBackoff()
    ) {
        self.maximumConnections = max(1, maximumConnections)
        self.minimumConnections = max(0, min(minimumConnections, maximumConnections))
        self.maximumWaiters = max(0, maximumWaiters)
        self.acquireDeadline = acquireDeadline
        self.backoff = backoff
    }
}

/// How long to wait before the next attempt to connect: doubles with each failure in a row, up to a limit.
public struct ConnectBackoff: Sendable {
    public var first: Duration
    public var limit: Duration

    public init(first: Duration = .milliseconds(50), limit: Duration = .seconds(2)) {
        self.first = first
        self.limit = limit
    }

    /// - Parameters:
    ///   - failures: Failed attempts in a row, 1 or more.
    ///   - jitter: From 0 to 1; scales the wait to between half and all of it, so that clients do not come back
    ///     in step.
    func delay(failures: Int, jitter: Double) -> Duration {
        let doublings = min(max(0, failures - 1), 20)
        let full = min(first * (1 << doublings), limit)
        return full * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}
