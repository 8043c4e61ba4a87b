/// When something recurs, in the five fields of cron: minute, hour, day of month, month, day of week.
///
/// As POSIX crontab and Vixie cron have it: lists, ranges, steps, names of months and days, and a day matches when
/// *either* of the two day fields does if both are restricted. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`
/// stand for their patterns.
public struct CronPattern: Hashable, Sendable {
    /// As it was written.
    public let text: String
    let minute: CronField
    let hour: CronField
    private let dayOfMonth: CronField
    private let month: CronField
    private let dayOfWeek: CronField

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// The most a pattern may be long; the longest that means something is well below.
    private static let longest = 400

    /// - Throws: ``CronError`` for a pattern that cannot be read, and for one that no day ever matches.
    public init(_ text: String) throws(CronError) {
        guard text.utf8.count <= Self.longest else {
            throw CronError(field: nil, problem: "longer than \(Self.longest) characters")
        }
        let fields = (Self.shorthands[text.lowercased()] ?? text).split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else {
            throw CronError(
                field: nil,
                problem: "has \(fields.count) of five fields: minute, hour, day of month, month, day of week")
        }
        self.text = text
        minute = try CronField(fields[0], .minute)
        hour = try CronField(fields[1], .hour)
        dayOfMonth = try CronField(fields[2], .dayOfMonth)
        month = try CronField(fields[3], .month)
        dayOfWeek = try CronField(fields[4], .dayOfWeek)
        guard dayOfWeekDecidesAlone || hasSuchDay else {
            throw CronError(field: CronField.Kind.dayOfMonth.name, problem: "no month of the pattern has such a day")
        }
    }

    /// Minutes or hours are written with a star: it runs all the time, not at a time of day.
    var runsAllDay: Bool { minute.isStar || hour.isStar }

    func matches(_ day: CivilDay) -> Bool {
        let (_, number, date) = day.date
        guard month.contains(number) else { return false }
        let byDate = dayOfMonth.contains(date)
        let byWeekday = dayOfWeek.contains(day.weekday)
        return dayOfMonth.isStar || dayOfWeek.isStar ? byDate && byWeekday : byDate || byWeekday
    }

    private var dayOfWeekDecidesAlone: Bool { !dayOfMonth.isStar && !dayOfWeek.isStar }

    private var hasSuchDay: Bool {
        let longestDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return month.values.contains { month in dayOfMonth.values.contains { $0 <= longestDays[month - 1] } }
    }
}

/// Why a cron pattern cannot be used.
public struct CronError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field's name; nil when it is about the pattern as a whole.
    public let field: String?
    public let problem: String

    public var description: String { (field.map { "\($0): " } ?? "") + problem }
}
