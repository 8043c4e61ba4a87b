/// What a cap key allows: sends per rolling window and requests open at once.
public struct Caps: Hashable, Sendable {
    /// At most `limit` sends whose acceptance falls in any window of `length`.
    public struct Window: Hashable, Sendable {
        public var length: Duration
        public var limit: Int
        /// Added to `length` for the clocks' and the gateway's sake: 1 s for an hour, 10 s for a day.
        public var margin: Duration

        public init(length: Duration, limit: Int, margin: Duration) {
            self.length = length
            self.limit = limit
            self.margin = margin
        }
    }

    public var windows: [Window]
    public var concurrency: Int

    public init(windows: [Window], concurrency: Int) {
        self.windows = windows
        self.concurrency = concurrency
    }
}
