/// Many runs: their totals, and what failed.
public struct Campaign: Sendable {
    public private(set) var seeds = 0
    public private(set) var seconds = 0.0
    public private(set) var faults = [Int](repeating: 0, count: Fault.Kind.allCases.count)
    public private(set) var sends = 0
    public private(set) var unknown = 0
    public private(set) var fullKeys = 0
    public private(set) var capKeys = 0
    /// Kinds of effects before which a process died, of ``effects``.
    public private(set) var crashPoints: UInt64 = 0
    /// Batches that came twice, late or to the wrong node.
    public private(set) var staleBatches = 0
    /// Requests whose wait was judged.
    public private(set) var waits = 0
    /// Seeds run a second time to compare the traces.
    public private(set) var repeated = 0
    /// Of all runs' traces: two processes that ran the same seeds have the same.
    public private(set) var trace: UInt64 = 0
    /// Reports with violations, by seed.
    public private(set) var failures: [RunReport] = []

    /// Kinds of effects that the two machines have.
    private static let effects = 28

    public init() {}

    public var violations: Int { failures.reduce(0) { $0 + $1.violations.count } }

    /// Runs one seed; every `repeatEvery`th twice.
    public mutating func run(seed: UInt64, settings: SimulationSettings? = nil, repeatEvery: Int = 50) {
        var report = Simulation.run(seed: seed, settings: settings)
        if seeds % repeatEvery == 0 {
            repeated += 1
            let again = Simulation.run(seed: seed, settings: settings)
            if again != report { report.violations.append("replay: the second run of the seed was another one") }
        }
        add(report)
    }

    private mutating func add(_ report: RunReport) {
        seeds += 1
        seconds += report.seconds
        for index in faults.indices { faults[index] += report.faults[index] }
        sends += report.sends
        unknown += report.unknown
        fullKeys += report.fullKeys
        capKeys += report.capKeys
        crashPoints |= report.crashPoints
        staleBatches += report.staleBatches
        waits += report.waits
        trace &+= report.traceHash
        if !report.violations.isEmpty { failures.append(report) }
    }

    /// Joins what was run elsewhere.
    public mutating func merge(_ other: Campaign) {
        seeds += other.seeds
        seconds += other.seconds
        for index in faults.indices { faults[index] += other.faults[index] }
        sends += other.sends
        unknown += other.unknown
        fullKeys += other.fullKeys
        capKeys += other.capKeys
        crashPoints |= other.crashPoints
        staleBatches += other.staleBatches
        waits += other.waits
        repeated += other.repeated
        trace &+= other.trace
        failures = (failures + other.failures).sorted { $0.seed < $1.seed }
    }

    /// One line of totals.
    public func summary(elapsed: Double) -> String {
        let kinds = zip(Fault.Kind.allCases, faults).map { "\($0.rawValue)=\($1)" }.joined(separator: " ")
        let full = capKeys == 0 ? 0 : 100 * fullKeys / capKeys
        let pace = elapsed > 0 ? (Double(seeds) / elapsed * 10).rounded() / 10 : 0
        return "seeds=\(seeds) simulated_hours=\((seconds / 360).rounded() / 10) "
            + "faults=\(faults.reduce(0, +)) (\(kinds)) "
            + "crash_points=\(crashPoints.nonzeroBitCount)/\(Self.effects) "
            + "sends=\(sends) waits=\(waits) stale=\(staleBatches) unknown=\(unknown) windows_full=\(full)% "
            + "replayed=\(repeated) trace=\(String(trace, radix: 16)) violations=\(violations) seeds/s=\(pace)"
    }

    /// The fewest of a seed's faults with which a run still fails.
    public static func shrunk(_ report: RunReport, settings: SimulationSettings? = nil) -> FaultSchedule {
        let settings = settings ?? SimulationSettings(seed: report.seed)
        return FaultSchedule(seed: report.seed, settings: settings).shrunk {
            !Simulation.run(seed: report.seed, faults: $0, settings: settings).violations.isEmpty
        }
    }

    /// A failure for whoever has to mend it: seed, violations, and the fewest faults that still cause one.
    public static func explain(_ report: RunReport, settings: SimulationSettings? = nil) -> String {
        let settings = settings ?? SimulationSettings(seed: report.seed)
        let schedule = FaultSchedule(seed: report.seed, settings: settings)
        let shrunk = shrunk(report, settings: settings)
        let rest = Simulation.run(seed: report.seed, faults: shrunk, settings: settings)
        var lines = ["seed \(report.seed):"]
        lines += report.violations.map { "  " + $0 }
        lines.append("  with \(shrunk.faults.count) of \(schedule.faults.count) faults:")
        lines += shrunk.faults.map { "    \($0)" }
        lines += rest.violations.prefix(3).map { "    → " + $0 }
        return lines.joined(separator: "\n")
    }
}
