import SluiceCore
import Testing

/// What is left of the actions of a term that has ended before they were carried out.
@Suite struct CoordinatorStepTests {
    private let term = CoordinatorFixture.term
    private let next = Term(rawValue: 8)

    @Test func statementsOfAnEndedTermAreDropped() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let report = CreditReport(
            node: CoordinatorFixture.shard, term: term, sequence: 1,
            credits: [
                DeviceCredit(
                    device: CoordinatorFixture.device(1), epoch: Epoch(rawValue: 1), capacity: 3, consumed: 0)
            ], lanes: [])
        let steps = leader.machine.steps(after: .creditReport(report), at: CoordinatorFixture.at(0))
        let claim = try #require(steps.first { if case .claim = $0.action { true } else { false } })
        #expect(claim.term == term)
        #expect(claim.isWanted(leading: term))
        #expect(!claim.isWanted(leading: nil), "the term ended")
        #expect(!claim.isWanted(leading: next), "another began")
    }

    @Test func aResignationNamesTheTermThatItEnds() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        _ = try #require(leader.report([(1, 2, 0)]).claim)
        let steps = leader.machine.steps(
            after: .claimFailed(mayHaveTakenEffect: true), at: CoordinatorFixture.at(1))
        #expect(steps.map(\.action) == [.resign])
        #expect(steps.map(\.term) == [term])
        #expect(leader.machine.term == nil)
        #expect(steps[0].isWanted(leading: nil))
        #expect(steps[0].isWanted(leading: next))
    }

    @Test func batchesThatWereClaimedAreDispatchedAllTheSame() throws {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        let claim = try #require(leader.report([(1, 2, 0)]).claim)
        let answer = CoordinatorEvent.claimed(CoordinatorFixture.result(claim, [1: (2, nil)]))
        let steps = leader.machine.steps(after: answer, at: CoordinatorFixture.at(1))
        let dispatch = try #require(steps.first { if case .dispatch = $0.action { true } else { false } })
        #expect(dispatch.isWanted(leading: nil))
        #expect(dispatch.isWanted(leading: next))
    }
}
