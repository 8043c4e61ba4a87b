import FoundationEssentials
import Synchronization

/// How fast each key may ask: `perSecond` in the long run, and that many at once after a pause.
///
/// The generic cell rate algorithm (ITU-T I.371): a key has one instant, which each request moves on by an interval; the
/// request is too early when that instant is further ahead than the burst allows.
final class RequestRates: Sendable {
    let perSecond: Int
    private let interval: Duration
    private let ahead = Mutex<[UUID?: ContinuousClock.Instant]>([:])

    /// Keys that asked lately and are remembered; more of them than exist are no use.
    private static let mostKeys = 10_000

    init(perSecond: Int) {
        self.perSecond = perSecond
        interval = .seconds(1) / perSecond
    }

    /// How long the request of `key` comes too early; nil lets it pass and counts it.
    func wait(of key: UUID?, at now: ContinuousClock.Instant) -> Duration? {
        ahead.withLock { ahead in
            let next = max(now, ahead[key] ?? now)
            let early = next - now - interval * (perSecond - 1)
            guard early <= .zero else { return early }
            if ahead.count >= Self.mostKeys { ahead = ahead.filter { $0.value > now } }
            ahead[key] = next + interval
            return nil
        }
    }
}
