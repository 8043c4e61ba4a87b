internal import SluiceCore
internal import SluiceStore

/// Settles, and the first look of a new owner.
extension SimulatedStore {
    mutating func settle(_ settlements: [Settlement], at now: DatabaseTime) -> SettleResult {
        var result = SettleResult(lanes: [], busy: [])
        for settlement in settlements {
            let reservation = settlement.reservation
            let number = Numbered.number(of: reservation.claim.contact)
            if lockedContacts.contains(number) {
                result.busy.append(settlement)
            } else if contacts[number].poison == .settle {
                holdRefused(number, reservation.attempt)
                result.faulty.append(settlement)
            } else if let row = place(of: reservation),
                let lane = settle(row, settlement.outcome, at: now)
            {
                result.lanes.append(lane)
            }
        }
        return result
    }

    /// Its row is refused: it waits, held, and keeps its claim.
    private mutating func holdRefused(_ number: Int, _ attempt: Int32) {
        guard contacts[number].status == .active, contacts[number].attempts == attempt,
            case .reserved = contacts[number].state
        else { return }
        hold(number, .quarantined)
    }

    /// The row of the ledger that a reservation names.
    private func place(of reservation: Reservation) -> Int? {
        let rows = attempts[Numbered.number(of: reservation.claim.contact)]
        return rows.first { ledger[$0].attempt == reservation.attempt && ledger[$0].day == reservation.day }
    }

    /// The first word about an attempt stays, unless it was a guess and this is not.
    mutating func setAside(_ settlements: [Settlement]) {
        for settlement in settlements {
            guard let known = settlesLeft.firstIndex(where: { isSameAttempt($0, settlement) }) else {
                settlesLeft.append(settlement)
                continue
            }
            let isGuess = settlesLeft[known].outcome.ledgerState == .unknown
            if isGuess, settlement.outcome.ledgerState != .unknown { settlesLeft[known] = settlement }
        }
    }

    private func isSameAttempt(_ left: Settlement, _ right: Settlement) -> Bool {
        left.reservation.claim.contact == right.reservation.claim.contact
            && left.reservation.attempt == right.reservation.attempt && left.reservation.day == right.reservation.day
    }

    /// What the leader can settle of what was set aside.
    mutating func settleLeft(_ left: [Settlement], at now: DatabaseTime) -> [LaneDue] {
        let result = settle(left, at: now)
        settlesLeft = result.busy + result.faulty
        return result.lanes
    }

    /// Reserves whose answer was lost.
    mutating func abortLost(_ claims: [Claim], at now: DatabaseTime) throws(StatementError) -> [ReleasedClaim] {
        try requireUnlocked(claims)
        return claims.compactMap { claim in
            guard let number = row(claim.contact), contacts[number].state == .reserved(claim.batch),
                let row = attempts[number].last
            else { return nil }
            let due = settle(row, .aborted(code: "reserve_answer_lost"), at: now)
            return ReleasedClaim(claim: claim, due: due?.due)
        }
    }

    mutating func takeOver(_ taken: [SlotOwnership], lookback: Duration, at now: DatabaseTime) -> TakeOver {
        var found = TakeOver(
            charges: LedgerCharges(), orphans: 0, lanes: [], readAt: now, isClockInDoubt: !clockSteps.isEmpty)
        var orphans: [Int] = []
        for (index, row) in ledger.enumerated() {
            guard let ownership = taken.first(where: { $0.slot == row.slot }) else { continue }
            if row.state == .reserved, row.epoch < ownership.epoch, isClosed(row.incarnation), !isLeft(row) {
                orphans.append(index)
            }
            guard row.isCharged, row.state != .aborted else { continue }
            let isOpen = row.state == .reserved || row.state == .unknown
            let time = isOpen ? row.deadline : row.settledAt ?? row.deadline
            guard time > now - lookback else { continue }
            // Not later than it can be: a clock that was ahead has been put right.
            let latest = isOpen ? now + (row.deadline - row.reservedAt) : now
            found.charges.add(
                LedgerCharge(
                    capKey: row.capKey, time: isOpen ? .open(until: min(time, latest)) : .settled(min(time, latest))))
        }
        found.orphans = orphans.count
        found.lanes = orphans.compactMap { settleOrphan($0, at: now) }
        return found
    }

    private func isLeft(_ row: LedgerRow) -> Bool {
        settlesLeft.contains {
            Numbered.number(of: $0.reservation.claim.contact) == row.contact && $0.reservation.attempt == row.attempt
                && $0.reservation.day == row.day
        }
    }

    private mutating func settleOrphan(_ index: Int, at now: DatabaseTime) -> LaneDue? {
        let row = ledger[index]
        let outcome = Outcome.unknown(code: "owner_died", detail: "")
        guard lockedContacts.contains(row.contact) || contacts[row.contact].poison == .settle else {
            return settle(index, outcome, at: now)
        }
        holdRefused(row.contact, row.attempt)
        setAside([Settlement(reservation: reservation(of: row), outcome: outcome)])
        return nil
    }

    private func reservation(of row: LedgerRow) -> Reservation {
        let contact = contacts[row.contact]
        let claim = Claim(
            contact: contact.id, device: row.device, lane: contact.lane ?? LaneID(rawValue: 0),
            priorityClass: sequences[contact.sequence].priorityClass, slot: row.slot, epoch: row.epoch,
            batch: row.batch)
        return Reservation(
            claim: claim, message: MessageID(contact: contact.id, generation: row.generation, moves: row.moves),
            attempt: row.attempt, day: row.day, recipient: contact.recipient, recipientName: "",
            content: MessageContent(kind: .text, text: "", mediaURL: nil), campaign: "", gap: nil)
    }
}
