/// When a statement of one kind may start: so many at once, and after a failure not before a back-off.
struct StatementGate: Sendable {
    private let limit: Int
    private let backoff: Backoff
    private(set) var inFlight = 0
    private var failures = 0
    private var notBefore: MonotonicTime?

    init(limit: Int, backoff: Backoff) {
        self.limit = limit
        self.backoff = backoff
    }

    /// How many more may be under way.
    var free: Int { limit - inFlight }

    func isOpen(at now: MonotonicTime) -> Bool {
        guard inFlight < limit else { return false }
        guard let notBefore else { return true }
        return notBefore <= now
    }

    /// When it opens by itself; nil when an answer has to come first, or when it is open.
    func opens(after now: MonotonicTime) -> MonotonicTime? {
        guard inFlight < limit, let notBefore, notBefore > now else { return nil }
        return notBefore
    }

    mutating func start() { inFlight += 1 }

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
