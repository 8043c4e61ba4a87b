import TestSupport
import Testing

@testable import SluiceCore

/// An operator changes since when the ledger knows what a device sent, while its node runs.
@Suite struct HistoryFromTests {
    private typealias Shard = ShardUnderTest

    private static let open = LedgerCharge(capKey: "key1", time: .open(until: Shard.database(60_000)))

    private func device(knownFrom time: Int64?) -> DeviceProfile {
        var device = Shard.device(1)
        device.historyFrom = time.map { Shard.database($0) }
        return device
    }

    /// The database says `device`; the take-overs that follow are returned unanswered.
    private func change(_ shard: Shard, to device: DeviceProfile, control: Int64, at time: Int64) -> [StatementID] {
        var actions = shard.handle(shard.renewal(control: control, at: time), at: time)
        for case .loadDevices(let id, _) in actions { actions = shard.handle(.devices(id, [device]), at: time) }
        return actions.compactMap { if case .takeOver(let id, _) = $0 { id } else { nil } }
    }

    private func history(_ device: DeviceProfile, charges: Int = 0, _ more: [LedgerCharge] = []) -> SlotHistory {
        let settled = (0..<charges).map { number in
            LedgerCharge(capKey: "key1", time: .settled(Shard.database(-10 - Int64(number))))
        }
        return SlotHistory(
            charges: LedgerCharges(settled + more), devices: [device], lanes: [], lookback: .seconds(100_000))
    }

    /// How many of `count` claims are reserved.
    private func reserved(_ shard: Shard, _ device: DeviceProfile, count: Int, first: Int = 100, at time: Int64) -> Int
    {
        let batch = shard.batch(device, count: count, first: first)
        return shard.handle(.batch(batch), at: time).reduce(0) { sum, action in
            if case .reserve(_, let requests) = action { sum + requests.count } else { sum }
        }
    }

    @Test func itCountsAsFullAtOnceUntilItsHistoryIsWhole() {
        let shard = Shard(devices: [device(knownFrom: nil)])
        let unknown = device(knownFrom: 500)
        #expect(change(shard, to: unknown, control: 1, at: 1_000).isEmpty, "nothing has to be read for that")
        #expect(reserved(shard, unknown, count: 1, at: 1_001) == 0)
        // The ledger is read again, with what was imported into it.
        let known = device(knownFrom: nil)
        let reads = change(shard, to: known, control: 2, at: 2_000)
        #expect(reads.count == 1)
        #expect(reserved(shard, known, count: 1, first: 200, at: 2_001) == 0, "not before it is read")
        for id in reads { _ = shard.handle(.takenOver(id, history(known, charges: 8)), at: 2_010) }
        #expect(shard.view(of: known, at: 2_011).windows.map(\.used) == [10], "eight, and the two claims that waited")
        #expect(reserved(shard, known, count: 1, first: 300, at: 2_012) == 0, "the cap is 10")
        #expect(change(shard, to: known, control: 3, at: 3_000).isEmpty, "read once")
    }

    /// It is not to be forgotten, whether the ledger that was read had it or not.
    @Test func whatIsOpenStaysOpen() {
        let shard = Shard(devices: [device(knownFrom: nil)])
        #expect(reserved(shard, device(knownFrom: nil), count: 1, at: 10) == 1)
        _ = change(shard, to: device(knownFrom: 500), control: 1, at: 1_000)
        let known = device(knownFrom: nil)
        for id in change(shard, to: known, control: 2, at: 2_000) {
            _ = shard.handle(.takenOver(id, history(known, charges: 3, [Self.open])), at: 2_010)
        }
        #expect(shard.view(of: known, at: 2_011).windows.map(\.used) == [5])
        #expect(shard.view(of: known, at: 2_011).unknowns == 1)
    }

    @Test func whatWasReadBeforeALaterChangeDoesNotUndoIt() {
        let shard = Shard(devices: [device(knownFrom: 0)])
        let known = device(knownFrom: nil)
        let reads = change(shard, to: known, control: 1, at: 1_000)
        #expect(reads.count == 1)
        let unknown = device(knownFrom: 1_500)
        _ = change(shard, to: unknown, control: 2, at: 2_000)
        for id in reads { _ = shard.handle(.takenOver(id, history(known)), at: 2_010) }
        #expect(reserved(shard, unknown, count: 1, at: 2_011) == 0)
    }

    /// What is missing lies further back than any window reaches.
    @Test func anOldHistoryNeedsNoReading() {
        let shard = Shard(devices: [device(knownFrom: -999_000)])
        let later = 4_000_000 as Int64
        _ = shard.run(from: 0, to: later)
        #expect(change(shard, to: device(knownFrom: nil), control: 1, at: later).isEmpty)
    }
}
