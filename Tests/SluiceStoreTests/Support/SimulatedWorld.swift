import FoundationEssentials
import SluiceCore
import SluiceStore

@testable import Simulation

/// The world on the simulation's store.
struct SimulatedWorld: StoreWorld {
    let store = SharedStore(
        SimulatedStore(slots: HashSlot.count, firstBackoff: .seconds(30)),
        at: DatabaseTime(microseconds: 1_700_000_000_000_000))
    var shard: any ShardStore { store }
    var leader: any CoordinatorStore { store }

    // MARK: Scenes

    func addDevice(_ phone: String, workspace: String) async throws -> DeviceID {
        try store.call { store, _ in
            let number = store.profiles.count
            store.add(
                DeviceProfile(
                    id: Numbered.device(number), name: phone, workspace: workspace, capKey: phone,
                    slot: HashSlot(rawValue: UInt16(number * 37 % HashSlot.count))!,
                    caps: Caps(windows: [], concurrency: 50), gap: .zero ... .zero,
                    gateway: GatewayProfile(
                        dialect: "gowa", baseURL: "http://127.0.0.1:1", credentials: [:], httpTimeout: .seconds(10),
                        acceptsLateFor: .seconds(75)),
                    gatewayDevice: phone, condition: .connected, isPaused: false, historyFrom: nil))
            return Numbered.device(number)
        }
    }

    func addSequence(
        _ steps: [StepSpec], device: DeviceID?, workspace: String, onUnknown: String
    ) async throws -> UUID {
        try store.call { store, _ in
            let id = Numbered.uuid(store.sequences.count)
            store.add(
                SequenceRecord(
                    id: id, workspace: workspace, device: device, priorityClass: PriorityClass(priority: 5),
                    continuesOnUnknown: onUnknown == "continue",
                    steps: steps.map { step in
                        StepRecord(
                            trigger: step.trigger, next: step.next, delay: .seconds(step.delayHours * 3_600),
                            isEntry: step.isEntry, text: step.text ?? "")
                    }))
            return id
        }
    }

    func addLead(_ phone: String?, trigger: String?, workspace: String) async throws -> UUID {
        try store.call { store, _ in
            let id = Numbered.uuid(store.leads.count)
            store.add(LeadRecord(id: id, workspace: workspace, phone: phone, triggers: trigger))
            return id
        }
    }

    func addLeads(_ phones: [String], trigger: String) async throws {
        for phone in phones { _ = try await addLead(phone, trigger: trigger, workspace: "default") }
    }

    // MARK: What users, operators and time do

    func setTrigger(_ trigger: String?, ofLead lead: UUID) async throws {
        try store.call { store, _ in
            store.leads[Numbered.number(of: lead)].triggers = trigger
            store.intake.append(Numbered.number(of: lead))
        }
    }

    func setStatus(_ status: String, of contact: ContactID) async throws {
        try change(contact) { $0.status = ContactRecord.Status(rawValue: status)! }
    }

    func makeAllDue() async throws {
        try store.call { store, now in
            for row in store.contacts.indices { store.contacts[row].due = now - .seconds(1) }
        }
    }

    func setDue(_ seconds: [ContactID: Double]) async throws {
        try store.call { store, now in
            for (contact, seconds) in seconds {
                guard let row = store.row(contact) else { continue }
                store.contacts[row].due = now + .seconds(seconds)
            }
        }
    }

    func move(_ contact: ContactID, to device: DeviceID) async throws { try change(contact) { $0.device = device } }

    func delete(_ contact: ContactID) async throws { try change(contact) { $0.isDeleted = true } }

    func suppressUnnoticed(_ phone: String) async throws {
        try store.call { store, _ in store.suppressions.insert(phone) }
    }

    func setSequences(active: Bool) async throws {
        try store.call { store, _ in
            for row in store.sequences.indices { store.sequences[row].isActive = active }
        }
    }

    func pause(_ scope: String) async throws { try store.call { store, _ in store.pauses.insert(scope) } }

