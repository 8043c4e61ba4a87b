/// What settle writes for one attempt: a compare-and-set on (contact, attempt, day).
public struct Settlement: Hashable, Sendable {
    public var reservation: Reservation
    public var outcome: Outcome

    public init(reservation: Reservation, outcome: Outcome) {
        self.reservation = reservation
        self.outcome = outcome
    }
}

/// One past or open attempt, as a take-over reads it from the ledger to rebuild a limiter.
public struct LedgerCharge: Hashable, Sendable {
    public enum Time: Hashable, Sendable {
        /// Accepted, or refused with its place kept: charged at its settlement.
        case settled(DatabaseTime)
        /// Unknown or never settled: open until its deadline, then charged there.
        case open(until: DatabaseTime)
    }

    /// The key that it counts under: its own, or the present key of the device that brought it along.
    public var capKey: String
    public var time: Time
    /// The device that made it under another key and has this one now. Nil: it was made under `capKey`.
    public var broughtBy: DeviceID?

    public init(capKey: String, time: Time, broughtBy: DeviceID? = nil) {
        self.capKey = capKey
        self.time = time
        self.broughtBy = broughtBy
    }
}
