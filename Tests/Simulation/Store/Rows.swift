internal import FoundationEssentials
internal import SluiceCore

/// One sequence and its steps.
struct SequenceRecord: Sendable {
    let id: UUID
    let workspace: String
    /// Whose contacts it enrolls on this device; nil: on the least loaded one of the workspace.
    let device: DeviceID?
    let priorityClass: PriorityClass
    /// Whether a message of unknown outcome counts as sent.
    let continuesOnUnknown: Bool
    let steps: [StepRecord]
    var isActive = true

    func step(_ trigger: String?) -> StepRecord? { steps.first { $0.trigger == trigger } }
}

struct StepRecord: Sendable {
    let trigger: String
    let next: String?
    /// Before the next step.
    let delay: Duration
    let isEntry: Bool
    let text: String
}

struct LeadRecord: Sendable {
    let id: UUID
    let workspace: String
    let phone: String?
    /// Comma-separated.
    var triggers: String?

    var triggerList: [String] {
        (triggers ?? "").split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }.map(String.init)
    }
}

/// One device and one sequence.
struct LaneRecord: Sendable {
    let id: LaneID
    let device: DeviceID
    let sequence: Int
}

/// One row of the queue.
struct ContactRecord: Sendable {
    enum Status: String { case active, paused, cancelled, completed, failed, unknown }
    enum ClaimState: Equatable { case idle, claimed(BatchID), reserved(BatchID) }

    /// What the database refuses to write of this row (I22).
    enum Poison { case reserve, settle }

    let id: ContactID
    let workspace: String
    let sequence: Int
    let lead: Int?
    let recipient: String
    let entryTrigger: String
    var device: DeviceID
    /// Nil until the intake has put it into its device's lane.
    var lane: LaneID?
    /// The step it stands on; nil: on none.
    var trigger: String?
    var due: DatabaseTime
    var status = Status.active
    var hold: String?
    var lastError: String?
    var state = ClaimState.idle
    var generation: Int32 = 1
    var attempts: Int32 = 0
    var moves: Int32 = 0
    var retries: Int32 = 0
    var faults = 0
    var poison: Poison?
    var isDeleted = false

    init(
        id: ContactID, workspace: String, sequence: Int, lead: Int?, recipient: String, trigger: String,
        device: DeviceID, lane: LaneID?, due: DatabaseTime
    ) {
        self.id = id
        self.workspace = workspace
        self.sequence = sequence
        self.lead = lead
        self.recipient = recipient
        entryTrigger = trigger
        self.device = device
        self.lane = lane
        self.trigger = trigger
        self.due = due
    }

    /// Nothing more is to be sent, whatever comes of the last message.
    var isOver: Bool { status == .cancelled || status == .completed || status == .failed }
}

/// One row of the ledger.
struct LedgerRow: Sendable {
    enum State: String { case reserved, sent, failed, unknown, aborted }

    struct Change {
        var state: State
        var at: DatabaseTime
        /// The timeline's time.
        var instant: Int64
    }

    /// Its row in the queue.
    let contact: Int
    let attempt: Int32
    var day: Int32
    let generation: Int32
    let moves: Int32
    let batch: BatchID
    let trigger: String?
    let device: DeviceID
    let workspace: String
    let capKey: String
    let slot: HashSlot
    let epoch: Epoch
    let incarnation: Incarnation
    var reservedAt: DatabaseTime
    var deadline: DatabaseTime
    /// When it was reserved, on the timeline.
    let reserved: Int64
    /// When the contact was due.
    let due: DatabaseTime
    var isCharged = true
    var code: String?
    /// All it has become since it was reserved, in order.
    var changes: [Change] = []

    var state: State { changes.last?.state ?? .reserved }
    var settledAt: DatabaseTime? { changes.last?.at }
    /// The timeline's.
    var settled: Int64? { changes.last?.instant }
    var wasUnknown: Bool { changes.contains { $0.state == .unknown } }
}

/// Everything is numbered; an identifier carries its number in its last bytes.
enum Numbered {
    static func contact(_ number: Int) -> ContactID { ContactID(rawValue: uuid(number)) }
    static func device(_ number: Int) -> DeviceID { DeviceID(rawValue: uuid(number)) }
    static func number(of contact: ContactID) -> Int { number(of: contact.rawValue) }
    static func number(of device: DeviceID) -> Int { number(of: device.rawValue) }

    static func uuid(_ number: Int) -> UUID {
        UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)))
    }

    static func number(of id: UUID) -> Int { Int(id.uuid.14) << 8 | Int(id.uuid.15) }
}
