internal import FoundationEssentials
internal import SluiceCore

/// One row of the queue.
struct ContactRecord {
    enum Status { case active, completed, failed, unknown }
    enum ClaimState: Equatable { case idle, claimed(BatchID), reserved(BatchID) }

    let device: Int
    let lane: LaneID
    /// Messages it is to be sent.
    let steps: Int32
    /// Whether a message of unknown outcome counts as sent.
    let continuesOnUnknown: Bool
    var due: DatabaseTime
    var status = Status.active
    var state = ClaimState.idle
    var attempts: Int32 = 0
    var moves: Int32 = 0
    var retries: Int32 = 0

    init(device: Int, lane: LaneID, steps: Int32, continuesOnUnknown: Bool, due: DatabaseTime) {
        self.device = device
        self.lane = lane
        self.steps = steps
        self.continuesOnUnknown = continuesOnUnknown
        self.due = due
    }
}

/// One row of the ledger.
struct LedgerRow {
    enum State: String { case reserved, sent, failed, unknown, aborted }

    let contact: Int
    let attempt: Int32
    let moves: Int32
    let batch: BatchID
    let device: Int
    let capKey: String
    let slot: HashSlot
    let epoch: Epoch
    let incarnation: Incarnation
    let reservedAt: DatabaseTime
    let deadline: DatabaseTime
    /// When the contact was due.
    let due: DatabaseTime
    var settledAt: DatabaseTime?
    var isCharged = true
    /// All it has been, in order.
    var states: [State] = [.reserved]

    var state: State { states[states.count - 1] }
}

/// Contacts and devices are numbered; an identifier carries its number in its last bytes.
enum Numbered {
    static func contact(_ number: Int) -> ContactID { ContactID(rawValue: uuid(number)) }
    static func device(_ number: Int) -> DeviceID { DeviceID(rawValue: uuid(number)) }
    static func number(of contact: ContactID) -> Int { number(of: contact.rawValue) }
    static func number(of device: DeviceID) -> Int { number(of: device.rawValue) }

    private static func uuid(_ number: Int) -> UUID {
        UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)))
    }

    private static func number(of id: UUID) -> Int { Int(id.uuid.14) << 8 | Int(id.uuid.15) }
}
