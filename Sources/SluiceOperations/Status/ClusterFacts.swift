internal import FoundationEssentials
internal import SluiceWire

/// What one look at the cluster found. A part that could not be taken is nil and named in ``notTaken``.
struct ClusterFacts: Sendable {
    var at: Date
    /// Why the database could not be asked at all.
    var databaseError: String?
    /// The database's schema version; nil when it could not be asked.
    var schemaFound: Int?
    var schemaNeeded: Int
    /// Why NATS could not be asked.
    var natsError: String?
    var replies: [NodeStatus] = []
    var nodes: NodeFacts?
    var devices: DeviceFacts?
    var contacts: ContactFacts?
    var lanes: LaneFacts?
    var control: ControlFacts?
    /// From the ledger, when no shard can be asked.
    var lastMinute: StatusReport.Outcomes?
    /// What was not taken and why: `due contacts: it took longer than 1 s`.
    var notTaken: [String] = []
}

struct NodeFacts: Sendable {
    struct Node: Sendable {
        var incarnation: Int64
        var name: String
        var role: String
        var version: String
        var host: String
        var renewedAt: Date?
        var isLive: Bool
        /// It is stopping.
        var isDraining: Bool
        /// An operator drained it.
        var isDrained: Bool
        var slots: Int
    }

    var now: Date
    var nodes: [Node]
    var term: Int64
    /// The leader, while its lease runs.
    var leader: Int64?
    var leaderUntil: Date?
    var slots: StatusReport.Slots
}

struct DeviceFacts: Sendable {
    struct Group: Sendable {
        var count: Int
        /// A few of them.
        var names: [String]
    }

    var byState: [String: Group]
    var withoutGateway: Group
    /// Settings that cannot be used; the names say why.
    var misconfigured: Group
}

struct ContactFacts: Sendable {
    var byStatus: [String: Int]
    /// By `hold_reason`, each counted up to ``ContactQueries/mostHeld``.
    var held: [String: Int]
    /// Known outcomes that cannot be written yet, and how long the oldest has waited.
    var outcomesLeft: (count: Int, oldestSeconds: Double)?
    /// Contacts whose rows refuse every write, and what the first one's says.
    var untouchable: (count: Int, firstFault: String)?
}

struct LaneFacts: Sendable {
    /// Due and not in flight, by what holds their lane; the key is nil where nothing does.
    var dueByReason: [String?: Int]
    var claimed: Int
    var reserved: Int
    /// Some lane has more due contacts than were counted.
    var isCut: Bool
    /// Of lanes that nothing holds.
    var oldestDueSeconds: Double?
    var oldestClaimSeconds: Double?
    /// The contact of that claim and its sequence's name.
    var oldestClaim: (contact: String, sequence: String)?

    var due: Int { dueByReason.values.reduce(0, +) }
}

struct ControlFacts: Sendable {
    struct Step: Sendable {
        var sequence: String
        var trigger: String
        var next: String
    }

    /// Of a restore that nobody has confirmed: how it was noticed.
    var restoreEvidence: String?
    var isEverythingPaused: Bool
    var pausedWorkspaces: [String]
    var brokenSteps: [Step]
    var endlessSteps: [Step]
    var hasLedgerToday: Bool
    var hasLedgerTomorrow: Bool
    /// Not confirmed yet, the newest first.
    var clockSteps: [ClockStep] = []
    var oldestIntakeSeconds: Double?
    /// Rows of the intake that could not be written, counted up to ``IntakeQueries/mostSetAside``, and why the first
    /// one could not.
    var intakeSetAside: (count: Int, firstProblem: String)?
    /// The same of `work_intake`.
    var workSetAside: (count: Int, firstProblem: String)?
    /// The same of `progress_intake`.
    var progressSetAside: (count: Int, firstProblem: String)?
    /// Ended enrollments whose trigger cannot be taken off their lead, counted alike, and why the first one's cannot.
    var completionsRefused: (count: Int, firstProblem: String)?
    /// Webhooks that were switched off, counted alike, and of which workspace the first one is and why.
    var webhooksOff: (count: Int, first: String)?
}
