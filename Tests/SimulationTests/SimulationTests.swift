import Testing

@testable import Simulation

@Suite struct SimulationTests {
    /// As many seeds as fit into some seconds; `make simulate` runs thousands. The seeds are the same each time, so
    /// that a failure here is a change's fault.
    @Test func everyInvariantHoldsUnderFaults() {
        var campaign = Campaign()
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while campaign.seeds < 200, clock.now < end {
            campaign.run(seed: 1_000_000 + UInt64(campaign.seeds), repeatEvery: 10)
        }
        for failure in campaign.failures { Issue.record("\(Campaign.explain(failure))") }
        #expect(campaign.sends > campaign.seeds * 20, "the runs sent next to nothing")
        #expect(campaign.fullKeys * 2 > campaign.capKeys, "most caps were never reached, so they were not tested")
    }

    @Test func aSeedGivesTheSameRunTwiceAndAnotherSeedAnotherRun() {
        #expect(Simulation.run(seed: 7) == Simulation.run(seed: 7))
        #expect(Simulation.run(seed: 7).traceHash != Simulation.run(seed: 8).traceHash)
    }

    /// Claims came for a slot whose give-up was under way; their release was counted twice, and the slot, when it came
    /// back to that node, was never given up again.
    @Test func aSlotThatIsGivenUpWhileClaimsComeIsGivenUpAgainLater() {
        #expect(Simulation.run(seed: 1_716).violations == [])
    }

    @Test func shrinkingKeepsOnlyTheFaultsThatMatter() {
        let faults = FaultSchedule(seed: 3, settings: SimulationSettings()).faults
        let culprit = faults[faults.count / 2]
        let shrunk = FaultSchedule(faults: faults).shrunk { $0.faults.contains(culprit) }
        #expect(shrunk.faults == [culprit])
    }
}
