import FoundationEssentials
import SluiceCore
import SluiceStore

/// What the suites that hold for every store need besides it: a way to set the scene, to do what users, operators and
/// time do, and to look at the outcome. An implementation of ``ShardStore`` and ``CoordinatorStore`` joins them with a
/// world of its own and a case of ``StoreKind``.
protocol StoreWorld: Sendable {
    var shard: any ShardStore { get }
    var leader: any CoordinatorStore { get }

    func addDevice(_ phone: String, workspace: String) async throws -> DeviceID
    func addSequence(_ steps: [StepSpec], device: DeviceID?, workspace: String, onUnknown: String) async throws -> UUID
    func addLead(_ phone: String?, trigger: String?, workspace: String) async throws -> UUID
    func addLeads(_ phones: [String], trigger: String) async throws
    func setTrigger(_ trigger: String?, ofLead lead: UUID) async throws
    func trigger(ofLead lead: UUID) async throws -> String?
    func setStatus(_ status: String, of contact: ContactID) async throws
    /// Makes every waiting contact due now.
    func makeAllDue() async throws
    /// Seconds from one and the same now.
    func setDue(_ seconds: [ContactID: Double]) async throws
    func move(_ contact: ContactID, to device: DeviceID) async throws
    func delete(_ contact: ContactID) async throws
    /// What a commit that the claim did not see leaves behind: a suppressed number in the queue.
    func suppressUnnoticed(_ phone: String) async throws
    func setSequences(active: Bool) async throws
    /// `*` or a workspace.
    func pause(_ scope: String) async throws
    func resume(_ scope: String) async throws
    func pauseDevices() async throws

    /// The node's lease has run out.
    func lapse(_ node: Incarnation) async throws
    func closeFence(of node: Incarnation) async throws
    /// Everything in the ledger was reserved a day earlier.
    func passMidnight() async throws
    /// All dates of the ledger were written by a clock that was ahead, in seconds.
    func dateLedgerAhead(by seconds: Int) async throws
    /// Runs `body` while somebody else holds the contact in an open transaction.
    func whileLocked<Value: Sendable>(
        _ contact: ContactID, _ body: @Sendable () async throws -> Value
    ) async throws -> Value

    func whileLeadLocked<Value: Sendable>(
        _ phone: String, _ body: @Sendable () async throws -> Value
    ) async throws -> Value

    /// By recipient.
    func contacts() async throws -> [ContactRow]
    func attempts(of contact: ContactID) async throws -> [AttemptRow]
    /// Claims of all batches that are still to be worked off.
    func openClaims() async throws -> Int
    /// Outcomes that wait for their contact to be let go.
    func settlesLeft() async throws -> Int
    /// Of all leads that have one.
    func leadTriggers() async throws -> [String]
    /// Where the counts that dashboards read differ from counting the contacts, in words.
    func wrongCounts() async throws -> [String]
}

struct StepSpec: Sendable {
    var trigger: String
    var next: String?
    var delayHours: Double = 0
    var isEntry = false
    var text: String? = "Hello"
}

/// One enrollment as a user sees it.
struct ContactRow: Sendable, Hashable {
    var id: ContactID
    var recipient: String
    var status: String
    var trigger: String?
    var hold: String?
    var lastError: String?
    var claimState: Int
    var generation: Int
    var moves: Int
    var retries: Int
    /// Seconds from now.
    var dueIn: Double?
    var due: DatabaseTime?
    var device: DeviceID?
    var lane: LaneID?
}

/// One row of the ledger.
struct AttemptRow: Sendable, Hashable {
    var attempt: Int
    var state: String
    var isCharged: Bool
    var code: String?
}

extension StoreWorld {
    func addDevice(_ phone: String = "628110000001") async throws -> DeviceID {
        try await addDevice(phone, workspace: "default")
    }

    func addSequence(_ steps: [StepSpec], device: DeviceID? = nil, onUnknown: String = "hold") async throws -> UUID {
        try await addSequence(steps, device: device, workspace: "default", onUnknown: onUnknown)
    }

    func addLead(_ phone: String?, trigger: String?) async throws -> UUID {
        try await addLead(phone, trigger: trigger, workspace: "default")
    }

    func contact(_ id: ContactID) async throws -> ContactRow {
        guard let row = try await contacts().first(where: { $0.id == id }) else { throw Missing("contact") }
        return row
    }

    func onlyContact() async throws -> ContactRow {
        let all = try await contacts()
        guard all.count == 1 else { throw Missing("one contact, there are \(all.count)") }
        return all[0]
    }

    /// Works off the whole intake.
    func enroll() async throws {
        while try await leader.enroll(limit: 1000).more {}
    }

    func complete() async throws {
        while try await leader.complete(limit: 1000).more {}
    }
}

struct Missing: Error, CustomStringConvertible {
    var description: String
    init(_ what: String) { description = "missing: \(what)" }
}
