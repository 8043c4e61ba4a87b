internal import SluiceCore

/// What PostgreSQL holds, and what each statement does to it, as a plain value: a call is one statement's commit.
///
/// The calls carry the names and the meaning of `ShardStore` and `CoordinatorStore`; each is handed the database's time.
/// ``SharedStore`` puts them behind those protocols, where they pass the suite of the PostgreSQL store. Nothing happens
/// inside a statement: what waits for a statement's lock in PostgreSQL is here simply before or after. Locks that
/// somebody else holds (an operator's open transaction) are sets of rows.
///
/// What it lacks: branches, hands that write steps or rows, devices that move, groups of intake other than enrollment by
/// trigger and completion. Rows keep what the checker needs of their past (an attempt's changes, a slot's epochs).
struct SimulatedStore: Sendable {
    struct Node {
        var incarnation: Incarnation
        var name: String
        var role: NodeRole
        var lease: Duration
        var isDraining = false
        /// Nil: the lease row is gone.
        var expiresAt: DatabaseTime?
        var closedAt: DatabaseTime?
        /// The timeline's time of that.
        var closed: Int64?
    }

    struct Batch {
        var id: BatchID
        var owner: Incarnation
        var expiresAt: DatabaseTime
        /// Rows of the queue and the lanes they were claimed from.
        var contacts: [(contact: Int, lane: LaneID)]
        var openClaims: Int
    }

    /// An epoch of a slot, for the checker.
    struct EpochRow {
        var slot: HashSlot
        var epoch: Epoch
        var owner: Incarnation?
        /// The timeline's time.
        var from: Int64
    }

    /// After the first refusal; doubled by each one after it.
    let firstBackoff: Duration
    let mostAttempts: Int32 = 5

    /// The timeline's time: for the checker, and nothing the store goes by.
    var instant: Int64 = 0

    // MARK: What users have

    var profiles: [DeviceProfile] = []
    var sequences: [SequenceRecord] = []
    var leads: [LeadRecord] = []
    var lanes: [LaneRecord] = []
    var contacts: [ContactRecord] = []
    var suppressions: Set<String> = []
    /// `*` or workspaces.
    var pauses: Set<String> = []
    /// Leads whose triggers are to be looked at, and contacts to be put into a lane.
    var intake: [Int] = []
    var misplaced: [Int] = []
    var completions: [(lead: Int, trigger: String)] = []
    /// Held by somebody else's open transaction.
    var lockedContacts: Set<Int> = []
    var lockedLeads: Set<Int> = []

    // MARK: What the cluster has

    var ledger: [LedgerRow] = []
    /// Rows of the ledger by contact, in the order of the attempts.
    var attempts: [[Int]] = []
    /// In the order of the incarnations, which count from 1.
    var nodes: [Node] = []
    /// The first so many hash slots, in order.
    var slots: [SlotOwnership]
    var epochs: [EpochRow] = []
    var batches: [Batch] = []
    var settlesLeft: [Settlement] = []
    var tallies: [BatchID: BatchTally] = [:]

    var term = Term(rawValue: 0)
    var leader: Incarnation?
    var leadExpiresAt = DatabaseTime.distantPast
    var assignmentVersion: Int64 = 1
    var control = ControlVersions(all: 1, devices: 1)
    /// Nodes that saw the database's clock step, not confirmed.
    var clockSteps: Set<String> = []
    /// Names of shards that an operator drained.
    var drained: Set<String> = []

    init(slots count: Int, firstBackoff: Duration) {
        self.firstBackoff = firstBackoff
        slots = HashSlot.all.prefix(count).map {
            SlotOwnership(slot: $0, epoch: Epoch(rawValue: 0), owner: nil, wanted: nil)
        }
    }

    func isClosed(_ incarnation: Incarnation) -> Bool { node(incarnation).closedAt != nil }

    func node(_ incarnation: Incarnation) -> Node { nodes[Int(incarnation.rawValue) - 1] }

    func isRunning(_ incarnation: Incarnation, at now: DatabaseTime) -> Bool {
        let node = node(incarnation)
        return node.closedAt == nil && node.expiresAt.map { $0 > now } ?? false
    }

    func slotIndex(_ slot: HashSlot) -> Int? { slots.indices.contains(Int(slot.rawValue)) ? Int(slot.rawValue) : nil }

    /// The row of the queue, unless there is none.
    func row(_ contact: ContactID) -> Int? {
        let number = Numbered.number(of: contact)
        guard contacts.indices.contains(number), contacts[number].id == contact, !contacts[number].isDeleted
        else { return nil }
        return number
    }

    func profile(_ device: DeviceID) -> DeviceProfile? {
        let number = Numbered.number(of: device)
        return profiles.indices.contains(number) ? profiles[number] : nil
    }

    func lane(_ id: LaneID) -> LaneRecord { lanes[Int(id.rawValue) - 1] }

    func isPaused(_ workspace: String) -> Bool {
        !pauses.isEmpty && (pauses.contains("*") || pauses.contains(workspace))
    }

    /// Claimed or reserved → idle.
    mutating func makeIdle(_ contact: Int) { contacts[contact].state = .idle }

    /// A claim left the state `claimed`.
    mutating func countDown(_ batch: BatchID) {
        guard let index = batches.firstIndex(where: { $0.id == batch }) else { return }
        batches[index].openClaims -= 1
    }
}

/// What became of a batch's claims, for the checker (I23).
struct BatchTally: Equatable {
    var claimed = 0
    var reserved = 0
    var released = 0
    var takenBack = 0
}
