import Testing

@testable import Simulation

@Suite struct SimulationTests {
    /// As many seeds as fit into some seconds, with all that an unoptimized build checks; `make test` runs 2,000 with an
    /// optimized one. The seeds are the same each time, so that a failure here is a change's fault.
    @Test func everyInvariantHoldsUnderFaults() {
        var campaign = Campaign()
        let clock = ContinuousClock()
        let end = clock.now + .seconds(10)
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

    /// Windows of 20 minutes and clocks that drift by 500 millionths: with margins of a second for an hour, five
    /// messages fell into an hour for four, without any fault.
    @Test func capsHoldAlthoughClocksDrift() {
        let settings = SimulationSettings(seed: 4)
        #expect(settings.pace == 100)
        let report = Simulation.run(seed: 4, faults: FaultSchedule(faults: []), settings: settings)
        #expect(report.violations == [])
        #expect(report.fullKeys > 0)
    }

    /// The database's clock is 26 hours ahead for a while, forward and back, and then an operator confirms.
    @Test(arguments: [40, 41]) func capsHoldWhenTheDatabasesClockIsSet(_ degree: Int) {
        let step = Fault(kind: .databaseStep, begins: 15_000, ends: 25_000, target: 3, degree: degree)
        let crash = Fault(kind: .shardCrash, begins: 20_000, ends: 24_000, target: 0, degree: 0)
        for seed in UInt64(1)...3 {
            let report = Simulation.run(
                seed: seed, faults: FaultSchedule(faults: [step, crash]), settings: SimulationSettings(seed: seed))
            #expect(report.violations == [])
        }
    }

    @Test func shrinkingKeepsOnlyTheFaultsThatMatter() {
        let faults = FaultSchedule(seed: 3, settings: SimulationSettings()).faults
        let culprit = faults[faults.count / 2]
        let shrunk = FaultSchedule(faults: faults).shrunk { $0.faults.contains(culprit) }
        #expect(shrunk.faults == [culprit])
    }
}
