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
        let pace = 1_000_000 + ppm
        // Below the answer by less than the reading's own rounding.
        var time = elapsed / pace * 1_000_000 + elapsed % pace * 1_000_000 / pace - 2_000
        while self.reading(at: time) < reading { time += 500 }
        return time
    }
}

extension Duration {
    /// Whole nanoseconds, as the timeline counts.
    var nanoseconds: Int64 { wholeNanoseconds }
}
