import SluiceCore
import Testing

/// Wake-ups, alarms, sweeps and what they cost.
@Suite struct CoordinatorLaneTests {
    private func leader(limits: CoordinatorLimits = CoordinatorLimits(), due: Int? = 0) -> CoordinatorFixture {
        let leader = CoordinatorFixture(limits: limits)
        leader.addDevice(1, lanes: [(1, 1)])
        leader.lanes[0].next = due.map { CoordinatorFixture.place($0) }
        _ = leader.lead()
        return leader
    }

    private func wake(_ lane: Int, due: Int) -> CoordinatorEvent {
        .lanesDue([LaneDue(lane: LaneID(rawValue: Int64(lane)), due: CoordinatorFixture.due(due))])
    }

    @Test func aLaneIsClaimedWhenItBecomesDue() {
        let leader = leader(due: 500)
        #expect(leader.report([(1, 5, 0)]).isEmpty)
        #expect(leader.nextWake(after: 1) == 500)
        #expect(leader.handle(.tick, at: 499).isEmpty)
        let claim = leader.handle(.tick, at: 500).claim
        #expect(claim?.shares[0].from == CoordinatorFixture.place(500))
    }

    @Test func aWakeUpBringsAnAlarmForward() {
        let leader = leader(due: 500)
        _ = leader.report([(1, 5, 0)])
        #expect(leader.handle(wake(1, due: 300), at: 10).isEmpty)
        #expect(leader.nextWake(after: 10) == 300)
        #expect(leader.handle(wake(1, due: 900), at: 20).isEmpty)
        #expect(leader.nextWake(after: 20) == 300)
    }

    @Test func aWakeUpDuringAClaimIsMergedAfterIt() throws {
        let leader = leader()
        let claim = try #require(leader.report([(1, 5, 0)]).claim)
        #expect(leader.handle(wake(1, due: 5), at: 10).isEmpty)
        // The claim's snapshot saw nothing; the wake-up may be about a contact committed after it.
        let again = leader.claimed(claim, [1: (0, nil)], at: 11).claim
        #expect(again?.shares[0].from == CoordinatorFixture.place(5))
    }

    /// Among those due at one instant as well: what was claimed before is not walked past again.
    @Test func aClaimGoesOnWhereTheOneBeforeItEnded() throws {
        let leader = leader()
        func answer(_ claim: ClaimRequest, claimed: Int, next: LanePosition, at time: Int) -> ClaimRequest? {
            var result = CoordinatorFixture.result(claim, [1: (claimed, nil)])
            result.next[LaneID(rawValue: 1)] = .some(next)
            return leader.answer(leader.handle(.claimed(result), at: time), at: time).claim
        }
        let first = try #require(leader.report([(1, 8, 0)]).claim)
        #expect(first.shares[0].from == CoordinatorFixture.place(0))
        let second = try #require(answer(first, claimed: 4, next: CoordinatorFixture.place(0, 4), at: 1))
        #expect(second.shares[0].from == CoordinatorFixture.place(0, 4))
        // One that comes back at that instant may be any of those before.
        #expect(leader.handle(wake(1, due: 0), at: 2).isEmpty)
        let third = try #require(answer(second, claimed: 2, next: CoordinatorFixture.place(0, 6), at: 3))
        #expect(third.shares[0].from == CoordinatorFixture.place(0))
    }

    @Test func aProbeThatGaveNothingIsNotRepeatedAtOnce() throws {
        let leader = leader()
        let claim = try #require(leader.report([(1, 5, 0)]).claim)
        #expect(leader.claimed(claim, [1: (0, 0)], at: 10).isEmpty)
        #expect(leader.nextWake(after: 10) == 11)
        let second = try #require(leader.handle(.tick, at: 11).claim)
        #expect(second.shares[0].from == CoordinatorFixture.place(0))
        #expect(leader.claimed(second, [1: (0, 0)], at: 12).isEmpty)
        #expect(leader.nextWake(after: 12) == 14)
        // Something earlier than what it knows does not wait for the back-off.
        #expect(leader.handle(wake(1, due: -5), at: 12).claim != nil)
    }

