public import Foundation

/// All that is known of one run: what the JSON file holds and the page shows.
public struct RunResult: Sendable, Codable {
    /// Raised when a reader of older files could misunderstand a newer one.
    public static let currentFormat = 1

    public var format = Self.currentFormat
    public var name: String
    public var about: String
    public var regime: Scenario.Regime
    /// Hours or days were shorter than in life.
    public var isCompressed: Bool
    /// The scenario's file, whole.
    public var scenario: String
    /// Which value of which key, for a point of a series.
    public var point: String?
    public var started: Date
    /// From the release of the work to the end.
    public var seconds: Double
    public var machine: Machine
    public var ending: RunEnding
    public var notes: [String]
    /// What the scenario let happen, in order; nil in older files.
    public var incidents: [RunIncident]?
    public var figures: [String: Double]
    public var targets: [TargetResult]
    public var latencies: [LatencyTable]
    public var acceptedPerSecond: [Int]
    public var samples: [Sample]
    public var capUse: CapUseMap
    public var verdict: RunVerdict

    init(
        scenario: Scenario, text: String, started: Date, seconds: Double, machine: Machine, ending: RunEnding,
        notes: [String], incidents: [RunIncident] = [], figures: [String: Double], latencies: [LatencyTable],
        acceptedPerSecond: [Int], samples: [Sample], capUse: CapUseMap, verdict: RunVerdict
    ) {
        (name, about, regime) = (scenario.name, scenario.about, scenario.regime)
        (isCompressed, self.scenario) = (scenario.isCompressed, text)
        (self.started, self.seconds, self.machine) = (started, seconds, machine)
        (self.ending, self.notes, self.incidents, self.figures) = (ending, notes, incidents, figures)
        (self.latencies, self.acceptedPerSecond) = (latencies, acceptedPerSecond)
        (self.samples, self.capUse, self.verdict) = (samples, capUse, verdict)
        targets = scenario.targets.filter { !$0.figure.hasPrefix(FigureName.ratioPrefix) }
            .map { TargetResult($0, in: figures) }
    }

    /// What the note of a short form begins with.
    static let shortFormNote = "short form: "

    var isShortForm: Bool { notes.contains { $0.hasPrefix(Self.shortFormNote) } }

    /// It came to its end, the log shows nothing wrong, and every target is met.
    public var isGood: Bool { ending.isWhole && verdict.isClean && targets.allSatisfy(\.isMet) }
}

/// A target, what was measured, and whether that is enough.
public struct TargetResult: Sendable, Codable, Hashable {
    public var target: Target
    /// Nil when the run has no such figure, which meets no target.
    public var measured: Double?
    public var isMet: Bool

    init(_ target: Target, in figures: [String: Double]) {
        self.target = target
        measured = figures[target.figure]
        isMet = measured.map(target.isMet) ?? false
    }
}

/// What the request log and the tables say of the run's messages.
public struct RunVerdict: Sendable, Codable, Hashable {
    public var sent: Int
    public var duplicate: Int
    public var lost: Int
    public var overCap: Int
    public var unknown: Int
    public var waiting: Int
    /// False when the tables could not be read at the end.
    public var isLossKnown: Bool
    /// Every line of the log could be read.
    public var isEvidence: Bool
    /// The judge's own line.
    public var text: String

    public var isClean: Bool { duplicate == 0 && lost == 0 && overCap == 0 && isEvidence }

    public var line: String {
        "sent=\(sent) duplicate=\(duplicate) lost=\(isLossKnown ? "\(lost)" : "not known") over_cap=\(overCap) "
            + "unknown=\(unknown) waiting=\(waiting)"
    }
}
