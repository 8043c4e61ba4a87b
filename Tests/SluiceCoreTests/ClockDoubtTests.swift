import SluiceCore
import Testing

/// A take-over while the ledger's dates are in doubt, because the database's clock has stepped.
@Suite struct ClockDoubtTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()

    /// Slot 7 taken over 3 ms after a renewal, or later, as `history` has it.
    private func takenOver(_ history: SlotHistory, late: Int64 = 0) -> ShardUnderTest {
        let shard = Shard()
        _ = shard.handle(shard.renewal(assignment: 1, at: 0), at: 0)
        _ = shard.handle(.ownership(Shard.statement(1), [Shard.ownership()]), at: 1 + late)
        _ = shard.handle(.takenOver(Shard.statement(2), history), at: 3 + late)
        return shard
    }

    private func history(readAt: Int64, isClockInDoubt: Bool = false) -> SlotHistory {
        SlotHistory(
            charges: LedgerCharges(), devices: [device], lanes: [], lookback: .seconds(100_000),
            readAt: Shard.database(readAt), isClockInDoubt: isClockInDoubt)
    }

    @Test func aTrustedHistoryCounts() {
        #expect(takenOver(history(readAt: 2)).view(of: device, at: 4).capacity > 0)
    }

    @Test func untilSomebodyConfirmsTheDeviceCountsAsFull() {
        let shard = takenOver(history(readAt: 2, isClockInDoubt: true))
        #expect(shard.view(of: device, at: 4).capacity == 0)
        // An operator changes something else: the same.
        #expect(reloaded(shard, control: 1, isClockInDoubt: true, at: 10) == 0)
        // He confirms.
        #expect(reloaded(shard, control: 2, isClockInDoubt: false, at: 20) > 0)
    }

    /// The slot is taken over again after a change of the control version; returns the device's capacity.
    private func reloaded(_ shard: ShardUnderTest, control: Int64, isClockInDoubt: Bool, at time: Int64) -> Int {
        for action in shard.handle(shard.renewal(control: control, at: time), at: time) {
            guard case .loadDevices(let id, _) = action else { continue }
            for case .takeOver(let again, _) in shard.handle(.devices(id, [device]), at: time + 1) {
                let found = history(readAt: time + 2, isClockInDoubt: isClockInDoubt)
                _ = shard.handle(.takenOver(again, found), at: time + 3)
            }
        }
        return shard.view(of: device, at: time + 4).capacity
    }

    /// The clock stepped while the ledger was read, and nobody has written it down yet. Milliseconds.
    @Test(arguments: [93_600_000, 2_500, -2_500]) func aStepDuringTheLoadIsADoubt(_ step: Int64) {
        #expect(takenOver(history(readAt: 2 + step)).view(of: device, at: 4).capacity == 0)
        // The last renewal was a second ago.
        let shard = takenOver(history(readAt: 1_002 + step), late: 1_000)
        #expect(shard.view(of: device, at: 1_004).capacity == 0)
    }

    @Test func aLoadLongAfterTheRenewalIsNone() {
        let shard = takenOver(history(readAt: 3_002), late: 3_000)
        #expect(shard.view(of: device, at: 3_004).capacity > 0)
    }
}
