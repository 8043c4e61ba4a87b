/// An instant with the offset from UTC that it was written in, as in `2026-03-29T09:00:00+02:00`.
public struct OffsetTime: Hashable, Sendable, CustomStringConvertible {
    public enum Problem: Error, Hashable, Sendable {
        /// It is no date and time of ISO 8601.
        case malformed
        /// A time of day without an offset is a different instant in each place.
        case withoutOffset
    }

    /// To the microsecond.
    public var time: DatabaseTime
    /// Seconds east of UTC.
    public var offset: Int

    public init(time: DatabaseTime, offset: Int) {
        self.time = time
        self.offset = offset
    }

    /// The extended format of ISO 8601: a date, `T`, a time of day with or without seconds and fractions of them, and
    /// `Z` or an offset in hours and minutes. Years 1 to 9999.
    public init(_ text: String) throws(Problem) {
        var rest = Substring(text)
        guard let year = rest.takeDigits(4), rest.take("-"), let month = rest.takeDigits(2), rest.take("-"),
            let day = rest.takeDigits(2), let date = CivilDay(year: year, month: month, day: day),
            rest.take("T") || rest.take("t"), let hour = rest.takeDigits(2), hour < 24, rest.take(":"),
            let minute = rest.takeDigits(2), minute < 60
        else { throw .malformed }
        var second = 0
        var fraction: Int64 = 0
        if rest.take(":") {
            guard let number = rest.takeDigits(2), number < 60 else { throw .malformed }
            second = number
            if rest.take(".") || rest.take(",") {
                guard let microseconds = rest.takeMicroseconds() else { throw .malformed }
                fraction = microseconds
            }
        }
        guard !rest.isEmpty else { throw .withoutOffset }
        guard let offset = Self.offset(rest) else { throw .malformed }
        let seconds = CivilTime(day: date, hour: hour, minute: minute).seconds + Int64(second - offset)
        self.init(time: DatabaseTime(microseconds: seconds * 1_000_000 + fraction), offset: offset)
    }

    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" || text == "z" { return 0 }
        var rest = text
        let isEast = rest.take("+")
        guard isEast || rest.take("-"), let hours = rest.takeDigits(2), hours <= 18, rest.isEmpty || rest.take(":"),
            let minutes = rest.isEmpty ? 0 : rest.takeDigits(2), minutes < 60, rest.isEmpty
        else { return nil }
        return (hours * 60 + minutes) * (isEast ? 60 : -60)
    }

    /// With milliseconds when there are any.
    public var description: String {
        let shifted = time.microseconds + Int64(offset) * 1_000_000
        let (quotient, remainder) = shifted.quotientAndRemainder(dividingBy: 1_000_000)
        let second = CivilTime(seconds: remainder < 0 ? quotient - 1 : quotient)
        let millisecond = (remainder < 0 ? remainder + 1_000_000 : remainder) / 1_000
        let (year, month, day) = second.day.date
        let clock = second.seconds - second.day.number * CivilTime.secondsPerDay
        let minutes = abs(offset) / 60
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))T"
            + "\(padded(Int(clock) / 3_600)):\(padded(Int(clock) / 60 % 60)):\(padded(Int(clock) % 60))"
            + (millisecond == 0 ? "" : "." + padded(Int(millisecond), 3))
            + (offset == 0 ? "Z" : "\(offset < 0 ? "-" : "+")\(padded(minutes / 60)):\(padded(minutes % 60))")
    }

    private func padded(_ number: Int, _ digits: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension Substring {
    fileprivate mutating func take(_ character: Character) -> Bool {
        guard first == character else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func takeDigits(_ count: Int) -> Int? {
        let digits = prefix(count)
        guard digits.utf8.count == count, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        removeFirst(count)
        return Int(digits)
    }

    /// Digits of a fraction of a second, those beyond the sixth cut off.
    fileprivate mutating func takeMicroseconds() -> Int64? {
        let digits = prefix { $0.isASCII && $0.isWholeNumber }
        guard (1...18).contains(digits.count) else { return nil }
        removeFirst(digits.count)
        return Int64(digits.prefix(6) + String(repeating: "0", count: Swift.max(0, 6 - digits.count)))
    }
}
