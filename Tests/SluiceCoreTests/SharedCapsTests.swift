import SluiceCore
import Testing

/// Devices that share a cap key and were given different caps.
@Suite struct SharedCapsTests {
    private typealias Shard = ShardUnderTest
    private let tight = ShardUnderTest.device(1, hour: 3, concurrency: 5, capKey: "shared")
    private let narrow = ShardUnderTest.device(2, hour: 10, concurrency: 2, capKey: "shared")

    private func window(_ seconds: Int, _ limit: Int, margin: Int = 1) -> Caps.Window {
        Caps.Window(length: .seconds(seconds), limit: limit, margin: .seconds(margin))
    }

    /// The limit of the first window and the concurrency that hold for a device.
    private func holding(_ device: DeviceProfile, _ shard: ShardUnderTest, at time: Int64) -> [Int] {
        let view = shard.view(of: device, at: time)
        return [view.windows[0].window.limit, view.concurrency]
    }

    /// The devices change in the database.
    private func change(_ shard: ShardUnderTest, to devices: [DeviceProfile], control: Int64, at time: Int64) {
        let asked = shard.handle(shard.renewal(control: control, at: time), at: time)
        for case .loadDevices(let id, _) in asked { _ = shard.handle(.devices(id, devices), at: time + 1) }
    }

    @Test func theStrictestIsTakenWindowByWindow() {
        let one = Caps(windows: [window(3_600, 80), window(86_400, 500, margin: 10)], concurrency: 50)
        let other = Caps(
            windows: [window(3_600, 100), window(86_400, 400), window(60, 20)], concurrency: 3)
        let expected = Caps(
            windows: [window(3_600, 80), window(86_400, 400, margin: 10), window(60, 20)], concurrency: 3)
        #expect(Caps.strictest(of: [one, other]) == expected)
        #expect(Caps.strictest(of: [one]) == one)
        #expect(Caps.strictest(of: []) == nil)
    }

    @Test(arguments: [false, true])
    func theyHoldForAllWhicheverIsReadLast(_ isTightLast: Bool) {
        let shard = Shard(devices: isTightLast ? [narrow, tight] : [tight, narrow])
        #expect(holding(tight, shard, at: 1) == [3, 2])
        #expect(holding(narrow, shard, at: 1) == [3, 2])
        let batch = shard.batch(narrow, count: 4)
        #expect(
            shard.handle(.batch(batch), at: 10).contains {
                if case .reserve(_, let requests) = $0 { requests.count == 2 } else { false }
            })
    }

    /// What its siblings have open says nothing of a device that is tried.
    @Test func aDeviceIsTriedWhileASiblingIsBusy() {
        let sick = Shard.device(1, capKey: "shared", dialect: "webhook", condition: .credentialsRefused)
        let well = Shard.device(2, capKey: "shared")
        let shard = Shard(devices: [sick, well])
        for case .reserve(let id, let requests) in shard.handle(.batch(shard.batch(well)), at: 10) {
            let verdicts = requests.map { ReserveVerdict.reserved(Shard.reservation($0.claim)) }
            _ = shard.handle(.reserved(id, started: Shard.at(10), verdicts), at: 11)
        }
        _ = shard.run(from: 11, to: 20_011)
        #expect(shard.view(of: well, at: 20_011).open == 1)
        let tried = shard.handle(.batch(shard.batch(sick, count: 2, first: 500, expires: 60_000)), at: 20_012)
        #expect(
            tried.contains { if case .reserve(_, let requests) = $0 { requests.count == 1 } else { false } })
    }

    @Test func aDeviceThatLeavesOrIsRaisedLetsTheOthersHaveMore() {
        let shard = Shard(devices: [tight, narrow])
        var raised = tight
        raised.caps.windows[0].limit = 7
        change(shard, to: [raised, narrow], control: 1, at: 1_000)
        #expect(holding(narrow, shard, at: 1_001) == [7, 2])
        change(shard, to: [narrow], control: 2, at: 2_000)
        #expect(holding(narrow, shard, at: 2_001) == [10, 2])
        change(shard, to: [narrow, tight], control: 3, at: 3_000)
        #expect(holding(narrow, shard, at: 3_001) == [3, 2])
    }

    @Test func aDeviceThatGetsAnotherKeyLeavesThisOne() {
        let alone = Shard.device(3, capKey: "alone")
        let shard = Shard(devices: [tight, narrow, alone])
        var moved = tight
        moved.capKey = "alone"
        change(shard, to: [moved, narrow, alone], control: 1, at: 1_000)
        #expect(holding(narrow, shard, at: 1_001) == [10, 2])
        #expect(holding(alone, shard, at: 1_001) == [3, 5])
    }

    /// A window that only one of them has keeps what the ledger holds of it, although the other is installed first.
    @Test func noHistoryIsLostWhileTheyAreInstalled() {
        var long = narrow
        long.caps.windows.append(window(86_400, 4))
        let charges = (1...3).map { LedgerCharge(capKey: "shared", time: .settled(Shard.database(-7_200_000 - $0))) }
        let shard = Shard(devices: [tight, long], charges: charges)
        #expect(shard.view(of: tight, at: 1).windows.map(\.used) == [0, 3])
        #expect(shard.view(of: tight, at: 1).capacity == 1)
    }
}
