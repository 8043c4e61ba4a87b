internal import SluiceCore
internal import SluiceStore

/// Reserves.
extension SimulatedStore {
    /// Throws ``StatementError/refusedRow(_:)`` when one of the rows is refused: nothing happened then.
    mutating func reserve(
        _ requests: [ReserveRequest], by incarnation: Incarnation, at now: DatabaseTime
    ) throws(StatementError) -> [ReserveVerdict] {
        let rows = requests.map { reservable($0.claim, by: incarnation, at: now) }
        for case let row? in rows where contacts[row].poison == .reserve && !lockedContacts.contains(row) {
            throw .refusedRow(RowFault("a constraint of the user's"))
        }
        return zip(requests, rows).map { request, row in
            guard let row else { return .gone }
            if lockedContacts.contains(row) { return .busy }
            if let refusal = refusal(of: row, for: request.claim) {
                return release(row, request.claim, refusal)
            }
            return .reserved(
                reserve(request.claim, row, deadlineAfter: request.deadlineAfter, by: incarnation, at: now))
        }
    }

    /// The claim's row of the queue, when this incarnation may decide about it.
    private func reservable(_ claim: Claim, by incarnation: Incarnation, at now: DatabaseTime) -> Int? {
        guard isRunning(incarnation, at: now), let index = slotIndex(claim.slot), slots[index].owner == incarnation,
            slots[index].epoch == claim.epoch, let row = row(claim.contact),
            contacts[row].state == .claimed(claim.batch)
        else { return nil }
        return row
    }

    /// Why it is not to be sent now.
    private func refusal(of row: Int, for claim: Claim) -> String? {
        let contact = contacts[row]
        let sequence = sequences[contact.sequence]
        if contact.status != .active { return contact.status.rawValue }
        if suppressions.contains(contact.recipient) { return "suppressed" }
        if isPaused(contact.workspace) { return "paused" }
        if contact.device != claim.device { return "device_changed" }
        guard let profile = profile(claim.device) else { return HoldReason.unknownDevice.rawValue }
        if profile.slot != claim.slot { return "slot_changed" }
        if profile.isPaused { return "device_paused" }
        if !sequence.isActive { return "sequence_paused" }
        return sequence.step(contact.trigger) == nil ? HoldReason.stepMissing.rawValue : nil
    }

    private mutating func release(_ row: Int, _ claim: Claim, _ refusal: String) -> ReserveVerdict {
        makeIdle(row)
        countDown(claim.batch)
        tallies[claim.batch]?.released += 1
        switch refusal {
        case "suppressed":
            contacts[row].status = .cancelled
            contacts[row].lastError = refusal
        case "device_changed":
            contacts[row].lane = nil
            misplaced.append(row)
            return .released(reason: refusal, due: nil)
        default:
            if let reason = HoldReason(rawValue: refusal) { hold(row, reason) }
        }
        return .released(reason: refusal, due: contacts[row].status == .active ? contacts[row].due : nil)
    }

    private mutating func reserve(
        _ claim: Claim, _ row: Int, deadlineAfter: Duration, by incarnation: Incarnation, at now: DatabaseTime
    ) -> Reservation {
        contacts[row].state = .reserved(claim.batch)
        contacts[row].attempts += 1
        contacts[row].faults = 0
        countDown(claim.batch)
        tallies[claim.batch]?.reserved += 1
        let contact = contacts[row]
        let day = Int32(now.microseconds / 86_400_000_000)
        attempts[row].append(ledger.count)
        ledger.append(
            LedgerRow(
                contact: row, attempt: contact.attempts, day: day, generation: contact.generation,
                moves: contact.moves, batch: claim.batch, trigger: contact.trigger, device: claim.device,
                workspace: contact.workspace, capKey: profile(claim.device)?.capKey ?? "", slot: claim.slot,
                epoch: claim.epoch, incarnation: incarnation, reservedAt: now, deadline: now + deadlineAfter,
                reserved: instant, due: contact.due))
        return Reservation(
            claim: claim,
            message: MessageID(contact: claim.contact, generation: contact.generation, moves: contact.moves),
            attempt: contact.attempts, day: day, recipient: contact.recipient, recipientName: "",
            content: MessageContent(
                kind: .text, text: sequences[contact.sequence].step(contact.trigger)?.text ?? "", mediaURL: nil),
            campaign: "test", gap: nil)
    }
}
