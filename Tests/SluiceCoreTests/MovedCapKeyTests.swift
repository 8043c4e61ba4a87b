import TestSupport
import Testing

@testable import SluiceCore

/// A device whose cap key changes takes what it sent along.
@Suite struct MovedCapKeyTests {
    private typealias Shard = ShardUnderTest

    /// Slot 7 with `devices`, of which the database then says `changed`; the take-over that follows finds `charges`.
    private func change(
        _ shard: ShardUnderTest, to changed: [DeviceProfile], control: Int64 = 1, charges: [LedgerCharge],
        at time: Int64
    ) -> [ShardAction] {
        var actions = shard.handle(shard.renewal(control: control, at: time), at: time)
        for case .loadDevices(let id, _) in actions {
            actions = shard.handle(.devices(id, changed), at: time + 1)
        }
        let history = SlotHistory(
            charges: LedgerCharges(charges), devices: changed, lanes: [], lookback: .seconds(100_000))
        var rest: [ShardAction] = []
        for action in actions {
            guard case .takeOver(let id, _) = action else { continue }
            rest += shard.handle(.takenOver(id, history), at: time + 5)
        }
        return rest
    }

    private func moved(_ device: DeviceProfile, to key: String) -> DeviceProfile {
        var moved = device
        moved.capKey = key
        moved.hasMovedKey = true
        return moved
    }

    @Test(arguments: ["fresh", "shared"]) func whatItSentUnderItsOldKeyCountsUnderTheNew(_ key: String) {
        let device = Shard.device(1)
        let sibling = Shard.device(2, capKey: "shared")
        let shard = Shard(
            devices: [device, sibling], charges: [LedgerCharge(capKey: "shared", time: .settled(Shard.database(-9)))])
        let now = moved(device, to: key)
        let brought = (1...4).map {
            LedgerCharge(capKey: key, time: .settled(Shard.database(-10 - $0)), broughtBy: device.id)
        }
        let held = [LedgerCharge(capKey: key, time: .open(until: Shard.database(60_000)), broughtBy: device.id)]
        let of = key == "shared" ? [LedgerCharge(capKey: "shared", time: .settled(Shard.database(-9)))] : []
        _ = change(shard, to: [now, sibling], charges: of + brought + held, at: 1_000)
        #expect(shard.view(of: now, at: 1_006).windows.map(\.used) == [key == "shared" ? 6 : 5])
        #expect(shard.view(of: now, at: 1_006).unknowns == 1)
        // Read again, it brings nothing along again.
        _ = change(shard, to: [now, sibling], charges: of + brought + held, at: 2_000)
        #expect(shard.view(of: now, at: 2_006).windows.map(\.used) == [key == "shared" ? 6 : 5])
    }

    /// To another key and back, again and again: nothing is counted twice, and nothing is left behind.
    @Test func aKeyThatWasLeftIsReadAnewWhenTheDeviceReturns() {
        let device = Shard.device(1)
        let shard = Shard(devices: [device])
        for round in 1...20 {
            let key = round.isMultiple(of: 2) ? "key1" : "other"
            let brought = (1...4).map {
                LedgerCharge(capKey: key, time: .settled(Shard.database(-10 - $0)), broughtBy: device.id)
            }
            let now = moved(device, to: key)
            _ = change(shard, to: [now], control: Int64(round), charges: brought, at: Int64(round) * 1_000)
            #expect(shard.view(of: now, at: Int64(round) * 1_000 + 6).windows.map(\.used) == [4])
        }
        #expect(shard.machine.devices.count <= 3)
        #expect(shard.machine.capKeys.count <= 3)
    }

