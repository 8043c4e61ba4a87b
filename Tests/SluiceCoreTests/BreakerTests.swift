import SluiceCore
import Testing

@Suite struct BreakerTests {
    private static func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }
    private let at = Self.at
    private var breaker = Breaker(threshold: 3, backoff: Backoff(first: .seconds(1), cap: .seconds(4)))

    @Test mutating func opensAfterFailuresInARowOnly() {
        _ = breaker.end(.failed, wasProbe: false, at: at(0))
        _ = breaker.end(.failed, wasProbe: false, at: at(0))
        _ = breaker.end(.answered, wasProbe: false, at: at(0))
        _ = breaker.end(.failed, wasProbe: false, at: at(0))
        _ = breaker.end(.nothing, wasProbe: false, at: at(0))
        _ = breaker.end(.failed, wasProbe: false, at: at(0))
        #expect(breaker.isClosed)
        let changed = breaker.end(.failed, wasProbe: false, at: at(10))
        #expect(changed)
        #expect(breaker.state == .open(until: at(11)))
        #expect(!breaker.allows(at: at(10)))
    }

    @Test mutating func oneProbeThenDoubleOrClosed() {
        for _ in 0..<3 { _ = breaker.end(.failed, wasProbe: false, at: at(0)) }
        let isProbe = breaker.start(at: at(1))
        #expect(isProbe)
        #expect(!breaker.allows(at: at(1)))
        _ = breaker.end(.failed, wasProbe: false, at: at(2))
        #expect(breaker.state == .probing, "another's failure says nothing new")
        _ = breaker.end(.failed, wasProbe: true, at: at(2))
        #expect(breaker.state == .open(until: at(4)))
        _ = breaker.start(at: at(4))
        _ = breaker.end(.nothing, wasProbe: true, at: at(5))
        #expect(breaker.allows(at: at(5)), "the probe was never written: another may go")
        _ = breaker.start(at: at(5))
        _ = breaker.end(.answered, wasProbe: true, at: at(6))
        #expect(breaker.isClosed)
    }

    @Test mutating func backOffHasACap() {
        for _ in 0..<3 { _ = breaker.end(.failed, wasProbe: false, at: at(0)) }
        var now: Int64 = 0
        for wait in [1, 2, 4, 4] as [Int64] {
            #expect(breaker.state == .open(until: at(now + wait)))
            now += wait
            _ = breaker.start(at: at(now))
            _ = breaker.end(.failed, wasProbe: true, at: at(now))
        }
    }
}
