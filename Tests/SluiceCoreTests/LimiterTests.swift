import SluiceCore
import Testing

@Suite struct LimiterTests {
    private static func caps(hour: Int = 2, day: Int = 3, concurrency: Int = 2) -> Caps {
        Caps(
            windows: [
                .init(length: .seconds(3600), limit: hour, margin: .seconds(1)),
                .init(length: .seconds(86_400), limit: day, margin: .seconds(10)),
            ], concurrency: concurrency)
    }

    private static func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }
    private let at = Self.at

    @Test func concurrencyIsFreedByAnEventOnly() {
        let limiter = LimiterUnderTest(caps: Self.caps(concurrency: 1), at: at(0))
        #expect(limiter.admit(at: at(0)))
        #expect(!limiter.admit(at: at(1)))
        #expect(limiter.capacity(at: at(1)) == .init(available: 0, next: nil))
        limiter.release()
        #expect(limiter.capacity(at: at(1)) == .init(available: 1, next: nil))
    }

    @Test func windowCountsFromTheFinish() {
        let limiter = LimiterUnderTest(caps: Self.caps(), at: at(0))
        #expect(limiter.admit(at: at(0)))
        #expect(limiter.admit(at: at(0)))
        limiter.finish(at: at(50))
        limiter.finish(at: at(60))
        #expect(limiter.capacity(at: at(60)) == .init(available: 0, next: at(3651)))
        #expect(limiter.capacity(at: at(3651)) == .init(available: 1, next: nil))
        #expect(limiter.admit(at: at(3651)))
        limiter.finish(at: at(3700))
        #expect(limiter.capacity(at: at(3700)) == .init(available: 0, next: at(86_460)), "the day is full")
    }

    @Test func unknownHoldsItsPlaceUntilTheDeadlineAndIsChargedThere() {
        let limiter = LimiterUnderTest(caps: Self.caps(hour: 1, concurrency: 1), at: at(0))
        #expect(limiter.admit(at: at(0)))
        limiter.unknown(until: at(86), at: at(11))
        #expect(limiter.unknowns == 1)
        #expect(limiter.capacity(at: at(12)) == .init(available: 0, next: at(86 + 3601)))
        #expect(limiter.capacity(at: at(86)).available == 0)
        #expect(limiter.unknowns == 0)
        #expect(limiter.admit(at: at(86 + 3601)))
    }

    @Test func loweredCapAppliesAtOnceAndRaisedOneCountsHistory() {
        let limiter = LimiterUnderTest(caps: Self.caps(hour: 3, day: 9), at: at(0))
        for second in 0..<3 {
            #expect(limiter.admit(at: at(Int64(second))))
            limiter.finish(at: at(Int64(second)))
        }
        limiter.update(caps: Self.caps(hour: 1, day: 9), at: at(10))
        #expect(limiter.capacity(at: at(10)).next == at(2 + 3601))
        limiter.update(caps: Self.caps(hour: 4, day: 9), at: at(20))
        #expect(limiter.capacity(at: at(20)).available == 1)
    }

    /// A longer window reaches back to finishes that were dropped because nothing asked for them.
    @Test func addedWindowIsFullUntilItLiesAfterWhatWasForgotten() {
        let hour = Caps(windows: [.init(length: .seconds(60), limit: 1, margin: .zero)], concurrency: 1)
        let limiter = LimiterUnderTest(caps: hour, at: at(0))
        #expect(limiter.admit(at: at(0)))
        limiter.finish(at: at(5))
        #expect(limiter.capacity(at: at(100)).available == 1)
        let day = Caps(windows: [.init(length: .seconds(1000), limit: 50, margin: .zero)], concurrency: 1)
        limiter.update(caps: day, at: at(100))
        #expect(limiter.capacity(at: at(100)) == .init(available: 0, next: at(1005)))
        #expect(limiter.admit(at: at(1005)))
    }

    @Test func incompleteHistoryCountsAsFull() {
        let limiter = LimiterUnderTest(caps: Self.caps(), knownFrom: at(1000), at: at(2000))
        #expect(limiter.capacity(at: at(2000)) == .init(available: 0, next: at(1000 + 86_410)))
        #expect(limiter.capacity(at: at(1000 + 86_410)).available == 2)
    }

    @Test func rebuildTakesChargesInAnyOrder() {
        let charges: [Limiter.Charge] = [
            .open(until: at(40)), .finished(at(20)), .open(until: at(5)), .finished(at(10)),
        ]
        let limiter = LimiterUnderTest(caps: Self.caps(hour: 4, day: 9, concurrency: 3), charges: charges, at: at(30))
        #expect(limiter.capacity(at: at(30)) == .init(available: 0, next: at(5 + 3601)))
        #expect(limiter.use(at: at(30)).map(\.used) == [4, 4])
    }

    @Test func placesOfTheWaitingCanBeLeftOut() {
        let limiter = LimiterUnderTest(caps: Self.caps(hour: 5, day: 9, concurrency: 2), at: at(0))
        #expect(limiter.admit(at: at(0)))
        #expect(limiter.capacity(at: at(0)).available == 1)
        #expect(limiter.capacity(at: at(0), leavingOut: 1).available == 2)
    }

    @Test func limitZeroNeverHasRoom() {
        let limiter = LimiterUnderTest(caps: Self.caps(hour: 0), at: at(0))
        #expect(limiter.capacity(at: at(0)) == .init(available: 0, next: nil))
    }

    @Test(arguments: [80, 100, 1100, 5000]) func memoryStaysWithinItsTarget(perDay: Int) {
        let limiter = LimiterUnderTest(caps: Self.caps(hour: perDay, day: perDay, concurrency: 50), at: at(0))
        for second in 0..<Int64(perDay * 3) {
            let now = at(second * 30)
            guard limiter.admit(at: now) else { continue }
            limiter.finish(at: now)
        }
        #expect(limiter.byteCount <= 4096 + 8 * perDay)
    }

    @Test(arguments: [1, 80, 1000, 1100]) func aHistoryTakesNoMoreMemoryThanWhatWasSent(count: Int) {
        let caps = Self.caps(hour: 1100, day: 1100, concurrency: 1)
        let past = (0..<Int64(count)).map { Limiter.Charge.finished(at($0)) }
        let rebuilt = LimiterUnderTest(caps: caps, charges: past.shuffled(), at: at(Int64(count)))
        let sent = LimiterUnderTest(caps: caps, at: at(0))
        for second in 0..<Int64(count) {
            #expect(sent.admit(at: at(second)))
            sent.finish(at: at(second))
        }
        #expect(rebuilt.byteCount <= sent.byteCount)
        #expect(rebuilt.use(at: at(3_700)) == sent.use(at: at(3_700)))
    }
}

/// A reference to a limiter, because `#expect` cannot call what changes a value.
final class LimiterUnderTest {
    private var limiter: Limiter

    init(caps: Caps, charges: [Limiter.Charge] = [], knownFrom: MonotonicTime? = nil, at now: MonotonicTime) {
        limiter = Limiter(caps: caps, charges: charges, knownFrom: knownFrom, at: now)
    }

    var unknowns: Int { limiter.unknowns }
    var byteCount: Int { limiter.byteCount }
    func admit(at now: MonotonicTime) -> Bool { limiter.admit(at: now) }
    func finish(at now: MonotonicTime) { limiter.finish(at: now) }
    func release() { limiter.release() }
    func unknown(until deadline: MonotonicTime, at now: MonotonicTime) { limiter.unknown(until: deadline, at: now) }
    func update(caps: Caps, at now: MonotonicTime) { limiter.update(caps: caps, at: now) }
    func use(at now: MonotonicTime) -> [Limiter.WindowUse] { limiter.use(at: now) }
    func capacity(at now: MonotonicTime, leavingOut places: Int = 0) -> Limiter.Capacity {
        limiter.capacity(at: now, leavingOut: places)
    }
}
