import Dispatch
import FoundationEssentials
public import SluiceCore

/// The clocks of this host. The core takes times as inputs; the shells read them here.
public struct SystemClock: Sendable {
    public init() {}

    /// The monotonic clock (`CLOCK_MONOTONIC`, which is what Dispatch's uptime is on Linux): it runs at a steady rate
    /// and nobody can set it. It stands still while the host is suspended.
    public func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds))
    }

    /// Time since some instant before this process asked first. Runs on while the host is suspended (`CLOCK_BOOTTIME`,
    /// which is what `ContinuousClock` is on Linux), as the database host's clock does.
    public func nowAwakeOrAsleep() -> MonotonicTime {
        MonotonicTime(nanoseconds: (ContinuousClock.now - Self.origin).wholeNanoseconds)
    }

    private static let origin = ContinuousClock.now

    /// The wall clock, since 1970-01-01 00:00 UTC. For time stamps people read; caps, leases and due times never use
    /// it.
    public func unixTime() -> Duration {
        .seconds(Date().timeIntervalSince1970)
    }
}
