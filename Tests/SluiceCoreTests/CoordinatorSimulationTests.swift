import SluiceCore
import TestSupport
import Testing

/// Bad networks and lost answers first, then a heal: nothing is ever over-claimed, and everything is sent in the end.
@Suite struct CoordinatorSimulationTests {
    @Test(arguments: 0..<12) func claimsStayWithinCreditAndEverythingIsClaimed(_ number: Int) throws {
        let seed = TestSeed.run(number)
        do {
            var simulation = CoordinatorSimulation(seed: seed)
            try simulation.lead()
            for step in 0..<400 {
                try simulation.step(10_000)
                if step % 25 == 0 { try simulation.renew() }
            }
            simulation.isFaulty = false
            var steps = 0
            while !simulation.isDone, steps < 6_000 {
                try simulation.step(10_000)
                if steps % 25 == 0 { try simulation.renew() }
                steps += 1
            }
            let left = simulation.contacts.count { $0.state != .sent }
            #expect(left == 0, "\(TestSeed.name): \(left) contacts are left after \(steps) steps")
        } catch {
            Issue.record("\(TestSeed.name): \(error)")
        }
    }

    @Test func theSameSeedGivesTheSameRun() throws {
        func trace() throws -> [String] {
            var simulation = CoordinatorSimulation(seed: 42)
            try simulation.lead()
            var lines: [String] = []
            for step in 0..<300 {
                try simulation.step(10_000)
                if step % 25 == 0 { try simulation.renew() }
                let summary = simulation.machine.summary(at: CoordinatorFixture.at(0))
                lines.append("\(simulation.contacts.map(\.state)) \(summary)")
            }
            return lines
        }
        #expect(try trace() == trace())
    }
}