    /// The leader counts claims made against claims worked off, whatever key the device has.
    @Test func whatTheLeaderWasToldGoesOn() {
        let device = Shard.device(1)
        let shard = Shard(devices: [device])
        let reserving = shard.handle(.batch(shard.batch(device)), at: 10)
        for case .reserve(let id, let requests) in reserving {
            _ = shard.handle(
                .reserved(id, started: Shard.at(10), requests.map { _ in .released(reason: "paused", due: nil) }),
                at: 12)
        }
        let actions = change(shard, to: [moved(device, to: "fresh")], charges: [], at: 1_000)
        var consumed: [Int64] = []
        for case .publish(let report) in actions { consumed += report.credits.map(\.consumed) }
        #expect(consumed.last == 1)
    }

    @Test func untilItsHistoryIsThereItStartsNothing() {
        let device = Shard.device(1)
        let shard = Shard(devices: [device])
        let reserving = shard.handle(.batch(shard.batch(device)), at: 10)
        guard case .reserve(let id, let requests) = reserving.first(where: { $0.isReserve }) else {
            Issue.record("nothing was reserved")
            return
        }
        let asked = shard.handle(shard.renewal(control: 1, at: 1_000), at: 1_000)
        for case .loadDevices(let statement, _) in asked {
            _ = shard.handle(.devices(statement, [moved(device, to: "fresh")]), at: 1_001)
        }
        // A reserve that was under way is not sent: whether the new key's history has it, nobody knows here.
        let after = shard.handle(
            .reserved(id, started: Shard.at(990), requests.map { .reserved(Shard.reservation($0.claim)) }), at: 1_002)
        #expect(!after.contains { if case .send = $0 { true } else { false } })
        let settled = after + shard.run(from: 1_002, to: 3_000)
        #expect(
            settled.contains {
                if case .settle(_, let all) = $0 {
                    all.contains { $0.outcome == .aborted(code: "device_changed") }
                } else {
                    false
                }
            })
        let more = shard.handle(.batch(shard.batch(device, first: 500)), at: 3_010)
        #expect(!more.contains { $0.isReserve })
    }

    @Test func aDeviceWithUnusableSettingsHoldsNobodyElseUp() {
        var bad = Shard.device(1)
        bad.settingsProblem = "windows is no list"
        let good = Shard.device(2)
        let shard = Shard(devices: [bad, good])
        #expect(!shard.handle(.batch(shard.batch(bad)), at: 10).contains { $0.isReserve })
        #expect(shard.handle(.batch(shard.batch(good, first: 500)), at: 11).contains { $0.isReserve })
        #expect(shard.view(of: bad, at: 12).hold == .settings)
        #expect(shard.view(of: bad, at: 12).capacity == 0)
    }

    /// Absorbing a second history is the same as having known both from the start.
    @Test(arguments: 0..<50) func absorbedIsAsIfItHadAlwaysBeenThere(run: UInt64) {
        let seed = TestSeed.run(run)
        var generator = SeededGenerator(seed: seed)
        let caps = Caps(
            windows: [
                .init(length: .seconds(60), limit: 12, margin: .seconds(1)),
                .init(length: .seconds(600), limit: 25, margin: .seconds(1)),
            ], concurrency: 6)
        let now = Shard.at(1_000_000)
        func charges() -> [Limiter.Charge] {
            (0..<Int.random(in: 0...10, using: &generator)).map { _ in
                let time = Shard.at(1_000_000 + Int64.random(in: -700_000...90_000, using: &generator))
                return Bool.random(using: &generator) && time <= now ? .finished(time) : .open(until: time)
            }
        }
        let (first, second) = (charges(), charges())
        var both = Limiter(caps: caps, charges: first + second, at: now)
        var joined = Limiter(caps: caps, charges: first, at: now)
        joined.absorb(second, knownFrom: Shard.at(-1_000_000), at: now)
        for later in stride(from: Int64(0), through: 800_000, by: 13_000) {
            let time = Shard.at(1_000_000 + later)
            #expect(joined.use(at: time).map(\.used) == both.use(at: time).map(\.used), "\(TestSeed.name)")
            #expect(joined.capacity(at: time) == both.capacity(at: time), "\(TestSeed.name)")
        }
    }
}

extension ShardAction {
    fileprivate var isReserve: Bool { if case .reserve = self { true } else { false } }
}
