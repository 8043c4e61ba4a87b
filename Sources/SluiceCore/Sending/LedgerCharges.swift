/// The attempts that a take-over read from the ledger, by the cap key that they count under: eight bytes each, because a
/// node that takes a thousand devices over reads a million of them.
public struct LedgerCharges: Hashable, Sendable {
    public struct OfKey: Hashable, Sendable {
        public var capKey: String
        /// The device that made them under another key and has this one now. Nil: they were made under `capKey`.
        public var broughtBy: DeviceID?
        /// Accepted, or refused with their place kept: each charged at its settlement. In any order.
        public var settled: [DatabaseTime]
        /// Unknown or never settled: each open until its deadline, then charged there. In any order.
        public var open: [DatabaseTime]

        public init(
            capKey: String, broughtBy: DeviceID? = nil, settled: [DatabaseTime] = [], open: [DatabaseTime] = []
        ) {
            self.capKey = capKey
            self.broughtBy = broughtBy
            self.settled = settled
            self.open = open
        }
    }

    /// A key may be there several times.
    public private(set) var keys: [OfKey] = []

    public init() {}

    public init(_ charges: [LedgerCharge]) {
        for charge in charges { add(charge) }
    }

    public mutating func add(_ charges: OfKey) { keys.append(charges) }

    public mutating func add(_ charge: LedgerCharge) {
        var key = OfKey(capKey: charge.capKey, broughtBy: charge.broughtBy)
        switch charge.time {
        case .settled(let time): key.settled = [time]
        case .open(let deadline): key.open = [deadline]
        }
        keys.append(key)
    }

    /// How many attempts.
    public var count: Int { keys.reduce(0) { $0 + $1.settled.count + $1.open.count } }
}

extension LedgerCharges.OfKey {
    /// On our clock, each as late as it can have been.
    func limiterCharges(_ clock: ClockReading) -> [Limiter.Charge] {
        settled.map { .finished(clock.latestMonotonicTime(of: $0)) }
            + open.map { .open(until: clock.latestMonotonicTime(of: $0)) }
    }
}
