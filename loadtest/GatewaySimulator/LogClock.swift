internal import Glibc

/// The time of the request log: the wall clock at the start, carried on by the monotonic clock.
///
/// A step of the wall clock therefore shows in no window that the log is judged by, and no two lines share an instant.
struct LogClock {
    private let offset: Int64
    private var last: Int64

    /// - Parameter after: the latest instant in the log already; every reading is later.
    init(after latest: Int64 = 0) {
        let monotonic = Self.read(CLOCK_MONOTONIC)
        offset = max(Self.read(CLOCK_REALTIME), latest + 1) - monotonic
        last = latest
    }

    /// Nanoseconds since 1970, later than every reading before.
    mutating func now() -> Int64 {
        last = max(last + 1, Self.read(CLOCK_MONOTONIC) + offset)
        return last
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
