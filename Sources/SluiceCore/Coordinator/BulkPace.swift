/// How fast what is not urgent is claimed while something urgent is about, so that the machines that carry both have
/// room: where all processors are taken, each of the ten steps from a trigger to its request waits for a turn.
///
/// The measure is how long the claims of what is urgent take. Additive increase, multiplicative decrease (Chiu and Jain,
/// 1989): the rate falls by a part when one took longer than it should and rises by a step when it did not. Nothing is
/// held back while nothing is urgent.
struct BulkPace {
    private let limits: CoordinatorLimits
    /// Contacts per second.
    private(set) var rate: Double
    /// Contacts that may be claimed now; negative after a claim that took more than there was.
    private var tokens: Double = 0
    private var filled: MonotonicTime?
    private var givesWayUntil: MonotonicTime?

    init(limits: CoordinatorLimits) {
        self.limits = limits
        rate = limits.bulkRateAtFirst
    }

    /// A claim with something urgent was answered, `took` after it was asked for.
    mutating func noteUrgent(took: Duration, at now: MonotonicTime) {
        givesWayUntil = now + limits.bulkGivesWayFor
        let next = took > limits.urgentClaim ? rate * limits.bulkDecrease : rate + limits.bulkIncrease
        rate = min(max(next, limits.bulkRate.lowerBound), limits.bulkRate.upperBound)
    }

    /// Whether something urgent was about when ``room(at:)`` was asked last.
    var isGivingWay: Bool { filled != nil }

    /// How many contacts may be claimed that are not urgent; nil: any number.
    mutating func room(at now: MonotonicTime) -> Int? {
        guard let givesWayUntil, now < givesWayUntil else {
            filled = nil
            tokens = 0
            rate = limits.bulkRateAtFirst
            return nil
        }
        let since = filled.map { now - $0 } ?? limits.pacedClaimRest
        filled = now
        // What a tenth of a second gives is the most that is saved up.
        tokens = min(tokens + rate * (since / .seconds(1)), rate / 10)
        return max(0, Int(tokens))
    }

    mutating func noteAsked(_ contacts: Int) {
        guard isGivingWay else { return }
        tokens -= Double(contacts)
    }
}
