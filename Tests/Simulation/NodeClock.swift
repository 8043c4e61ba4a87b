internal import SluiceCore

/// A host's monotonic clock: begins where its host booted and runs a little fast or slow.
struct NodeClock {
    /// Nanoseconds it shows at the start of the run.
    var offset: Int64
    /// Millionths by which it runs fast.
    var ppm: Int64

    func reading(at time: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: offset + time + time / 1_000_000 * ppm)
    }

    /// The first instant at which it shows `reading` or more.
    func instant(of reading: MonotonicTime) -> Int64 {
        let elapsed = reading.nanoseconds - offset
        guard elapsed > 0 else { return 0 }
        var time = elapsed - elapsed / 1_000_000 * ppm
        while self.reading(at: time) >= reading, time > 0 { time -= 100_000 }
        while self.reading(at: time) < reading { time += 1_000 }
        return time
    }
}

extension Duration {
    /// Whole nanoseconds, as the timeline counts.
    var nanoseconds: Int64 { wholeNanoseconds }
}