    @Test func aSourceWhoseRateIsUsedUpIsNotAskedBeforeItHasRoom() throws {
        let leader = leader(due: nil)
        leader.lanes[0].next = CoordinatorFixture.place(0)
        leader.lanes[0].ratePerMinute = 10
        _ = leader.answer(leader.handle(leader.changed(all: 2), at: 1_000), at: 1_000)
        let claim = try #require(leader.report([(1, 50, 0)], at: 1_001).claim)
        #expect(claim.shares.map(\.isPaced) == [true])
        #expect(leader.claimed(claim, [1: (2, 0)], pacedUntil: [1: 4_000], at: 1_002).claim == nil)
        // Neither time nor a wake-up nor a look at the lane asks again.
        #expect(leader.handle(wake(1, due: -5), at: 1_500).claim == nil)
        #expect(leader.answer(leader.handle(leader.changed(all: 3), at: 2_000), at: 2_000).claim == nil)
        #expect(leader.nextWake(after: 2_500) == 4_000)
        let second = try #require(leader.handle(.tick, at: 4_000).claim)
        #expect(leader.claimed(second, [1: (0, 0)], pacedUntil: [1: 64_000], at: 4_001).claim == nil)
        // Another rate leaves another room.
        leader.lanes[0].ratePerMinute = 20
        #expect(leader.answer(leader.handle(leader.changed(all: 4), at: 4_500), at: 4_500).claim?.lanes == [1])
    }

    @Test func anUnknownLaneIsLoadedOnceForManyWakeUps() {
        let leader = leader(due: nil)
        _ = leader.report([(1, 5, 0)])
        leader.lanes.append(
            Lane(
                id: LaneID(rawValue: 2), device: CoordinatorFixture.device(1),
                priorityClass: PriorityClass(priority: 1), isRunnable: true, next: CoordinatorFixture.place(3)))
        let first = leader.handle(wake(2, due: 3), at: 5)
        #expect(first == [.loadLanes(.named([LaneID(rawValue: 2)]))])
        #expect(leader.answer(first, at: 6).claim?.lanes == [2])
    }

    @Test func aPausedLaneCostsNothingAndComesBack() {
        let leader = leader()
        leader.lanes[0].isRunnable = false
        _ = leader.answer(leader.handle(leader.changed(all: 2), at: 1_000), at: 1_000)
        #expect(leader.report([(1, 5, 0)], at: 1_001).isEmpty)
        #expect(leader.machine.summary(at: CoordinatorFixture.at(1_001)).lanesDue == 0)
        leader.lanes[0].isRunnable = true
        let resumed = leader.answer(leader.handle(leader.changed(all: 3), at: 2_000), at: 2_000)
        #expect(resumed.claim?.lanes == [1])
    }

    /// A pause reads no device anew, a device's change no lane, and what was read is read once.
    @Test func aChangeReadsAnewWhatItConcerns() {
        let leader = leader()
        let pause = leader.handle(leader.changed(all: 2), at: 1_000)
        #expect(pause == [.loadLanes(.all)])
        _ = leader.answer(pause, at: 1_000)
        #expect(leader.handle(leader.changed(all: 2), at: 1_500).isEmpty)
        let device = leader.handle(leader.changed(all: 3, devices: 2), at: 2_000)
        #expect(device == [.loadRoutes, .survey])
    }

    @Test func aSweepFindsWhatAWakeUpLost() {
        let leader = leader(due: nil)
        _ = leader.report([(1, 5, 0)])
        leader.lanes[0].next = CoordinatorFixture.place(100)
        #expect(leader.handle(.tick, at: 2_999).isEmpty)
        let actions = leader.handle(.tick, at: 5_000)
        #expect(actions.contains(.loadLanes(.sweep([LaneID(rawValue: 1)]))))
        #expect(leader.answer(actions, at: 5_000).claim?.lanes == [1])
    }

