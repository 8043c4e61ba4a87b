import TestSupport
import Testing

@testable import SluiceCore

/// One false message, or one with a flipped bit, costs latency and nothing else.
@Suite struct HostileBusTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device(concurrency: 3)

    private func versions(_ term: Int64, assignment: Int64 = 1, control: Int64 = 0) -> ClusterVersions {
        ClusterVersions(term: Term(rawValue: term), assignment: assignment, control: control)
    }

    // MARK: The shard

    @Test func aTermOfTheBusCountsOnlyWhenTheDatabaseSaysSo() {
        let shard = Shard(devices: [device])
        let forged = ShardEvent.beacon(term: Term(rawValue: 1 << 40), assignmentVersion: 1, controlVersion: 0)
        #expect(shard.handle(forged, at: 10) == [.readVersions(Shard.statement(3))])
        #expect(shard.handle(forged, at: 11) == [], "one look at a time")
        #expect(shard.handle(.versions(Shard.statement(3), versions(3)), at: 12) == [], "not before 100 ms are over")
        #expect(shard.nextWake(after: 12) == 110)
        #expect(shard.handle(.tick, at: 110) == [.readVersions(Shard.statement(4))])
        _ = shard.handle(.versions(Shard.statement(4), versions(3)), at: 112)
        let started = shard.handle(.batch(shard.batch(device)), at: 120)
        #expect(started.contains { if case .reserve = $0 { true } else { false } }, "still of the leader's term")
    }

    @Test func aBatchOfAnotherTermIsIgnoredAndMakesTheShardLook() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, term: Term(rawValue: 9))
        #expect(shard.handle(.batch(batch), at: 10) == [.readVersions(Shard.statement(3))])
        #expect(shard.counters.ignoredBatches == 1)
        let read = shard.handle(.versions(Shard.statement(3), versions(9)), at: 12)
        #expect(read == [Shard.report(2, [(device, capacity: 3, consumed: 0)], term: Term(rawValue: 9), wholeFrom: 2)])
        // Its claims come back by the poll.
        let polled = shard.handle(shard.renewal(term: Term(rawValue: 9), open: [batch.id], at: 1_000), at: 1_000)
        #expect(polled == [.fetchBatch(Shard.statement(4), batch.id)])
    }

    @Test func aRestoredDatabasesEarlierTermIsTaken() {
        let shard = Shard(devices: [device])
        let restored = Term(rawValue: 2)
        let actions = shard.handle(shard.renewal(term: restored, at: 1_000), at: 1_000)
        #expect(actions == [Shard.report(2, [(device, capacity: 3, consumed: 0)], term: restored, wholeFrom: 2)])
    }

    @Test func anAnswerThatWasOvertakenChangesNothing() {
        let shard = Shard(devices: [device])
        _ = shard.handle(.beacon(term: Term(rawValue: 4), assignmentVersion: 1, controlVersion: 0), at: 10)
        _ = shard.handle(shard.renewal(term: Term(rawValue: 4), at: 20), at: 20)
        #expect(shard.handle(.versions(Shard.statement(3), versions(3)), at: 21) == [])
        let batch = shard.batch(device, term: Term(rawValue: 4))
        _ = shard.handle(.batch(batch), at: 22)
        #expect(shard.counters.ignoredBatches == 0)
    }

    /// The look is asked for first, read last and heard first; the renewal was read before the leader changed.
    @Test func ofTwoAnswersUnderWayTheGreaterNumbersCount() {
        let shard = Shard(devices: [device])
        let next = Term(rawValue: 4)
        _ = shard.handle(.beacon(term: next, assignmentVersion: 1, controlVersion: 0), at: 10)
        _ = shard.handle(.versions(Shard.statement(3), versions(4)), at: 500)
        let overtaken = ShardEvent.renewed(
            Renewal(
                databaseNow: Shard.database(20), term: Shard.term, assignmentVersion: 1, controlVersion: 0,
                openBatches: []),
            ClockReading(database: Shard.database(20), sent: Shard.at(20), received: Shard.at(510)))
        #expect(shard.handle(overtaken, at: 510) == [])
        _ = shard.handle(.batch(shard.batch(device, term: next)), at: 520)
        #expect(shard.counters.ignoredBatches == 0)
    }

    @Test func ofTwoAnswersUnderWayTheGreaterCountsThoughHeardLast() {
        let shard = Shard(devices: [device])
        let next = Term(rawValue: 4)
        _ = shard.handle(.beacon(term: next, assignmentVersion: 1, controlVersion: 0), at: 10)
        _ = shard.handle(shard.renewal(at: 20), at: 20)
        _ = shard.handle(.versions(Shard.statement(3), versions(4)), at: 21)
        _ = shard.handle(.batch(shard.batch(device, term: next)), at: 22)
        #expect(shard.counters.ignoredBatches == 0)
    }

    @Test func aForgedVersionDoesNotHideLaterAssignments() {
        let shard = Shard(devices: [device])
        let forged = ShardEvent.beacon(term: Shard.term, assignmentVersion: 1 << 60, controlVersion: 1 << 60)
        #expect(shard.handle(forged, at: 10) == [.readVersions(Shard.statement(3))])
        #expect(shard.handle(.versions(Shard.statement(3), versions(3)), at: 11) == [])
        let actions = shard.handle(shard.renewal(assignment: 2, at: 1_000), at: 1_000)
        #expect(actions.contains { if case .readOwnership = $0 { true } else { false } })
    }

    @Test(arguments: 0..<6) func aShardOnAHostileBusFinishesEverything(run: UInt64) {
        let seed = TestSeed.run(run)
        var world = ShardWorld(seed: seed, contacts: 100)
        world.forgePercent = 5
        world.run(until: 20_000_000_000)
        world.changeLeader()
        world.run(until: 40_000_000_000)
        world.forgePercent = 0
        world.heal()
        world.run(until: 600_000_000_000)
        let isDone = world.isDone
        #expect(isDone, "\(TestSeed.name): \(world.undone) contacts left at \(world.time / 1_000_000) ms")
        for failure in world.failures { Issue.record("\(TestSeed.name): \(failure)") }
    }

    @Test func hostsThatNobodyUsesAnyMoreAreForgotten() {
        let shard = Shard(devices: [device])
        for number in 2...200 {
            let moved = Shard.device(concurrency: 3, host: "http://h\(number)")
            let asked = shard.handle(shard.renewal(control: Int64(number), at: Int64(number)), at: Int64(number))
            for case .loadDevices(let id, _) in asked { _ = shard.handle(.devices(id, [moved]), at: Int64(number)) }
        }
        #expect(shard.view(of: device, at: 300).capacity == 3)
        #expect(shard.machine.hosts.count <= 2)
    }

    // MARK: The leader

    private func report(
        _ sequence: Int64, capacity: Int, consumed: Int64 = 0, epoch: Int64 = 1, node: Incarnation? = nil
    ) -> CoordinatorEvent {
        let credit = DeviceCredit(
            device: CoordinatorFixture.device(1), epoch: Epoch(rawValue: epoch), capacity: capacity, consumed: consumed)
        return .creditReport(
            CreditReport(
                node: node ?? CoordinatorFixture.shard, term: CoordinatorFixture.term, sequence: sequence,
                credits: [credit], lanes: []))
    }

    private func leader() -> CoordinatorFixture {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        return leader
    }

    @Test func aHugeSequenceSilencesAShardForThreeSeconds() {
        let leader = leader()
        _ = leader.handle(report(1 << 62, capacity: 0), at: 0)
        #expect(leader.handle(report(5, capacity: 4), at: 100).claim == nil)
        #expect(leader.handle(report(6, capacity: 4), at: 2_900).claim == nil)
        #expect(leader.handle(report(7, capacity: 4), at: 3_100).claim?.limits == [1: 4])
    }

    /// An idle shard says something every two seconds; what NATS brings late in between is old.
    @Test func lateReportsBetweenTwoOfTheirShardAreNoStream() {
        let leader = leader()
        _ = leader.handle(report(100, capacity: 0), at: 0)
        for (number, time) in stride(from: 100, through: 1_900, by: 200).enumerated() {
            #expect(leader.handle(report(Int64(5 + number), capacity: 4), at: time).claim == nil)
        }
        _ = leader.handle(report(101, capacity: 0), at: 2_000)
        #expect(leader.handle(report(50, capacity: 4), at: 3_900).claim == nil)
    }

    @Test func oneReportAgainAndAgainIsNoStream() {
        let leader = leader()
        _ = leader.handle(report(9, capacity: 0), at: 0)
        for time in stride(from: 100, through: 3_000, by: 100) {
            #expect(leader.handle(report(5, capacity: 4), at: time).claim == nil)
        }
    }

    @Test func aHugeEpochDoesNotReplaceTheTrueOne() {
        let leader = leader()
        let looked = leader.handle(report(1, capacity: 4, epoch: 1 << 60), at: 100)
        #expect(looked == [.readOwnerships])
        #expect(leader.answer(looked, at: 101).claim == nil)
        #expect(leader.handle(report(2, capacity: 4), at: 200).claim?.limits == [1: 4])
    }

    @Test func hugeCountsAreRefusedAndHugeCapacitiesClamped() throws {
        let leader = leader()
        let claim = try #require(leader.handle(report(1, capacity: 4), at: 0).claim)
        _ = leader.claimed(claim, [1: (4, 0)], at: 1)
        #expect(leader.handle(report(2, capacity: 4, consumed: 1 << 60), at: 2).claim == nil)
        #expect(leader.machine.ignored == 1)
        #expect(leader.handle(report(3, capacity: -4), at: 3).claim == nil)
        #expect(leader.handle(report(4, capacity: 4, consumed: 3), at: 4).claim?.limits == [1: 3])
        let wide = self.leader()
        _ = wide.handle(report(1, capacity: 4_000_000_000), at: 0)
        #expect(wide.machine.book.entry(of: CoordinatorFixture.device(1))?.capacity == 1_000)
    }

    @Test func aFalseCountIsMendedByTheNextTrueOne() throws {
        let leader = leader()
        let claim = try #require(leader.handle(report(1, capacity: 4), at: 0).claim)
        _ = leader.claimed(claim, [1: (4, nil)], at: 1)
        _ = leader.handle(report(2, capacity: 4, consumed: 4), at: 2)
        _ = leader.handle(report(3, capacity: 4, consumed: 1), at: 3)
        #expect(leader.machine.book.entry(of: CoordinatorFixture.device(1))?.live == 3)
    }

    @Test func aCountBelowItsBeginningLeavesLiveClaimsAsTheyWere() throws {
        let leader = leader()
        let device = CoordinatorFixture.device(1)
        let claim = try #require(leader.handle(report(1, capacity: 4, consumed: 100), at: 0).claim)
        _ = leader.claimed(claim, [1: (4, nil)], at: 1)
        _ = leader.handle(report(2, capacity: 4, consumed: 103), at: 2)
        #expect(leader.machine.book.entry(of: device)?.live == 1)
        _ = leader.handle(report(3, capacity: 4, consumed: 0), at: 3)
        #expect(leader.machine.book.entry(of: device)?.live == 1, "one false report counts nothing")
        _ = leader.handle(report(4, capacity: 4, consumed: 103), at: 4)
        #expect(leader.machine.book.entry(of: device)?.live == 1)
        for sequence in 5...7 { _ = leader.handle(report(Int64(sequence), capacity: 4), at: sequence) }
        #expect(leader.machine.book.entry(of: device)?.live == 1, "it stays so: counted anew from there")
        _ = leader.handle(report(8, capacity: 4, consumed: 1), at: 8)
        #expect(leader.machine.book.entry(of: device)?.live == 0)
    }

    @Test func strangersAreBounded() {
        var limits = CoordinatorLimits()
        limits.strangers = 10
        let leader = CoordinatorFixture(limits: limits)
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        for number in 1...1_000 {
            _ = leader.handle(report(1, capacity: 1, node: Incarnation(rawValue: Int64(number) + 1_000)), at: 1)
        }
        #expect(leader.machine.ignored == 1_000)
    }

    /// A new leader hears of every device before it has read where they are.
    @Test func creditOfManyDevicesWaitsForTheRoutes() {
        let leader = CoordinatorFixture()
        for number in 1...12_000 { leader.addDevice(number, slot: number % HashSlot.count, lanes: []) }
        let reading = ClockReading(
            database: CoordinatorFixture.due(0), sent: CoordinatorFixture.at(0), received: CoordinatorFixture.at(0))
        _ = leader.handle(.renewed(reading, assignmentVersion: 1, control: ControlVersions(all: 1, devices: 1)), at: 0)
        let asked = leader.handle(.becameLeader(CoordinatorFixture.term), at: 0)
        _ = leader.report((1...12_000).map { (device: $0, capacity: 1, consumed: 0) })
        _ = leader.answer(asked, at: 1)
        #expect((1...12_000).allSatisfy { leader.machine.book.entry(of: CoordinatorFixture.device($0)) != nil })
        #expect(leader.machine.early.isEmpty)
    }

    @Test func aFailedSurveyOfASilentShardIsNotWaitedForBusily() {
        let leader = leader()
        _ = leader.handle(report(1, capacity: 0), at: 1)
        let surveyed = leader.handle(.tick, at: 11_000)
        #expect(surveyed.contains(.survey))
        _ = leader.handle(.failed(.survey, mayHaveTakenEffect: false), at: 14_000)
        #expect(leader.nextWake(after: 14_000) == 14_100)
    }

    @Test func aShardThatReportsToAnotherTermIsNamed() {
        let leader = leader()
        let stray = CreditReport(
            node: CoordinatorFixture.shard, term: Term(rawValue: 1 << 40), sequence: 1, credits: [], lanes: [])
        _ = leader.handle(.creditReport(stray), at: 100)
        #expect(leader.machine.summary(at: CoordinatorFixture.at(1_000)).shardsAstray == 0)
        #expect(leader.machine.summary(at: CoordinatorFixture.at(5_200)).shardsAstray == 1)
        _ = leader.handle(report(1, capacity: 1), at: 5_300)
        #expect(leader.machine.summary(at: CoordinatorFixture.at(5_400)).shardsAstray == 0)
    }

    @Test(arguments: 0..<6) func aLeaderOnAHostileBusClaimsEverything(run: UInt64) throws {
        let seed = TestSeed.run(run)
        var simulation = CoordinatorSimulation(seed: seed)
        simulation.forgePercent = 10
        try simulation.lead()
        for step in 0..<400 {
            try simulation.step(10_000)
            if step % 25 == 0 { try simulation.renew() }
        }
        simulation.forgePercent = 0
        simulation.isFaulty = false
        var steps = 0
        while !simulation.isDone, steps < 6_000 {
            try simulation.step(10_000)
            if steps % 25 == 0 { try simulation.renew() }
            steps += 1
        }
        let left = simulation.contacts.count { $0.state != .sent }
        #expect(left == 0, "\(TestSeed.name): \(left) contacts are left after \(steps) steps")
    }
}
