/// An instant on this host's monotonic clock, in nanoseconds from an arbitrary origin. Only differences on one host
/// mean anything.
///
/// Arithmetic stops at the ends of the range, ±292 years, instead of trapping: what lies beyond is as far away as can
/// be.
///
/// Caps, leases and deadlines run on it: it does not jump when somebody sets the wall clock (I18).
public struct MonotonicTime: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    public static func + (left: Self, right: Duration) -> Self {
        Self(nanoseconds: left.nanoseconds.saturatingAdd(right.wholeNanoseconds))
    }

    public static func - (left: Self, right: Duration) -> Self {
        Self(nanoseconds: left.nanoseconds.saturatingSubtract(right.wholeNanoseconds))
    }

    public static func - (left: Self, right: Self) -> Duration {
        .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
    }
}