    /// A claim looks from the earliest due time on that is known, so it sees nothing of what was put back earlier. As long
    /// as the device can take nothing, that is read every 20 s.
    @Test func aSweepFindsWhatLiesBeforeAllThatIsKnownToBeDue() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 100)])
        leader.lanes[0].next = CoordinatorFixture.place(4_000)
        _ = leader.lead()
        _ = leader.handle(.tick, at: 4_500)
        leader.lanes[0].next = CoordinatorFixture.place(1_000)
        let sweep = CoordinatorAction.loadLanes(.sweep([LaneID(rawValue: 1)]))
        for time in [5_000, 10_000, 15_000] {
            let actions = leader.handle(.tick, at: time)
            #expect(!actions.contains(sweep))
            _ = leader.answer(actions, at: time)
        }
        let actions = leader.handle(.tick, at: 20_000)
        #expect(actions.contains(sweep))
        _ = leader.answer(actions, at: 20_000)
        let share = try #require(leader.report([(1, 1, 0)], at: 20_001).claim?.shares.first)
        #expect(share.from == CoordinatorFixture.place(1_000))
    }

    @Test func aSweepIsBoundedAndGoesRound() {
        var limits = CoordinatorLimits()
        limits.sweepLanes = 2
        let leader = CoordinatorFixture(limits: limits)
        leader.addDevice(1, lanes: (1...5).map { ($0, 1) })
        for index in leader.lanes.indices { leader.lanes[index].next = nil }
        _ = leader.lead()
        var swept: [[Int64]] = []
        for time in [5_000, 10_000, 15_000] {
            let actions = leader.handle(.tick, at: time)
            for case .loadLanes(.sweep(let lanes)) in actions { swept.append(lanes.map(\.rawValue)) }
            _ = leader.answer(actions, at: time)
        }
        #expect(swept == [[1, 2], [3, 4], [5, 1]])
    }

    @Test(arguments: [(took: 100, next: 10_000), (took: 1_000, next: 26_000), (took: 9_000, next: 74_000)])
    func theLongerASweepTakesTheLongerTheNextOneWaits(took: Int, next: Int) {
        let leader = leader(due: nil)
        let sweep = CoordinatorAction.loadLanes(.sweep([LaneID(rawValue: 1)]))
        let actions = leader.handle(.tick, at: 5_000)
        #expect(actions.contains(sweep))
        _ = leader.answer(actions, at: 5_000 + took)
        #expect(!leader.handle(.tick, at: next - 1).contains(sweep))
        #expect(leader.handle(.tick, at: next).contains(sweep))
    }

    @Test func aLongOrFailedSweepIsFollowedByOneOfFewerLanes() {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: (1...8).map { ($0, 1) })
        for index in leader.lanes.indices { leader.lanes[index].next = nil }
        _ = leader.lead()
        func sweep(_ actions: [CoordinatorAction]) -> Int? {
            for case .loadLanes(.sweep(let lanes)) in actions { return lanes.count }
            return nil
        }
        let all = leader.handle(.tick, at: 5_000)
        #expect(sweep(all) == 8)
        _ = leader.handle(.failed(.sweep, mayHaveTakenEffect: false), at: 6_000)
        let half = leader.handle(.tick, at: 6_500)
        #expect(sweep(half) == 4)
        _ = leader.answer(half, at: 7_500)
        let quarter = leader.handle(.tick, at: 27_500)
        #expect(sweep(quarter) == 2)
        _ = leader.answer(quarter, at: 27_501)
        #expect(sweep(leader.handle(.tick, at: 32_501)) == 4)
    }

    @Test func aLaneWhoseRowIsGoneIsForgotten() {
        let leader = leader(due: nil)
        leader.lanes = []
        _ = leader.answer(leader.handle(.tick, at: 5_000), at: 5_000)
        #expect(leader.machine.summary(at: CoordinatorFixture.at(5_000)).lanesKnown == 0)
    }

    @Test func cappedDevicesCostNothingButTheSweepAndTheSurvey() {
        let leader = CoordinatorFixture()
        for device in 1...1_000 { leader.addDevice(device, lanes: [(device, 100)]) }
        _ = leader.lead()
        var seen: [CoordinatorAction] = []
        var time = 1
        while time < 60_000 {
            seen += leader.report((1...1_000).map { ($0, 0, 0) }, at: time)
            let actions = leader.handle(.tick, at: time)
            seen += actions
            _ = leader.answer(actions, at: time)
            time += 2_000
        }
        let sweeps = seen.count { if case .loadLanes(.sweep) = $0 { true } else { false } }
        #expect(sweeps <= 12)
        #expect(seen.count - sweeps <= 6 && seen.count { $0 == .survey } == seen.count - sweeps)
    }

    @Test func manyAlarmsOfOneLaneAreNotKept() {
        let leader = leader(due: nil)
        for time in 1...20_000 {
            _ = leader.handle(wake(1, due: 1_000_000 - time), at: 1)
        }
        #expect(leader.nextWake(after: 1) != nil)
        #expect(leader.handle(.tick, at: 1).isEmpty)
    }
}
