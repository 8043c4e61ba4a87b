import SluiceCore
import Testing

@Suite struct CoordinatorClaimTests {
    @Test func nothingIsClaimedWithoutCredit() {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        #expect(leader.lead().isEmpty)
        #expect(leader.report([(1, 0, 0)]).isEmpty)
        #expect(leader.machine.summary(at: CoordinatorFixture.at(9)).lanesDue == 1)
    }

    @Test func aClaimAsksForNoMoreThanTheCreditAndNothingElseRunsMeanwhile() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        leader.addDevice(2, lanes: [(2, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 3, 0)]).claim)
        #expect(claim.limits == [1: 3])
        #expect(claim.shares[0].owner == CoordinatorFixture.shard)
        #expect(leader.report([(2, 5, 0)]).isEmpty)
        let next = leader.claimed(claim, [1: (3, 0)])
        #expect(next.dispatched.map(\.claims.count) == [3])
        #expect(next.claim?.limits == [2: 4])
    }

    @Test func liveClaimsAreSubtractedFromTheCapacity() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 3, 0)]).claim)
        #expect(leader.claimed(claim, [1: (2, 0)]).claim?.limits == [1: 1])
    }

    @Test func aReportWithMoreConsumedGivesRoom() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 2, 0)]).claim)
        #expect(leader.claimed(claim, [1: (2, 0)]).claim == nil)
        #expect(leader.report([(1, 2, 1)]).claim?.limits == [1: 1])
    }

    @Test func devicesOfOneCapKeyStayWithinItTogether() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, key: "k", slot: 5, lanes: [(1, 1)])
        leader.addDevice(2, key: "k", slot: 5, lanes: [(2, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 3, 0), (2, 3, 0)]).claim)
        #expect(claim.limits == [1: 3])
        #expect(leader.claimed(claim, [1: (2, nil)]).claim?.limits == [2: 1])
    }

    @Test func theLowestClassGoesFirst() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 100), (2, 1), (3, 5)])
        _ = leader.lead()
        let first = try #require(leader.report([(1, 3, 0)]).claim)
        #expect(first.lanes == [2])
        let second = try #require(leader.claimed(first, [2: (1, nil)]).claim)
        #expect(second.limits == [3: 2])
        #expect(leader.claimed(second, [3: (1, nil)]).claim?.limits == [1: 1])
    }

    @Test func lanesOfOneClassTakeTurns() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 100), (2, 100), (3, 100)])
        _ = leader.lead()
        var claim = try #require(leader.report([(1, 1, 0)]).claim)
        var order: [Int] = []
        for consumed in 1...6 {
            order += claim.lanes
            _ = leader.claimed(claim, [claim.lanes[0]: (1, 0)])
            claim = try #require(leader.report([(1, 1, consumed)]).claim)
        }
        #expect(order == [1, 2, 3, 1, 2, 3])
    }

    @Test func theDeviceThatWaitedLongestGoesFirst() throws {
        var limits = CoordinatorLimits()
        limits.claimLanes = 1
        let leader = CoordinatorFixture(limits: limits)
        for device in 1...4 { leader.addDevice(device, lanes: [(device, 1)]) }
        _ = leader.lead()
        let first = try #require(leader.report([(3, 1, 0)]).claim)
        _ = leader.report([(4, 9, 0)], at: 1)
        _ = leader.report([(2, 9, 0), (1, 9, 0)], at: 2)
        _ = leader.report([(3, 9, 0)], at: 3)
        var order = first.lanes
        var claim = first
        for _ in 1...5 {
            claim = try #require(leader.claimed(claim, [claim.lanes[0]: (1, 0)], at: 4).claim)
            order += claim.lanes
        }
        #expect(order == [3, 4, 2, 1, 3, 4])
    }

    @Test func theGuessGrowsWhileAnswersComeBackFull() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        var claim = try #require(leader.report([(1, 1_000, 0)]).claim)
        var asked: [Int] = []
        for _ in 1...5 {
            let limit = try #require(claim.limits[1])
            asked.append(limit)
            claim = try #require(leader.claimed(claim, [1: (limit, 0)]).claim)
        }
        #expect(asked == [4, 16, 64, 256, 256])
    }

    @Test func aClaimIsBoundedInContactsAndLanes() throws {
        var limits = CoordinatorLimits()
        limits.claimContacts = 10
        limits.claimLanesPerDevice = 2
        let leader = CoordinatorFixture(limits: limits)
        for device in 1...9 { leader.addDevice(device, lanes: (0..<3).map { (device * 10 + $0, 1) }) }
        _ = leader.lead()
        let claim = try #require(leader.report((1...9).map { ($0, 50, 0) }).claim)
        #expect(claim.shares.reduce(0) { $0 + $1.limit } == 10)
        #expect(claim.lanes == [10, 11, 20, 21])
    }

    @Test func nothingIsClaimedBeforeOlderTermsClaimsAreTakenBack() {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        let start = CoordinatorFixture.at(0)
        let reading = ClockReading(database: CoordinatorFixture.due(0), sent: start, received: start)
        _ = leader.handle(.renewed(reading, assignmentVersion: 1, control: ControlVersions(all: 1, devices: 1)), at: 0)
        let asked = leader.handle(.becameLeader(CoordinatorFixture.term), at: 0)
        #expect(asked.contains(.takeBackOlderTerms))
        _ = leader.answer(asked.filter { $0 != .takeBackOlderTerms }, at: 0)
        #expect(leader.report([(1, 3, 0)]).claim == nil)
        let returned = CoordinatorEvent.tookBack([], lanes: [], more: true, ofOlderTerms: true)
        #expect(leader.handle(returned, at: 1) == [.takeBackOlderTerms])
        #expect(leader.answer([.takeBackOlderTerms], at: 2).claim?.limits == [1: 3])
    }

    @Test func aFailedClaimIsTriedAgainAndCountsNothing() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        _ = try #require(leader.report([(1, 2, 0)]).claim)
        #expect(leader.handle(.claimFailed(mayHaveTakenEffect: false), at: 10).isEmpty)
        #expect(leader.nextWake(after: 10) == 110)
        #expect(leader.handle(.tick, at: 110).claim?.limits == [1: 2])
    }

    @Test func claimsShrinkWhileTheyFail() throws {
        let leader = CoordinatorFixture()
        for device in 1...300 { leader.addDevice(device, lanes: [(device, 1)]) }
        _ = leader.lead()
        var sizes = [try #require(leader.report((1...300).map { ($0, 4, 0) }).claim).shares.count]
        for time in [1_000, 5_000] {
            _ = leader.handle(.claimFailed(mayHaveTakenEffect: false), at: time)
            let actions = leader.answer(leader.handle(.tick, at: time + 2_000), at: time + 2_000)
            sizes.append(try #require(actions.claim).shares.count)
        }
        #expect(sizes == [250, 125, 63])
    }

    @Test func aLostAnswerEndsTheTerm() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        _ = try #require(leader.report([(1, 2, 0)]).claim)
        #expect(leader.handle(.claimFailed(mayHaveTakenEffect: true), at: 1) == [.resign])
        #expect(leader.machine.term == nil)
    }

    @Test func whatWasTakenBackMayBeClaimedAgain() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 2, 0)]).claim)
        #expect(leader.claimed(claim, [1: (2, nil)]).claim == nil)
        let returned = ReturnedClaims(device: CoordinatorFixture.device(1), batch: claim.shares[0].batch, count: 2)
        let lane = LaneDue(lane: LaneID(rawValue: 1), due: CoordinatorFixture.due(0))
        let actions = leader.handle(
            .tookBack([returned], lanes: [lane], more: false, ofOlderTerms: false), at: 31_500)
        #expect(actions.claim?.limits == [1: 2])
    }

    @Test func expiredBatchesAreTakenBackAndOnlyThose() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 2, 0)]).claim)
        _ = leader.claimed(claim, [1: (2, nil)])
        #expect(leader.handle(.tick, at: 29_000).takesBackAfter == nil)
        #expect(leader.handle(.tick, at: 31_100).takesBackAfter != nil)
        _ = leader.handle(
            .tookBack([], lanes: [], more: false, ofOlderTerms: false), at: 31_200)
        #expect(leader.handle(.tick, at: 61_100).takesBackAfter == nil)
        // Nothing is out, but shards may have set outcomes aside.
        #expect(leader.handle(.tick, at: 61_300).takesBackAfter != nil)
    }

    /// Shards may have set outcomes aside before its term.
    @Test func aLeaderThatClaimsNothingTakesBackAllTheSame() {
        let leader = CoordinatorFixture()
        _ = leader.lead()
        var takenBack: [Int] = []
        for second in 1...61 {
            let actions = leader.handle(.tick, at: second * 1_000)
            if actions.takesBackAfter != nil { takenBack.append(second) }
            _ = leader.answer(actions, at: second * 1_000)
        }
        #expect(takenBack == [30, 60])
    }

    @Test func liveClaimsThatNoBatchExplainsAreWrittenOff() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 1, 0)]).claim)
        // The contact is deleted while it is claimed: neither side will ever count it.
        _ = leader.claimed(claim, [1: (1, 0)])
        #expect(leader.answer(leader.handle(.tick, at: 31_100), at: 31_100).isEmpty)
        #expect(leader.report([(1, 1, 0)], at: 36_000).claim == nil)
        #expect(leader.report([(1, 1, 0)], at: 36_200).claim?.limits == [1: 1])
        #expect(leader.machine.writtenOff == 1)
    }

    /// In a busy cluster something expires all the time, and there is a take-back every other second.
    @Test func theyAreWrittenOffAlsoWhileOthersAreTakenBack() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        leader.addDevice(2, lanes: [(2, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 1, 0)]).claim)
        _ = leader.claimed(claim, [1: (1, 0)])
        var consumed = 0
        var isAskedAgain = false
        for second in 1...60 where !isAskedAgain {
            let time = second * 1_000
            _ = leader.answer(leader.handle(.tick, at: time), at: time)
            if let other = leader.report([(2, 1, consumed)], at: time).claim {
                _ = leader.claimed(other, [2: (1, 0)], at: time)
                consumed += 1
            }
            isAskedAgain = leader.report([(1, 1, 0)], at: time).claim?.limits[1] == 1
        }
        #expect(isAskedAgain)
        #expect(leader.machine.writtenOff == 1)
    }
}
