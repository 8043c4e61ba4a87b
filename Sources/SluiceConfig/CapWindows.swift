/// The lengths of the hourly and the daily cap's windows. What they allow is each device's own, in `device_caps`.
public struct CapWindows: Hashable, Sendable {
    public var hour: Duration
    public var day: Duration

    /// Added for the clocks' and the gateway's sake: 1 s to an hour, 10 s to a day, and the same share of a shortened
    /// window.
    public var hourMargin: Duration { hour / 3_600 }
    public var dayMargin: Duration { day / 8_640 }

    public init(hour: Duration, day: Duration) {
        self.hour = hour
        self.day = day
    }
}
