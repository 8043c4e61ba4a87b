import SluiceCore
import TestSupport
import Testing

/// The small values around the limiter: gaps, back-off, permits, chance.
@Suite struct ShardPacingTests {
    @Test func gapIsDrawnWithinItsRange() {
        var generator = SeededGenerator(seed: TestSeed.base)
        var gap = Gap()
        #expect(gap.wait(at: ShardUnderTest.at(0)) == nil)
        for _ in 0..<200 {
            gap.started(at: ShardUnderTest.at(0), range: .seconds(5) ... .seconds(15), using: &generator)
            let end = gap.notBefore?.nanoseconds ?? 0
            #expect((5_000_000_000...15_000_000_000).contains(end), "\(TestSeed.name)")
            #expect(gap.wait(at: MonotonicTime(nanoseconds: end)) == nil, "over at its end")
        }
    }

    @Test func sameSeedSameNumbers() {
        var first = SeededGenerator(seed: 42)
        var second = SeededGenerator(seed: 42)
        #expect((0..<10).map { _ in first.next() } == (0..<10).map { _ in second.next() })
    }

    @Test func backoffDoublesUpToItsCap() {
        let backoff = Backoff(first: .seconds(10), cap: .seconds(60))
        #expect((1...5).map { backoff.delay(afterFailures: $0) } == [10, 20, 40, 60, 60].map { .seconds($0) })
    }

    @Test func lostMachineDoesNotSpin() {
        let device = ShardUnderTest.device()
        let shard = ShardUnderTest(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let verdict = ReserveVerdict.reserved(ShardUnderTest.reservation(batch.claims[0]))
        _ = shard.handle(
            .reserved(ShardUnderTest.statement(3), started: ShardUnderTest.at(10), [verdict]), at: 11)
        _ = shard.handle(.leaseLost, at: 12)
        _ = shard.handle(.sendEnded(ShardUnderTest.send(1), .sent(providerID: nil)), at: 20)
        #expect(shard.nextWake(after: 30).map { $0 > 30 } == true, "what is not reported any more is no reason to wake")
    }
}
