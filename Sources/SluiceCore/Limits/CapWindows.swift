/// How long the "hour" and the "day" of the caps are: parameters, so that a test can fill a day. What they allow is
/// each device's own, in `device_caps`.
public struct CapWindows: Hashable, Sendable {
    public var hour: Duration
    public var day: Duration

    /// Added for the clocks' and the gateway's sake: 1 s to an hour, 10 s to a day, and the same share of a shortened
    /// window.
    public var hourMargin: Duration { hour / 3_600 }
    public var dayMargin: Duration { day / 8_640 }

    /// How far back a take-over must read the ledger: the longest window with its margin, and five minutes, more
    /// than an attempt may stay open.
    public var lookback: Duration { max(hour + hourMargin, day + dayMargin) + .seconds(300) }

    public init(hour: Duration = .seconds(3_600), day: Duration = .seconds(86_400)) {
        self.hour = hour
        self.day = day
    }
}
