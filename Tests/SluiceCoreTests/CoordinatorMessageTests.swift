import SluiceCore
import Testing

/// Messages that are late, repeated, or somebody else's.
@Suite struct CoordinatorMessageTests {
    private static func report(
        node: Int64 = 100, term: Int64 = 7, sequence: Int64, epoch: Int64 = 1, capacity: Int = 5,
        lanes: [LaneDue] = []
    ) -> CoordinatorEvent {
        .creditReport(
            CreditReport(
                node: Incarnation(rawValue: node), term: Term(rawValue: term), sequence: sequence,
                credits: [
                    DeviceCredit(
                        device: CoordinatorFixture.device(1), epoch: Epoch(rawValue: epoch), capacity: capacity,
                        consumed: 0)
                ], lanes: lanes))
    }

    private func leader() -> CoordinatorFixture {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        return leader
    }

    @Test(arguments: [
        report(term: 6, sequence: 1), report(term: 8, sequence: 1), report(node: 99, sequence: 1),
        report(sequence: 1, epoch: 0),
    ])
    func creditThatIsNotOursChangesOnlyACounter(_ event: CoordinatorEvent) {
        let leader = leader()
        #expect(leader.handle(event, at: 1).claim == nil)
        #expect(leader.machine.ignored == 1)
    }

    @Test func anOlderReportIsIgnored() {
        let leader = leader()
        _ = leader.handle(Self.report(sequence: 2, capacity: 0), at: 1)
        #expect(leader.handle(Self.report(sequence: 1), at: 2).isEmpty)
        #expect(leader.handle(Self.report(sequence: 2), at: 2).isEmpty)
        #expect(leader.machine.ignored == 2)
    }

    @Test func lanesCountEvenInAReportOfAnotherTerm() throws {
        let leader = leader()
        let claim = try #require(leader.report([(1, 5, 0)]).claim)
        _ = leader.claimed(claim, [1: (1, 900)])
        let due = LaneDue(lane: LaneID(rawValue: 1), due: CoordinatorFixture.due(0))
        let actions = leader.handle(
            Self.report(term: 6, sequence: 1, lanes: [due]), at: 5)
        #expect(actions.claim?.lanes == [1])
    }

    @Test func aShardNobodyKnowsMakesTheLeaderLook() {
        let leader = leader()
        #expect(leader.handle(Self.report(node: 99, sequence: 1), at: 2_000) == [.survey])
    }

    /// Also of a shard that goes on talking: it may be cut from the database alone.
    @Test(arguments: [(left: 1_500, looks: [1_600, 3_200, 4_800, 6_400]), (left: 0, looks: [200, 400, 600])])
    func theLeaderLooksWhenTheFirstLeaseEnds(_ lease: (left: Int, looks: [Int])) {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        leader.firstLapse = .milliseconds(lease.left)
        _ = leader.lead()
        var looks: [Int] = []
        for time in stride(from: 100, through: lease.looks.last ?? 0, by: 100) {
            var actions = leader.handle(Self.report(sequence: Int64(time)), at: time)
            actions += leader.handle(.tick, at: time)
            if actions.contains(.survey) { looks.append(time) }
            _ = leader.answer(actions, at: time)
        }
        #expect(looks == lease.looks)
    }

    @Test func aCreditOfANewerEpochCountsOnceTheLeaderKnowsIt() {
        let leader = leader()
        let actions = leader.handle(Self.report(sequence: 1, epoch: 2), at: 100)
        #expect(actions == [.readOwnerships])
        leader.ownerships[1].epoch = Epoch(rawValue: 2)
        #expect(leader.answer(actions, at: 101).claim?.shares.first?.epoch == Epoch(rawValue: 2))
    }

    @Test func aNewEpochStartsFromNone() throws {
        let leader = leader()
        let claim = try #require(leader.report([(1, 4, 0)]).claim)
        _ = leader.claimed(claim, [1: (4, 0)])
        leader.ownerships[1].epoch = Epoch(rawValue: 2)
        let read = leader.handle(Self.report(sequence: 9, epoch: 2, capacity: 3), at: 100)
        #expect(leader.answer(read, at: 100).claim?.limits == [1: 3])
    }

    @Test func aSlotBeingGivenUpGetsNothing() {
        let leader = leader()
        leader.ownerships[1].wanted = Incarnation(rawValue: 200)
        _ = leader.answer(leader.handle(.ownershipsRead(leader.ownerships), at: 1), at: 1)
        leader.members.append(ShardMember(incarnation: Incarnation(rawValue: 200), name: "s-2", isDraining: false))
        #expect(leader.report([(1, 4, 0)], at: 2).claim == nil)
    }

    @Test func slotsGivenUpByADrainingShardAreNotGivenBackToIt() {
        let leader = leader()
        leader.members = [
            ShardMember(incarnation: CoordinatorFixture.shard, name: "s-1", isDraining: true),
            ShardMember(incarnation: Incarnation(rawValue: 200), name: "s-2", isDraining: false),
        ]
        leader.ownerships[1].owner = nil
        let reading = ClockReading(
            database: CoordinatorFixture.due(2_000), sent: CoordinatorFixture.at(2_000),
            received: CoordinatorFixture.at(2_000))
        let actions = leader.handle(
            .renewed(reading, assignmentVersion: 2, control: ControlVersions(all: 1, devices: 1)), at: 2_000)
        #expect(Set(actions) == [.readOwnerships, .survey])
        #expect(leader.handle(.ownershipsRead(leader.ownerships), at: 2_001).isEmpty)
        let assigned = leader.handle(.surveyed(leader.members, firstLapse: nil), at: 2_002)
        guard case .assign(let grants)? = assigned.first else {
            Issue.record("no assignment: \(assigned)")
            return
        }
        #expect(grants.allSatisfy { $0.owner == Incarnation(rawValue: 200) })
    }

    @Test func nothingHappensWhileItStandsBy() {
        let standby = CoordinatorFixture()
        #expect(standby.handle(Self.report(sequence: 1), at: 1).isEmpty)
        #expect(standby.handle(.tick, at: 9_999).isEmpty)
        #expect(standby.nextWake(after: 9_999) == nil)
    }

    @Test func answersAfterTheLeadWasLostAreIgnored() throws {
        let leader = leader()
        let claim = try #require(leader.report([(1, 4, 0)]).claim)
        _ = leader.handle(.lostLead(CoordinatorFixture.term), at: 1)
        let late = CoordinatorFixture.result(claim, [1: (4, nil)])
        #expect(leader.handle(.claimed(late), at: 2).isEmpty)
    }
}
