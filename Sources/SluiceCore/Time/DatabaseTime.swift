/// An instant on the database's clock, in microseconds since 1970-01-01 00:00 UTC: PostgreSQL's own resolution.
///
/// The ends of the range are PostgreSQL's `infinity` and `-infinity`. Arithmetic stops there instead of trapping, and
/// what is infinite stays so.
///
/// Due times, lease expiries and the ledger's times are on this clock, the only one that every node shares.
public struct DatabaseTime: Hashable, Comparable, Sendable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Before all others: PostgreSQL's `-infinity`.
    public static let distantPast = DatabaseTime(microseconds: .min)

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    public static func + (left: Self, right: Duration) -> Self {
        guard left.isFinite else { return left }
        return Self(microseconds: left.microseconds.saturatingAdd(right.wholeMicroseconds))
    }

    public static func - (left: Self, right: Duration) -> Self {
        guard left.isFinite else { return left }
        return Self(microseconds: left.microseconds.saturatingSubtract(right.wholeMicroseconds))
    }

    public static func - (left: Self, right: Self) -> Duration {
        .microseconds(left.microseconds) - .microseconds(right.microseconds)
    }

    private var isFinite: Bool { microseconds != .max && microseconds != .min }
}

/// What a node knows of the database's clock: one reading of both clocks, taken by each lease renewal.
///
/// The database read its clock somewhere between `sent` and `received` on ours, so the estimate is off by at most the
/// round trip.
public struct ClockReading: Hashable, Sendable {
    public var database: DatabaseTime
    public var sent: MonotonicTime
    public var received: MonotonicTime

    public init(database: DatabaseTime, sent: MonotonicTime, received: MonotonicTime) {
        self.database = database
        self.sent = sent
        self.received = received
    }

    /// The latest the database's clock can show at `time`: the right estimate for "has this expired?".
    public func latestDatabaseTime(at time: MonotonicTime) -> DatabaseTime { database + (time - sent) }

    /// The earliest the database's clock can show at `time`: the right estimate for "is this due yet?" and for charges.
    public func earliestDatabaseTime(at time: MonotonicTime) -> DatabaseTime { database + (time - received) }

    /// `time` on our clock, as late as it can be: a charge converted so never leaves its window too early.
    ///
    /// Counted in whole numbers, because a take-over asks it of a million attempts: a `Duration` is divided for each.
    public func latestMonotonicTime(of time: DatabaseTime) -> MonotonicTime {
        let later = time.microseconds.saturatingSubtract(database.microseconds).saturatingMultiply(by: 1_000)
        return MonotonicTime(nanoseconds: received.nanoseconds.saturatingAdd(later))
    }
}
