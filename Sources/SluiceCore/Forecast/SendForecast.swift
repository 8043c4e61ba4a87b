/// When the devices of one cap key have sent what waits for them: the limiter itself, run forward in virtual time.
///
/// A message is sent the instant that the caps and the gap allow it, takes no time and is accepted; nothing else comes
/// up. So the real end is no earlier, but for messages that are not sent after all. Cost: O(1) for each message.
public struct SendForecast: Hashable, Sendable {
    public var caps: Caps
    /// Between two sends of one device, on average.
    public var gap: Duration
    /// Devices that send under the key, each with its own gap. At least 1.
    public var devices: Int
    /// What was sent before, any order, and since when that is all (nil: always was).
    public var charges: [Limiter.Charge]
    public var knownFrom: MonotonicTime?
    /// Messages that go before.
    public var ahead: Int

    public init(
        caps: Caps, gap: Duration, devices: Int = 1, charges: [Limiter.Charge] = [], knownFrom: MonotonicTime? = nil,
        ahead: Int = 0
    ) {
        self.caps = caps
        self.gap = gap
        self.devices = devices
        self.charges = charges
        self.knownFrom = knownFrom
        self.ahead = ahead
    }

    /// When the last of so many messages, at least one, is sent that come after what is ahead and may begin at `now`; nil
    /// when never.
    public func end(of messages: Int, at now: MonotonicTime) -> MonotonicTime? {
        var limiter = Limiter(caps: caps, charges: charges, knownFrom: knownFrom, at: now)
        // Whoever sends next is who has waited longest: the gaps of several devices run side by side.
        var free = Array(repeating: now, count: max(1, devices))
        var last = now
        for number in 0..<(ahead + messages) {
            var time = max(last, free[number % free.count])
            while !limiter.admit(at: time) {
                guard let next = limiter.capacity(at: time).next, next > time else { return nil }
                time = next
            }
            limiter.finish(at: time)
            free[number % free.count] = time + gap
            last = time
        }
        return last
    }
}
