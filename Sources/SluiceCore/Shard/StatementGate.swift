/// When a statement of one kind may start: so many at once, after a failure not before a back-off, and not before its
/// pace says so.
struct StatementGate: Sendable {
    private let limit: Int
    private let backoff: Backoff
    private(set) var inFlight = 0
    private var failures = 0
    private var notBefore: MonotonicTime?
    private var restsUntil: MonotonicTime?

    init(limit: Int, backoff: Backoff) {
        self.limit = limit
        self.backoff = backoff
    }

    /// How many more may be under way.
    var free: Int { limit - inFlight }

    func isOpen(at now: MonotonicTime) -> Bool {
        inFlight < limit && (opensAt.map { $0 <= now } ?? true)
    }

    /// When it opens by itself; nil when an answer has to come first, or when it is open.
    func opens(after now: MonotonicTime) -> MonotonicTime? {
        guard inFlight < limit, let opensAt, opensAt > now else { return nil }
        return opensAt
    }

    private var opensAt: MonotonicTime? {
        guard let notBefore, let restsUntil else { return notBefore ?? restsUntil }
        return max(notBefore, restsUntil)
    }

    mutating func start() { inFlight += 1 }

    /// Lets more come together for the next one, however this one ends.
    mutating func rest(until instant: MonotonicTime) { restsUntil = instant }

    /// Nothing more is waited for: a statement that failed is split, or the node ends.
    mutating func endRest() { restsUntil = nil }

    mutating func succeed() {
        inFlight -= 1
        failures = 0
        notBefore = nil
    }

    mutating func fail(at now: MonotonicTime) {
        inFlight -= 1
        failures += 1
        notBefore = now + backoff.delay(afterFailures: failures)
    }
}
