/// How long the "hour" and the "day" of the caps are: parameters, so that a test can fill a day. What they allow is
/// each device's own, in `device_caps`.
public struct CapWindows: Hashable, Sendable {
    public var hour: Duration
    public var day: Duration

    /// Added to an hour and to a day: 2 s and 10 s for steps of the database's clock that are too small to be seen
    /// (``ClockWatch/tolerance``), the same share of a shortened window, and what two clocks part in that time.
    public var hourMargin: Duration { hour / 1_800 + ClockDrift.allowance(for: hour) }
    public var dayMargin: Duration { day / 8_640 + ClockDrift.allowance(for: day) }

    /// Of any other window.
    public static func margin(for length: Duration) -> Duration {
        .seconds(2) + ClockDrift.allowance(for: length)
    }

    /// How far back a take-over must read the ledger: the longest window with its margin, and five minutes, more
    /// than an attempt may stay open.
    public var lookback: Duration { max(hour + hourMargin, day + dayMargin) + .seconds(300) }

    public init(hour: Duration = .seconds(3_600), day: Duration = .seconds(86_400)) {
        self.hour = hour
        self.day = day
    }
}
