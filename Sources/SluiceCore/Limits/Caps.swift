/// What a cap key allows: sends per rolling window and requests open at once.
public struct Caps: Hashable, Sendable {
    /// At most `limit` sends whose acceptance falls in any window of `length`.
    public struct Window: Hashable, Sendable {
        public var length: Duration
        public var limit: Int
        /// Added to `length` because clocks differ: ``CapWindows``.
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

    /// What devices that share one cap key may do together: every window that any of them has, each with its least
    /// limit and its longest margin, and the least concurrency. The platform counts the key's messages whichever device
    /// sends them, so none may use up what another's caps forbid. Nil of none. Windows are in the order they first
    /// appear in.
    public static func strictest(of all: [Caps]) -> Caps? {
        guard var strictest = all.first else { return nil }
        for other in all.dropFirst() {
            strictest.concurrency = min(strictest.concurrency, other.concurrency)
            for window in other.windows { strictest.tighten(by: window) }
        }
        return strictest
    }

    private mutating func tighten(by window: Window) {
        guard let place = windows.firstIndex(where: { $0.length == window.length }) else {
            windows.append(window)
            return
        }
        windows[place].limit = min(windows[place].limit, window.limit)
        windows[place].margin = max(windows[place].margin, window.margin)
    }
}
