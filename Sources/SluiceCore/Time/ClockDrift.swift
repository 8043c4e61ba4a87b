/// How far clocks that nobody has set may run apart, and what is added to a stretch of time for it.
///
/// Linux lets NTP change a clock's pace by at most 500 millionths (adjtimex(2), `ADJ_FREQUENCY`), and a crystal that
/// runs worse than that is broken. So two clocks, one fast and one slow, part by at most 1.0005 / 0.9995: 3.6 s in an
/// hour, 86 s in a day.
///
/// Why lengthening and not the slower of two clocks: what a cap promises is counted by the gateway's clock, which no
/// node reads, so every clock at hand may be a fast one. A stretch that is longer by the bound is long enough on all of
/// them.
public enum ClockDrift {
    /// Of one clock against true time, in millionths.
    private static let bound: Int64 = 500

    /// 1.0005 / 0.9995, rounded up.
    private static let apartPPM = 2 * bound + 1

    /// What to add to `duration` so that a fast clock shows the sum no sooner than a slow one shows `duration`.
    public static func allowance(for duration: Duration) -> Duration {
        .nanoseconds(duration.wholeNanoseconds / 1_000_000 * apartPPM + 1_000)
    }
}
