/// When each of the leader's statements runs: at most one of a kind at a time, not more often than its spacing, again
/// with a back-off when it failed. A wish that comes while one runs leads to one more run, never to a queue of them.
struct ErrandBook {
    private struct State {
        var isWanted = false
        var isRunning = false
        var hasSucceeded = false
        var notBefore: MonotonicTime?
        var failures = 0
    }

    private var states = Array(repeating: State(), count: CoordinatorErrand.allCases.count)
    private let limits: CoordinatorLimits

    init(limits: CoordinatorLimits) { self.limits = limits }

    mutating func want(_ errand: CoordinatorErrand) { states[errand.rawValue].isWanted = true }

    /// Whether `errand` is to start now; it counts as running then.
    mutating func start(_ errand: CoordinatorErrand, at now: MonotonicTime) -> Bool {
        guard isDue(errand, at: now) else { return false }
        states[errand.rawValue].isWanted = false
        states[errand.rawValue].isRunning = true
        return true
    }

    /// Nothing is left to do for an errand that was wanted.
    mutating func drop(_ errand: CoordinatorErrand) { states[errand.rawValue].isWanted = false }

    func isDue(_ errand: CoordinatorErrand, at now: MonotonicTime) -> Bool {
        let state = states[errand.rawValue]
        guard state.isWanted, !state.isRunning else { return false }
        return state.notBefore.map { $0 <= now } ?? true
    }

    /// - Parameter isComplete: false when the statement's own bound left something to do: it runs again at once.
    mutating func succeeded(_ errand: CoordinatorErrand, at now: MonotonicTime, isComplete: Bool = true) {
        states[errand.rawValue].isRunning = false
        states[errand.rawValue].failures = 0
        if isComplete {
            states[errand.rawValue].hasSucceeded = true
            states[errand.rawValue].notBefore = now + spacing(of: errand)
        } else {
            states[errand.rawValue].isWanted = true
            states[errand.rawValue].notBefore = nil
        }
    }

    mutating func failed(_ errand: CoordinatorErrand, at now: MonotonicTime) {
        states[errand.rawValue].isRunning = false
        states[errand.rawValue].isWanted = true
        states[errand.rawValue].failures += 1
        let delay = limits.retryBackoff.delay(afterFailures: states[errand.rawValue].failures)
        states[errand.rawValue].notBefore = now + delay
    }

    func isPending(_ errand: CoordinatorErrand) -> Bool {
        states[errand.rawValue].isWanted || states[errand.rawValue].isRunning
    }

    func isRunning(_ errand: CoordinatorErrand) -> Bool { states[errand.rawValue].isRunning }

    func hasSucceeded(_ errands: [CoordinatorErrand]) -> Bool {
        errands.allSatisfy { states[$0.rawValue].hasSucceeded }
    }

    /// When the next wanted errand may start; nil when none is wanted that is not running. `blocked` waits for
    /// something else.
    func nextStart(after now: MonotonicTime, except blocked: CoordinatorErrand?) -> MonotonicTime? {
        var next: MonotonicTime?
        for (index, state) in states.enumerated() where state.isWanted && !state.isRunning && index != blocked?.rawValue
        {
            let start = state.notBefore ?? now
            next = next.map { min($0, start) } ?? start
        }
        return next
    }

    private func spacing(of errand: CoordinatorErrand) -> Duration {
        switch errand {
        case .loadLanes, .loadRoutes: limits.loadEvery
        case .loadNamedLanes, .takeBackOlderTerms, .sweep: .zero
        case .readOwnerships, .assign: limits.assignEvery
        case .survey: limits.surveySpacing
        case .takeBackExpired: limits.takeBackEvery
        }
    }
}
