public import SluiceCore

/// What a device could send now and what holds it back: the answer of its owner, for `why` and `devices list`.
public struct DeviceState: Hashable, Sendable {
    /// One of the device's caps and how much of it is used.
    public struct Window: Hashable, Sendable {
        /// Whole seconds, from 1.
        public var length: Duration
        public var limit: UInt32
        public var used: UInt32
        /// When the next unit frees; nil when one is free now.
        public var nextFreeAt: DatabaseTime?

        public init(length: Duration, limit: UInt32, used: UInt32, nextFreeAt: DatabaseTime?) {
            self.length = length
            self.limit = limit
            self.used = used
            self.nextFreeAt = nextFreeAt
        }
    }

    public var device: DeviceID
    /// False while its limiter is being rebuilt after a take-over.
    public var isReady = false
    public var condition: DeviceCondition
    public var isPaused = false
    /// Sends possible now.
    public var capacity: UInt32 = 0
    public var windows: [Window] = []
    /// Requests open now, unknown ones whose deadline has not passed among them.
    public var open: UInt32 = 0
    public var concurrency: UInt32 = 0
    /// The gap after the last send ends then; nil when none runs.
    public var gapUntil: DatabaseTime?
    public var queuedClaims: UInt32 = 0
    /// The breaker of its gateway's base URL is open.
    public var isBreakerOpen = false

    public init(device: DeviceID, condition: DeviceCondition) {
        self.device = device
        self.condition = condition
    }
}
