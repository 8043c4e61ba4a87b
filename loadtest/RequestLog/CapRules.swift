/// The caps that a log is judged by.
public struct CapRules: Sendable, Equatable {
    /// A rolling window: in any (x, x + length], at most `cap` messages are accepted.
    public struct Window: Sendable, Hashable, Codable {
        public var nanoseconds: Int64
        public var cap: Int

        public init(nanoseconds: Int64, cap: Int) {
            self.nanoseconds = nanoseconds
            self.cap = cap
        }

        public init(seconds: Double, cap: Int) {
            self.init(nanoseconds: Int64((seconds * 1e9).rounded()), cap: cap)
        }
    }

    public var windows: [Window]
    /// Most open requests at any instant; nil for no limit.
    public var concurrency: Int?

    public init(windows: [Window] = [], concurrency: Int? = nil) {
        self.windows = windows
        self.concurrency = concurrency
    }

    /// Caps per rolling hour and rolling 24 hours.
    public init(hourly: Int? = nil, daily: Int? = nil, concurrency: Int? = nil) {
        self.windows =
            (hourly.map { [Window(seconds: 3_600, cap: $0)] } ?? [])
            + (daily.map { [Window(seconds: 86_400, cap: $0)] } ?? [])
        self.concurrency = concurrency
    }
}

/// Which caps hold for which device.
public struct CapPlan: Sendable {
    /// Rules for every cap key that `byCapKey` does not name.
    public var standard: CapRules
    public var byCapKey: [String: CapRules]
    /// The cap key of a device; a device that is not named is its own cap key.
    public var capKeyOfDevice: [String: String]

    public init(
        standard: CapRules = CapRules(), byCapKey: [String: CapRules] = [:], capKeyOfDevice: [String: String] = [:]
    ) {
        self.standard = standard
        self.byCapKey = byCapKey
        self.capKeyOfDevice = capKeyOfDevice
    }

    func capKey(of device: String) -> String { capKeyOfDevice[device] ?? device }
    func rules(for capKey: String) -> CapRules { byCapKey[capKey] ?? standard }
}
