/// An instant as PostgreSQL's `timestamptz` holds it, in whole microseconds.
public struct PostgresTimestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01 00:00:00 UTC; leap seconds are not counted.
    public var microsecondsSinceEpoch: Int64

    public init(microsecondsSinceEpoch: Int64) {
        self.microsecondsSinceEpoch = microsecondsSinceEpoch
    }

    /// Later than every other instant.
    public static let infinity = PostgresTimestamp(microsecondsSinceEpoch: .max)

    /// Earlier than every other instant.
    public static let negativeInfinity = PostgresTimestamp(microsecondsSinceEpoch: .min)

    public static func < (left: Self, right: Self) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// The server counts from 2000-01-01 00:00:00 UTC.
    private static let serverEpoch: Int64 = 946_684_800_000_000

    /// The server's own extremes stand for infinity; anything that would leave the range does too.
    var serverValue: Int64 {
        if microsecondsSinceEpoch == .max || microsecondsSinceEpoch == .min { return microsecondsSinceEpoch }
        let (value, overflow) = microsecondsSinceEpoch.subtractingReportingOverflow(Self.serverEpoch)
        return overflow ? .min : value
    }

    /// The last years that the server knows (from 294,247 on) do not fit when counted from 1970: they become the last
    /// instant that does, so that a row that somebody wrote so can be read.
    init(serverValue: Int64) {
        if serverValue == .max || serverValue == .min {
            self.init(microsecondsSinceEpoch: serverValue)
            return
        }
        let (value, overflow) = serverValue.addingReportingOverflow(Self.serverEpoch)
        self.init(microsecondsSinceEpoch: overflow ? .max - 1 : value)
    }
}

/// A calendar day as PostgreSQL's `date` holds it.
public struct PostgresDate: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    public var daysSinceEpoch: Int32

    public init(daysSinceEpoch: Int32) {
        self.daysSinceEpoch = daysSinceEpoch
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    /// 2000-01-01, from which the server counts.
    private static let serverEpoch: Int32 = 10_957

    var serverValue: Int32 {
        let (value, overflow) = daysSinceEpoch.subtractingReportingOverflow(Self.serverEpoch)
        return overflow ? .min : value
    }

    init?(serverValue: Int32) {
        let (value, overflow) = serverValue.addingReportingOverflow(Self.serverEpoch)
        if overflow { return nil }
        self.init(daysSinceEpoch: value)
    }
}
