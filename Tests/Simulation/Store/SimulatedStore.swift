internal import SluiceCore

/// What PostgreSQL holds, and what each statement does to it, as a plain value: a call is one statement's commit.
///
/// The calls carry the names and the meaning of `ShardStore` and `CoordinatorStore`; each is handed the database's time.
/// Locks do not exist, because nothing happens inside a statement: what waits for a lock in PostgreSQL is here simply
/// before or after. Rows keep what the checker needs of their past (an attempt's states, a slot's epochs).
struct SimulatedStore {
    struct Node {
        var incarnation: Incarnation
        var name: String
        var isShard: Bool
        var isDraining = false
        /// Nil: the lease row is gone.
        var expiresAt: DatabaseTime?
        var closedAt: DatabaseTime?
    }

    struct Batch {
        var id: BatchID
        var owner: Incarnation
        var expiresAt: DatabaseTime
        var contacts: [Int]
        var openClaims: Int
    }

    /// An epoch of a slot, for the checker.
    struct EpochRow {
        var slot: HashSlot
        var epoch: Epoch
        var from: DatabaseTime
    }

    let profiles: [DeviceProfile]
    let lanes: [Lane]
    let leaseLength: Duration
    /// Between two messages of a contact.
    let stepDelay: Duration = .seconds(2)
    let firstBackoff: Duration = .seconds(1)
    let mostAttempts: Int32 = 5

    var contacts: [ContactRecord]
    var ledger: [LedgerRow] = []
    /// Rows of the ledger by contact, in the order of the attempts.
    var attempts: [[Int]]
    /// In the order of the incarnations, which count from 1.
    var nodes: [Node] = []
    var slots: [SlotOwnership]
    var epochs: [EpochRow]
    var batches: [Batch] = []
    var settlesLeft: [Settlement] = []
    var conditions: [DeviceCondition]
    var tallies: [BatchID: BatchTally] = [:]

    var term = Term(rawValue: 0)
    var leader: Incarnation?
    var leadExpiresAt = DatabaseTime(microseconds: .min)
    var assignmentVersion: Int64 = 1
    let controlVersion: Int64 = 1

    init(
        profiles: [DeviceProfile], lanes: [Lane], contacts: [ContactRecord], slots: [HashSlot], lease: Duration
    ) {
        self.profiles = profiles
        self.lanes = lanes
        self.contacts = contacts
        leaseLength = lease
        attempts = Array(repeating: [], count: contacts.count)
        conditions = profiles.map(\.condition)
        self.slots = slots.map { SlotOwnership(slot: $0, epoch: Epoch(rawValue: 1), owner: nil, wanted: nil) }
        epochs = slots.map {
            EpochRow(slot: $0, epoch: Epoch(rawValue: 1), from: DatabaseTime(microseconds: .min))
        }
    }

    func isClosed(_ incarnation: Incarnation) -> Bool { node(incarnation).closedAt != nil }

    func node(_ incarnation: Incarnation) -> Node { nodes[Int(incarnation.rawValue) - 1] }

    func isRunning(_ incarnation: Incarnation, at now: DatabaseTime) -> Bool {
        let node = node(incarnation)
        return node.closedAt == nil && node.expiresAt.map { $0 > now } ?? false
    }

    func slotIndex(_ slot: HashSlot) -> Int? { slots.firstIndex { $0.slot == slot } }

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
