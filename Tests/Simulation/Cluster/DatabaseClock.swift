internal import SluiceCore

/// The database host's clock: it drifts like any other, and somebody sets it.
struct DatabaseClock {
    private struct Stretch {
        /// Nanoseconds of the timeline.
        var begins: Int64
        /// By how much it is ahead of what it would have been.
        var ahead: Duration
    }

    private let clock: NodeClock
    private var stretches = [Stretch(begins: .min, ahead: .zero)]

    init(_ clock: NodeClock) { self.clock = clock }

    func reading(at time: Int64) -> DatabaseTime {
        clock.reading(at: time).database + stretches[stretches.count - 1].ahead
    }

    /// It is set forward, or back when `step` is negative.
    mutating func step(by step: Duration, at time: Int64) {
        stretches.append(Stretch(begins: time, ahead: stretches[stretches.count - 1].ahead + step))
    }

    /// The first instant at which it shows `time` or more.
    func instant(of time: DatabaseTime) -> Int64 {
        for (place, stretch) in stretches.enumerated() {
            let ends = place + 1 < stretches.count ? stretches[place + 1].begins : .max
            let shown = (time - stretch.ahead).microseconds * 1_000
            let instant = max(stretch.begins, clock.instant(of: MonotonicTime(nanoseconds: shown)))
            if instant < ends { return instant }
        }
        return .max
    }
}

extension MonotonicTime {
    /// The database's clock is one of ours, at another resolution.
    fileprivate var database: DatabaseTime { DatabaseTime(microseconds: nanoseconds / 1_000) }
}
