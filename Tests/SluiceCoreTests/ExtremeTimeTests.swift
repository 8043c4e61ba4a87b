import TestSupport
import Testing

@testable import SluiceCore

/// What users write into a time column may be centuries off or infinite: nothing may trap on it.
@Suite struct ExtremeTimeTests {
    private typealias Shard = ShardUnderTest
    private typealias Leader = CoordinatorFixture

    /// PostgreSQL's infinities, the last instants that it knows, 1e18 hours, and what lies around them.
    static let microseconds: [Int64] = [
        .min, .min + 1, -210_866_803_200_000_000, -1, 0, 1, 1_800_000_000_000_000, 9_999_999 * 3_600_000_000,
        9_223_371_331_200_000_000, .max - 1, .max,
    ]
    static let durations: [Duration] = [
        .zero, .nanoseconds(-1), .nanoseconds(1), .seconds(Int64.min / 2), .seconds(Int64.max / 2),
        .seconds(1_000_000_000_000_000_000), .seconds(9_223_372_036), .seconds(9_223_372_037), .seconds(-9_223_372_037),
    ]

    private func anyTime(_ generator: inout SeededGenerator) -> Int64 {
        Bool.random(using: &generator)
            ? Self.microseconds.randomElement(using: &generator)!
            : Int64.random(in: .min ... .max, using: &generator)
    }

    private func anyDuration(_ generator: inout SeededGenerator) -> Duration {
        Bool.random(using: &generator)
            ? Self.durations.randomElement(using: &generator)!
            : .seconds(Int64.random(in: Int64.min / 2...Int64.max / 2, using: &generator))
    }

    /// Against the exact value, which a 128-bit duration holds.
    @Test(arguments: 0..<20) func conversionsAreExactOrTheNearestThatFits(run: UInt64) {
        let seed = TestSeed.run(run)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let duration = anyDuration(&generator)
            let ends = (Duration.nanoseconds(Int64.min), Duration.nanoseconds(Int64.max))
            let nearest = min(max(duration, ends.0), ends.1)
            #expect((nearest - .nanoseconds(duration.wholeNanoseconds)).magnitude < .nanoseconds(1), "\(TestSeed.name)")
            let (one, other) = (anyTime(&generator), anyTime(&generator))
            let exact = Duration.nanoseconds(one) - .nanoseconds(other)
            #expect(MonotonicTime(nanoseconds: one) - MonotonicTime(nanoseconds: other) == exact, "\(TestSeed.name)")
            let sum = MonotonicTime(nanoseconds: one) + duration
            #expect(duration < .zero ? sum.nanoseconds <= one : sum.nanoseconds >= one, "\(TestSeed.name)")
            let late = DatabaseTime(microseconds: one) + duration
            #expect(duration < .zero ? late.microseconds <= one : late.microseconds >= one, "\(TestSeed.name)")
            #expect(DatabaseTime(microseconds: .max) - duration == DatabaseTime(microseconds: .max))
        }
    }

    /// What is later on the database's clock is not earlier on ours.
    @Test func theOrderOfTimesIsKept() {
        let reading = ClockReading(
            database: DatabaseTime(microseconds: 1_800_000_000_000_000), sent: MonotonicTime(nanoseconds: 5),
            received: MonotonicTime(nanoseconds: 9))
        let times = Self.microseconds.sorted().map { reading.latestMonotonicTime(of: DatabaseTime(microseconds: $0)) }
        #expect(times == times.sorted())
        #expect(
            times
                == Self.microseconds.sorted().map {
                    reading.received + (DatabaseTime(microseconds: $0) - reading.database)
                })
        #expect(times.first.map { $0.nanoseconds < .min + 10 } == true)
        #expect(times.last?.nanoseconds == .max)
        for time in times {
            _ = reading.latestDatabaseTime(at: time)
            _ = reading.earliestDatabaseTime(at: time)
        }
    }

    @Test(arguments: microseconds) func theLeaderLivesWithAnyDueTime(_ microseconds: Int64) {
        let due = DatabaseTime(microseconds: microseconds)
        let leader = Leader()
        leader.addDevice(1, lanes: [(id: 1, priority: 10)])
        leader.addDevice(2, lanes: [(id: 2, priority: 10)])
        leader.lanes[0].next = LanePosition(due: due)
        _ = leader.lead()
        let actions = leader.report([(device: 1, capacity: 3, consumed: 0), (device: 2, capacity: 3, consumed: 0)])
        #expect(
            actions.contains {
                if case .claim(let request) = $0 { request.shares.contains { $0.lane.rawValue == 2 } } else { false }
            }, "the other lane's work goes on")
        _ = leader.handle(.lanesDue([LaneDue(lane: LaneID(rawValue: 2), due: due)]), at: 1)
        _ = leader.nextWake(after: 2)
        _ = leader.answer(leader.handle(.tick, at: 3), at: 3)
        _ = leader.nextWake(after: 4)
    }

    @Test(arguments: microseconds) func theShardLivesWithAnyTimeOfADevice(_ microseconds: Int64) {
        let time = DatabaseTime(microseconds: microseconds)
        var adopted = Shard.device(1)
        adopted.historyFrom = time
        let banned = Shard.device(2, condition: .banned(until: time))
        let charges = [
            LedgerCharge(capKey: "key1", time: .settled(time)), LedgerCharge(capKey: "key2", time: .open(until: time)),
        ]
        let other = Shard.device(3)
        let shard = Shard(devices: [adopted, banned, other], charges: charges)
        let batch = shard.batch(other)
        let actions = shard.handle(.batch(batch), at: 10)
        #expect(actions.contains { if case .reserve = $0 { true } else { false } }, "the other device's work goes on")
        var odd = shard.batch(adopted)
        odd.expiresAt = time
        _ = shard.handle(.batch(odd), at: 11)
        _ = shard.nextWake(after: 12)
        _ = shard.run(from: 12, to: 4_000)
        for device in [adopted, banned, other] { _ = shard.view(of: device, at: 4_000) }
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
