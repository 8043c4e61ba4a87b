internal import FoundationEssentials

/// Everything in the database that decides what an enrollment waits for, read at one instant.
struct ContactSituation: Sendable {
    var now: Date
    var id: UUID
    var workspace: String
    var recipient: String
    var name: String?
    var phone: String?
    var status: String
    var holdReason: String?
    var lastError: String?
    var retryCount: Int
    /// 0 idle, 1 claimed, 2 reserved.
    var claimState: Int
    var processingSince: Date?
    var dueAt: Date?
    var completedAt: Date?
    var hasLane: Bool
    /// Contacts of the same lane that are due before it, counted up to 1,000.
    var ahead: Int

    var sequence: Sequence
    var step: Step
    var device: Device?
    var slot: Slot
    var isEverythingPaused: Bool
    var isWorkspacePaused: Bool
    var isSuppressed: Bool
    var hasLeader: Bool
    /// The attempt that stands last in the ledger.
    var lastAttempt: Attempt?
    var intake = IntakePace(oldestSeconds: nil)

    struct Sequence: Sendable {
        var name: String
        /// `sequence`, `campaign`, `trigger`, `scheduled` or `event`.
        var kind: String
        /// `running`, `paused` or `cancelled`.
        var state: String
        /// There is no such sequence any more.
        var isDeleted = false
        /// Its settings that hold it back now.
        var restraint = Restraint()

        /// A message of its own: there is nothing else of it.
        var isSingle: Bool { ["trigger", "scheduled", "event"].contains(kind) }
    }

    /// What a source's settings hold back, and until when; nil: nothing.
    struct Restraint: Sendable {
        var ratePerMinute: Int?
        var paceUntil: Date?
        var quietUntil: Date?
        /// The time of day at which it ends, and where that is the time: `08:00 Europe/Madrid`.
        var quietEnd: String?
    }

    struct Step: Sendable {
        var trigger: String?
        var next: String?
    }

    struct Device: Sendable {
        var id: UUID
        var name: String
        var capKey: String
        var hourlyCap: Int
        var dailyCap: Int
        var state: String
        var stateUntil: Date?
        var isPaused: Bool
        var pausedReason: String?
        var hasGateway: Bool
        /// Why its settings cannot be used.
        var settingsProblem: String?
        /// Since when it is known what its cap key used; nil: always was.
        var historyFrom: Date?
    }

    struct Slot: Sendable {
        var hasLiveOwner: Bool
        var owner: String?
    }

    struct Attempt: Sendable {
        var state: String
        var code: String?
        var at: Date?
        var deadline: Date?
    }
}
