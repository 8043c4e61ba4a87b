/// The instants of a cron pattern in a time zone.
///
/// On the days when clocks change, a pattern at a time of day runs exactly once for each day that it matches: at the
/// first of the two when its time comes twice, and right after the change when its time is skipped (several such runs
/// become one). A pattern with a star in minutes or hours follows the clock through every hour that passes.
public struct CronSchedule<Zone: ZoneRules>: Sendable {
    public let pattern: CronPattern
    public let zone: Zone

    /// Leap days that are eight years apart (1896 and 1904, 2096 and 2104), on one day of the week alone: 40 years.
    private static var mostDays: Int { 41 * 366 }

    public init(pattern: CronPattern, zone: Zone) {
        self.pattern = pattern
        self.zone = zone
    }

    /// The first run after `time`, which is no run itself. Nil when the pattern has none within 41 years, as with a date
    /// that a zone's clocks skipped for good.
    public func next(after time: DatabaseTime) -> DatabaseTime? {
        let (quotient, remainder) = time.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let second = remainder < 0 ? quotient - 1 : quotient
        // A day early: what is skipped at the end of a day runs on the next one.
        var day = CivilDay(number: CivilTime(seconds: second + zone.offset(at: second)).day.number - 1)
        for _ in 0..<Self.mostDays {
            if let run = firstRun(on: day, after: second) {
                // Clocks that are put back over midnight show the end of a day again after the next one's beginning.
                let run = min(run, firstRun(on: day.next, after: second) ?? run)
                let (microseconds, overflow) = run.multipliedReportingOverflow(by: 1_000_000)
                return overflow ? nil : DatabaseTime(microseconds: microseconds)
            }
            day = day.next
        }
        return nil
    }

    /// The first run after `second` of those that belong to `day`, if the pattern matches it.
    private func firstRun(on day: CivilDay, after second: Int64) -> Int64? {
        guard pattern.matches(day) else { return nil }
        let clock = DayClock(day, in: zone)
        let hours = pattern.hour.values.lazy.filter {
            clock.latestInstant(of: CivilTime(day: day, hour: $0, minute: 59)) > second
        }
        let times = hours.flatMap { hour in
            pattern.minute.values.lazy.map { CivilTime(day: day, hour: hour, minute: $0) }
        }
        if pattern.runsAllDay { return clock.firstInstant(showing: times, after: second) }
        return times.map(clock.firstInstant(from:)).first { $0 > second }
    }
}
