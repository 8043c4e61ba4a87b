internal import SluiceCore
internal import SluiceWire

/// How the attempts of the last minute ended, in 60 buckets of a second.
struct RecentOutcomes: Sendable {
    private var buckets = [ShardStatus.Outcomes](repeating: ShardStatus.Outcomes(), count: 60)
    private var second: Int64 = 0

    mutating func note(_ outcome: Outcome, at now: MonotonicTime) {
        advance(to: now)
        let index = Int(second % 60)
        switch outcome {
        case .sent: buckets[index].sent += 1
        case .refused, .aborted: buckets[index].failed += 1
        case .unknown: buckets[index].unknown += 1
        }
    }

    mutating func lastMinute(at now: MonotonicTime) -> ShardStatus.Outcomes {
        advance(to: now)
        return buckets.reduce(into: ShardStatus.Outcomes()) { sum, bucket in
            sum.sent += bucket.sent
            sum.failed += bucket.failed
            sum.unknown += bucket.unknown
        }
    }

    private mutating func advance(to now: MonotonicTime) {
        let current = now.nanoseconds / 1_000_000_000
        guard current > second else { return }
        for passed in max(second + 1, current - 59)...current { buckets[Int(passed % 60)] = ShardStatus.Outcomes() }
        second = current
    }
}
