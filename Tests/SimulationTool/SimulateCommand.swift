import ArgumentParser
import Simulation

/// Runs many seeds of the simulation and prints one line of totals.
@main
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-simulate",
        abstract: "Runs the cluster's machines against simulated faults, one run per seed, and checks every invariant.")

    @Option(help: "How many seeds to run.")
    var seeds = 2_000

    @Option(help: "The first seed; the others follow.")
    var seedBase: UInt64 = 1

    @Option(help: "Failures to shrink and print.")
    var explain = 3

    @Option(help: "Runs at the same time.")
    var jobs = 2

    @Option(help: ArgumentHelp("Tell what happens in one run, with the fewest faults that fail.", valueName: "seed"))
    var story: UInt64?

    mutating func run() async throws {
        if let story { return tell(story) }
        let clock = ContinuousClock()
        let start = clock.now
        let (seeds, base, jobs) = (seeds, seedBase, max(1, jobs))
        let campaign = await withTaskGroup(of: Campaign.self) { group in
            for job in 0..<jobs {
                group.addTask { await Self.runSeeds(seeds, from: base, every: jobs, starting: job) }
            }
            var total = Campaign()
            for await part in group { total.merge(part) }
            return total
        }
        let elapsed = (clock.now - start) / .seconds(1)
        for failure in campaign.failures.prefix(explain) { print(Campaign.explain(failure)) }
        let others = campaign.failures.dropFirst(explain).map { "\($0.seed)" }
        if !others.isEmpty { print("also failed: seeds \(others.joined(separator: " "))") }
        print(campaign.summary(elapsed: elapsed))
        if campaign.violations > 0 { throw ExitCode.failure }
    }

    private func tell(_ seed: UInt64) {
        let report = Simulation.run(seed: seed)
        let faults = report.violations.isEmpty ? nil : Campaign.shrunk(report)
        for line in Simulation.story(seed: seed, faults: faults) { print(line) }
        for violation in report.violations { print(violation) }
    }

    @concurrent
    private static func runSeeds(_ count: Int, from base: UInt64, every: Int, starting: Int) async -> Campaign {
        var campaign = Campaign()
        for number in stride(from: starting, to: count, by: every) {
            campaign.run(seed: base &+ UInt64(number))
        }
        return campaign
    }
}
