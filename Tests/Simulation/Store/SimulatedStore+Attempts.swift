internal import SluiceCore

/// Reserves, settles, and the first look of a new owner.
extension SimulatedStore {
    mutating func reserve(
        _ requests: [ReserveRequest], by incarnation: Incarnation, at now: DatabaseTime
    ) -> [ReserveVerdict] {
        requests.map { request in
            let claim = request.claim
            let number = Numbered.number(of: claim.contact)
            guard isRunning(incarnation, at: now), let index = slotIndex(claim.slot),
                slots[index].owner == incarnation, slots[index].epoch == claim.epoch,
                contacts[number].state == .claimed(claim.batch)
            else { return .gone }
            return .reserved(reserve(claim, number, deadlineAfter: request.deadlineAfter, by: incarnation, at: now))
        }
    }

    private mutating func reserve(
        _ claim: Claim, _ number: Int, deadlineAfter: Duration, by incarnation: Incarnation, at now: DatabaseTime
    ) -> Reservation {
        contacts[number].state = .reserved(claim.batch)
        contacts[number].attempts += 1
        countDown(claim.batch)
        tallies[claim.batch]?.reserved += 1
        let contact = contacts[number]
        attempts[number].append(ledger.count)
        ledger.append(
            LedgerRow(
                contact: number, attempt: contact.attempts, moves: contact.moves, batch: claim.batch,
                device: contact.device, capKey: profiles[contact.device].capKey, slot: claim.slot, epoch: claim.epoch,
                incarnation: incarnation, reservedAt: now, deadline: now + deadlineAfter, due: contact.due))
        return Reservation(
            claim: claim, message: MessageID(contact: claim.contact, generation: 1, moves: contact.moves),
            attempt: contact.attempts, day: 0, recipient: "", recipientName: "",
            content: MessageContent(kind: .text, text: "", mediaURL: nil), campaign: "", gap: nil)
    }

    /// Returns the lanes of contacts that are due again.
    mutating func settle(_ settlements: [Settlement], at now: DatabaseTime) -> [LaneDue] {
        settlements.compactMap { settlement in
            let reservation = settlement.reservation
            return settle(
                Numbered.number(of: reservation.claim.contact), reservation.attempt, settlement.outcome, at: now)
        }
    }

    mutating func setAside(_ settlements: [Settlement]) { settlesLeft += settlements }

    /// Reserves whose answer was lost.
    mutating func abortLost(_ claims: [Claim], at now: DatabaseTime) -> [ReleasedClaim] {
        claims.compactMap { claim in
            let number = Numbered.number(of: claim.contact)
            guard contacts[number].state == .reserved(claim.batch) else { return nil }
            let due = settle(number, contacts[number].attempts, .aborted(code: "reserve_answer_lost"), at: now)
            return ReleasedClaim(claim: claim, due: due?.due)
        }
    }

    mutating func takeOver(
        _ taken: [SlotOwnership], lookback: Duration, at now: DatabaseTime
    ) -> (charges: [LedgerCharge], lanes: [LaneDue]) {
        var charges: [LedgerCharge] = []
        var orphans: [Int] = []
        for (index, row) in ledger.enumerated() {
            guard let ownership = taken.first(where: { $0.slot == row.slot }) else { continue }
            let isLeft = settlesLeft.contains {
                Numbered.number(of: $0.reservation.claim.contact) == row.contact
                    && $0.reservation.attempt == row.attempt
            }
            if row.state == .reserved, row.epoch < ownership.epoch, isClosed(row.incarnation), !isLeft {
                orphans.append(index)
            }
            guard row.isCharged, row.state != .aborted else { continue }
            let isOpen = row.state == .reserved || row.state == .unknown
            let time = isOpen ? row.deadline : row.settledAt ?? row.deadline
            guard time > now - lookback else { continue }
            charges.append(LedgerCharge(capKey: row.capKey, time: isOpen ? .open(until: time) : .settled(time)))
        }
        let lanes = orphans.compactMap { index in
            settle(
                ledger[index].contact, ledger[index].attempt, .unknown(code: "owner_died", detail: ""), at: now)
        }
        return (charges, lanes)
    }

    // MARK: One attempt

    /// Compare and set on the ledger's row, then the contact's move, if it still is where the attempt left it.
    private mutating func settle(
        _ number: Int, _ attempt: Int32, _ outcome: Outcome, at now: DatabaseTime
    ) -> LaneDue? {
        let index = attempts[number][Int(attempt) - 1]
        let next = outcome.ledgerState
        let isTruth = next == .sent || next == .failed
        guard ledger[index].state == .reserved || ledger[index].state == .unknown && isTruth else { return nil }
        ledger[index].states.append(next)
        ledger[index].settledAt = now
        ledger[index].isCharged = outcome.isCharged
        let contact = contacts[number]
        let isHere = contact.state == .reserved(ledger[index].batch) || contact.state == .idle
        guard contact.moves == ledger[index].moves, contact.attempts == attempt, isHere else { return nil }
        makeIdle(number)
        move(number, outcome, at: now)
        guard contacts[number].status == .active else { return nil }
        return LaneDue(lane: contacts[number].lane, due: contacts[number].due)
    }

    private mutating func move(_ number: Int, _ outcome: Outcome, at now: DatabaseTime) {
        switch outcome {
        case .unknown where !contacts[number].continuesOnUnknown: contacts[number].status = .unknown
        case .sent, .unknown:
            contacts[number].moves += 1
            contacts[number].retries = 0
            contacts[number].due = now + stepDelay
            contacts[number].status = contacts[number].moves == contacts[number].steps ? .completed : .active
        case .aborted: contacts[number].status = .active
        case .refused(let refusal):
            contacts[number].status = .active
            if case .device = refusal.disposition { return }
            contacts[number].retries += 1
            contacts[number].due = now + firstBackoff * (1 << Int(contacts[number].retries - 1))
            if contacts[number].retries >= mostAttempts { contacts[number].status = .failed }
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
}
