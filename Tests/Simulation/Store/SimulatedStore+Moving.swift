internal import SluiceCore
internal import SluiceStore

/// Where a settled attempt leaves its contact: what `SettleMove` says in SQL.
extension SimulatedStore {
    private enum Move { case move, unknown, stay, retry, fail }

    /// Compare and set on the ledger's row, then the contact's move, if it still is where the attempt left it.
    mutating func settle(_ index: Int, _ outcome: Outcome, at now: DatabaseTime) -> LaneDue? {
        let next = outcome.ledgerState
        let isTruth = next == .sent || next == .failed
        guard ledger[index].state == .reserved || ledger[index].state == .unknown && isTruth else { return nil }
        ledger[index].changes.append(LedgerRow.Change(state: next, at: now, instant: instant))
        ledger[index].isCharged = outcome.isCharged
        ledger[index].code = outcome.code
        let row = ledger[index]
        let contact = contacts[row.contact]
        let isHere = contact.state == .reserved(row.batch) || contact.state == .idle
        guard contact.generation == row.generation, contact.moves == row.moves, contact.attempts == row.attempt, isHere,
            !contact.isDeleted
        else { return nil }
        apply(move(contact, outcome), outcome, to: row.contact, at: now)
        guard contacts[row.contact].status == .active, let lane = contacts[row.contact].lane else { return nil }
        return LaneDue(lane: lane, due: contacts[row.contact].due)
    }

    private func move(_ contact: ContactRecord, _ outcome: Outcome) -> Move {
        switch outcome {
        case .sent: return .move
        case .unknown: return contact.isOver || sequences[contact.sequence].continuesOnUnknown ? .move : .unknown
        case .aborted: return .stay
        case .refused(let refusal):
            if contact.isOver { return .stay }
            if case .device = refusal.disposition { return .stay }
            if contact.state == .idle, contact.status != .unknown { return .stay }
            if refusal.disposition == .permanentIfRepeated, contact.retries > 0, contact.lastError == refusal.code {
                return .fail
            }
            let isFinal = refusal.disposition == .permanent || refusal.disposition == .optedOut
            return isFinal || contact.retries + 1 >= mostAttempts ? .fail : .retry
        }
    }

    private mutating func apply(_ move: Move, _ outcome: Outcome, to number: Int, at now: DatabaseTime) {
        let before = contacts[number]
        let sequence = sequences[before.sequence]
        let step = sequence.step(before.trigger)
        let isStuck = move == .move && step?.next != nil && sequence.step(step?.next) == nil
        makeIdle(number)
        switch move {
        case .move:
            contacts[number].moves += 1
            contacts[number].retries = 0
            contacts[number].trigger = before.isOver ? step?.next : step?.next ?? before.trigger
            if let step, step.next != nil { contacts[number].due = now + step.delay }
        case .retry:
            let doubled = firstBackoff * (1 << Int(before.retries))
            contacts[number].due = now + max(doubled, outcome.notBefore)
            contacts[number].retries += 1
        case .fail: contacts[number].retries += 1
        case .unknown, .stay: break
        }
        guard !before.isOver else { return }
        switch move {
        case .move where step?.next == nil: contacts[number].status = .completed
        case .unknown: contacts[number].status = .unknown
        case .fail: contacts[number].status = .failed
        case _ where before.status == .paused: contacts[number].status = .paused
        case _ where isStuck: hold(number, .nextStepMissing)
        default: contacts[number].status = .active
        }
        noteEnd(number, before, move, outcome)
    }

    private mutating func noteEnd(_ number: Int, _ before: ContactRecord, _ move: Move, _ outcome: Outcome) {
        if contacts[number].status != .paused { contacts[number].hold = nil }
        if !(before.status == .paused && contacts[number].status == .paused), contacts[number].hold == nil {
            switch move {
            case .move: contacts[number].lastError = outcome.ledgerState == .unknown ? outcome.code : nil
            case .retry, .fail, .unknown: contacts[number].lastError = outcome.code
            case .stay: break
            }
        }
        if contacts[number].status == .completed || contacts[number].status == .failed, let lead = before.lead {
            completions.append((lead, before.entryTrigger))
        }
    }
}

extension Outcome {
    var ledgerState: LedgerRow.State {
        switch self {
        case .sent: .sent
        case .refused: .failed
        case .unknown: .unknown
        case .aborted: .aborted
        }
    }

    var isCharged: Bool {
        switch self {
        case .sent, .unknown: true
        case .refused(let refusal): refusal.isCharged
        case .aborted: false
        }
    }

    fileprivate var code: String? {
        switch self {
        case .sent: nil
        case .refused(let refusal): refusal.code
        case .unknown(let code, _), .aborted(let code): code
        }
    }

    /// How long a gateway asked to be left alone.
    fileprivate var notBefore: Duration {
        if case .refused(let refusal) = self, case .retry(let pause?) = refusal.disposition { pause } else { .zero }
    }
}
