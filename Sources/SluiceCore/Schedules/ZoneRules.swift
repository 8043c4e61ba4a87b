/// What a time zone's clocks show. Where the rules come from is the caller's matter; the core only asks.
public protocol ZoneRules: Sendable {
    /// Seconds to add to UTC at `instant`, which is in seconds since 1970-01-01 00:00 UTC.
    func offset(at instant: Int64) -> Int64
}

/// A zone's clocks on one day: steady, or changed once.
struct DayClock {
    private let before: Int64
    private let after: Int64
    /// The first instant at which `after` is true; never, on a steady day.
    private let change: Int64

    /// Further from any instant than a zone's clock can be from UTC, also on a day that a zone skips when it crosses the
    /// date line; nearer than two changes of a zone's clock.
    private static let reach = 2 * CivilTime.secondsPerDay

    init(_ day: CivilDay, in zone: some ZoneRules) {
        var early = CivilTime(day: day, hour: 0, minute: 0).seconds - Self.reach
        var late = CivilTime(day: day.next, hour: 0, minute: 0).seconds + Self.reach
        before = zone.offset(at: early)
        after = zone.offset(at: late)
        guard before != after else {
            change = .max
            return
        }
        while late - early > 1 {
            let middle = early + (late - early) / 2
            if zone.offset(at: middle) == before { early = middle } else { late = middle }
        }
        change = late
    }

    /// No instant that belongs to `civil` is later.
    func latestInstant(of civil: CivilTime) -> Int64 { civil.seconds - min(before, after) }

    /// The first instant after `second` at which the clocks show one of `times`, which ascend: those that the clocks are
    /// put back over come twice, those that they are put forward over never.
    func firstInstant(showing times: some Sequence<CivilTime>, after second: Int64) -> Int64? {
        if let early = times.first(where: { $0.seconds - before > second })?.seconds, early - before < change {
            return early - before
        }
        return times.first { $0.seconds - after >= max(change, second + 1) }.map { $0.seconds - after }
    }

    /// The first instant at which the clocks show `civil` or, where they skip it, a later time.
    func firstInstant(from civil: CivilTime) -> Int64 {
        let early = civil.seconds - before
        return early < change ? early : max(change, civil.seconds - after)
    }
}
