import SluiceCore
import Testing

/// A shard that has nothing to say says so, and only then.
@Suite struct ShardSilenceTests {
    private typealias Shard = ShardUnderTest

    @Test func aShardWithoutSlotsReportsEverySnapshot() {
        let shard = Shard()
        _ = shard.handle(shard.renewal(at: 0), at: 0)
        #expect(shard.handle(.ownership(Shard.statement(1), []), at: 0) == [])
        #expect(shard.nextWake(after: 0) == 2_000)
        #expect(shard.handle(.tick, at: 1_999) == [])
        #expect(shard.handle(.tick, at: 2_000) == [Shard.report(1, [])])
        #expect(shard.handle(.tick, at: 2_001) == [])
        #expect(shard.handle(.tick, at: 4_000) == [Shard.report(2, [])])
    }

    @Test func anEmptyReportHoldsUpNoOther() {
        let shard = Shard()
        let device = Shard.device()
        _ = shard.handle(shard.renewal(at: 0), at: 0)
        _ = shard.handle(.ownership(Shard.statement(1), [Shard.ownership()]), at: 0)
        #expect(shard.handle(.tick, at: 2_000) == [Shard.report(1, [])])
        let history = SlotHistory(charges: LedgerCharges(), devices: [device], lanes: [], lookback: .seconds(100_000))
        #expect(
            shard.handle(.takenOver(Shard.statement(2), history), at: 2_001)
                == [Shard.report(2, [(device, capacity: 5, consumed: 0)])])
        #expect(shard.handle(.tick, at: 4_000) == [Shard.report(3, [(device, capacity: 5, consumed: 0)])])
    }
}