    func resume(_ scope: String) async throws { try store.call { store, _ in store.pauses.remove(scope) } }

    func pauseDevices() async throws {
        try store.call { store, _ in
            for row in store.profiles.indices { store.profiles[row].isPaused = true }
        }
    }

    func lapse(_ node: Incarnation) async throws {
        try store.call { store, now in store.nodes[Int(node.rawValue) - 1].expiresAt = now }
    }

    func closeFence(of node: Incarnation) async throws {
        try store.call { store, now in store.nodes[Int(node.rawValue) - 1].closedAt = now }
    }

    func passMidnight() async throws {
        try store.call { store, _ in
            for row in store.ledger.indices {
                store.ledger[row].day -= 1
                store.ledger[row].reservedAt = store.ledger[row].reservedAt - .seconds(86_400)
            }
        }
    }

    func dateLedgerAhead(by seconds: Int) async throws {
        try store.call { store, _ in
            for row in store.ledger.indices { store.ledger[row].shift(by: .seconds(seconds)) }
        }
    }

    func whileLocked<Value: Sendable>(
        _ contact: ContactID, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let number = Numbered.number(of: contact)
        try store.call { store, _ in store.lockedContacts.insert(number) }
        let value = try await body()
        try store.call { store, _ in store.lockedContacts.remove(number) }
        return value
    }

    func whileLeadLocked<Value: Sendable>(
        _ phone: String, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let locked = try store.call { store, _ in Set(store.leads.indices.filter { store.leads[$0].phone == phone }) }
        try store.call { store, _ in store.lockedLeads = locked }
        let value = try await body()
        try store.call { store, _ in store.lockedLeads = [] }
        return value
    }

    private func change(_ contact: ContactID, _ body: (inout ContactRecord) -> Void) throws {
        try store.call { store, _ in
            guard let row = store.row(contact) else { return }
            body(&store.contacts[row])
        }
    }

    // MARK: Looks

    func trigger(ofLead lead: UUID) async throws -> String? {
        try store.call { store, _ in store.leads[Numbered.number(of: lead)].triggers }
    }

    func contacts() async throws -> [ContactRow] {
        try store.call { store, now in
            store.contacts.filter { !$0.isDeleted }.sorted { $0.recipient < $1.recipient }.map {
                ContactRow($0, at: now)
            }
        }
    }

    func attempts(of contact: ContactID) async throws -> [AttemptRow] {
        try store.call { store, _ in
            store.attempts[Numbered.number(of: contact)].map { store.ledger[$0] }.map {
                AttemptRow(
                    attempt: Int($0.attempt), state: $0.state.rawValue, isCharged: $0.isCharged, code: $0.code)
            }
        }
    }

    func openClaims() async throws -> Int {
        try store.call { store, _ in store.batches.reduce(0) { $0 + $1.openClaims } }
    }

    func settlesLeft() async throws -> Int { try store.call { store, _ in store.settlesLeft.count } }

    func leadTriggers() async throws -> [String] { try store.call { store, _ in store.leads.compactMap(\.triggers) } }

    /// It keeps no counts beside the rows.
    func wrongCounts() async throws -> [String] { [] }
}

extension LedgerRow {
    fileprivate mutating func shift(by length: Duration) {
        reservedAt = reservedAt + length
        deadline = deadline + length
        for place in changes.indices { changes[place].at = changes[place].at + length }
    }
}

extension ContactRow {
    fileprivate init(_ contact: ContactRecord, at now: DatabaseTime) {
        let state =
            switch contact.state {
            case .idle: 0
            case .claimed: 1
            case .reserved: 2
            }
        self.init(
            id: contact.id, recipient: contact.recipient, status: contact.status.rawValue, trigger: contact.trigger,
            hold: contact.hold, lastError: contact.lastError, claimState: state, generation: Int(contact.generation),
            moves: Int(contact.moves), retries: Int(contact.retries), dueIn: (contact.due - now) / .seconds(1),
            due: contact.due, device: contact.device, lane: contact.lane)
    }
}
