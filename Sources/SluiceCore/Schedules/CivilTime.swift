/// A date and time of day as a wall clock shows them, without a zone, in the proleptic Gregorian calendar.
///
/// Kept as seconds since 1970-01-01 00:00 on that same wall clock, so comparing and adding are those of numbers.
struct CivilTime: Hashable, Comparable, Sendable {
    static let secondsPerDay: Int64 = 86_400

    var seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init(day: CivilDay, hour: Int, minute: Int) {
        seconds = day.number * Self.secondsPerDay + Int64(hour * 3_600 + minute * 60)
    }

    var day: CivilDay {
        CivilDay(number: seconds >= 0 ? seconds / Self.secondsPerDay : (seconds + 1) / Self.secondsPerDay - 1)
    }

    static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDay: Hashable, Sendable {
    /// Days since 1970-01-01.
    var number: Int64

    var next: CivilDay { CivilDay(number: number + 1) }

    /// 0 is Sunday: 1970-01-01 was a Thursday.
    var weekday: Int { Int(((number + 4) % 7 + 7) % 7) }

    init(number: Int64) { self.number = number }

    /// By Howard Hinnant's `days_from_civil`. Nil for a day that there is not.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(number: era * 146_097 + dayOfEra - 719_468)
        // Of a month with fewer days it is one of the next.
        guard date == (year, month, day) else { return nil }
    }

    /// The year, the month 1 to 12 and the day of the month, by Howard Hinnant's `civil_from_days`: years that begin in
    /// March put the leap day last, and 400 of them always have 146,097 days.
    var date: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (
            Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), Int(month), Int(dayOfYear - (153 * march + 2) / 5 + 1)
        )
    }
}
