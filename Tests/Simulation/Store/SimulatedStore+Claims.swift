internal import SluiceCore
internal import SluiceStore

/// Claims: made by the leader, read back, released, taken back.
extension SimulatedStore {
    /// A lane's contacts that may be claimed, from `start` on, in the lane's order.
    private func idle(_ lane: LaneID, from start: LanePosition) -> [Int] {
        contacts.indices.filter {
            contacts[$0].lane == lane && contacts[$0].status == .active && contacts[$0].state == .idle
                && position(of: $0) >= start && !contacts[$0].isDeleted
        }.sorted { position(of: $0) < position(of: $1) }
    }

    private func position(of number: Int) -> LanePosition {
        LanePosition(due: contacts[number].due, contact: contacts[number].id)
    }

    func lanes(_ wanted: [LaneID]?) -> [Lane] {
        lanes.filter { wanted?.contains($0.id) ?? true }.map { lane in
            let sequence = sequences[lane.sequence]
            return Lane(
                id: lane.id, device: lane.device, priorityClass: sequence.priorityClass,
                isRunnable: sequence.isActive && !isPaused(sequence.workspace),
                next: idle(lane.id, from: LanePosition(due: .distantPast)).first.map(position))
        }
    }

    var routes: [DeviceRoute] {
        profiles.map { DeviceRoute(device: $0.id, capKey: $0.capKey, slot: $0.slot) }
    }

    mutating func claim(
        _ request: ClaimRequest, lasting: Duration, at now: DatabaseTime
    ) throws(StatementError) -> ClaimResult {
        guard request.term == term else { throw .termLost }
        var result = ClaimResult(batches: [], next: [:])
        for share in request.shares {
            let waiting = idle(share.lane, from: share.from)
            let taken = waiting.prefix { contacts[$0].due <= now }.filter { !lockedContacts.contains($0) }
                .prefix(share.limit)
            result.next[share.lane] = .some(waiting.first { !taken.contains($0) }.map(position))
            guard !taken.isEmpty else { continue }
            let index = result.batches.firstIndex { $0.id == share.batch } ?? result.batches.endIndex
            if index == result.batches.endIndex {
                result.batches.append(
                    DispatchBatch(id: share.batch, owner: share.owner, expiresAt: now + lasting, claims: []))
            }
            for contact in taken {
                contacts[contact].state = .claimed(share.batch)
                result.batches[index].claims.append(
                    Claim(
                        contact: contacts[contact].id, device: share.device, lane: share.lane,
                        priorityClass: share.priorityClass, slot: share.slot, epoch: share.epoch, batch: share.batch))
            }
        }
        for batch in result.batches {
            batches.append(
                Batch(
                    id: batch.id, owner: batch.owner, expiresAt: batch.expiresAt,
                    contacts: batch.claims.map { (Numbered.number(of: $0.contact), $0.lane) },
                    openClaims: batch.claims.count))
            tallies[batch.id, default: BatchTally()].claimed += batch.claims.count
        }
        return result
    }

    /// Also settles what was set aside, as the leader does.
    mutating func takeBack(
        expiredAfter: DatabaseTime?, olderThan term: Term?, limit: Int, at now: DatabaseTime
    ) -> TakenBack {
        let left = settlesLeft
        var taken = TakenBack(claims: [], lanes: settleLeft(left, at: now), batches: 0)
        let due = batches.indices.filter { isOver(batches[$0], expiredAfter: expiredAfter, olderThan: term, at: now) }
            .prefix(limit)
        var worked: [Int] = []
        for index in due {
            takeBack(batches[index], into: &taken)
            let isKept = batches[index].contacts.contains {
                isClaimed($0.contact, by: batches[index].id)
            }
            if !isKept { worked.append(index) }
        }
        for index in worked.reversed() { batches.remove(at: index) }
        taken.batches = due.count
        return taken
    }

    private func isClaimed(_ contact: Int, by batch: BatchID) -> Bool {
        contacts[contact].state == .claimed(batch) && !contacts[contact].isDeleted
    }

    private mutating func takeBack(_ batch: Batch, into taken: inout TakenBack) {
        guard batch.openClaims > 0 else { return }
        for (contact, lane) in batch.contacts {
            let isClaimed = isClaimed(contact, by: batch.id) && !lockedContacts.contains(contact)
            guard isClaimed || contacts[contact].isDeleted else { continue }
            tallies[batch.id]?.takenBack += 1
            add(ReturnedClaims(device: self.lane(lane).device, batch: batch.id, count: 1), to: &taken)
            guard isClaimed else { continue }
            makeIdle(contact)
            guard contacts[contact].status == .active else { continue }
            if let place = taken.lanes.firstIndex(where: { $0.lane == lane }) {
                taken.lanes[place].due = min(taken.lanes[place].due, contacts[contact].due)
            } else {
                taken.lanes.append(LaneDue(lane: lane, due: contacts[contact].due))
            }
        }
    }

    private func add(_ claims: ReturnedClaims, to taken: inout TakenBack) {
        let place = taken.claims.firstIndex { $0.device == claims.device && $0.batch == claims.batch }
        if let place { taken.claims[place].count += claims.count } else { taken.claims.append(claims) }
    }

    private func isOver(
        _ batch: Batch, expiredAfter: DatabaseTime?, olderThan term: Term?, at now: DatabaseTime
    ) -> Bool {
        if isClosed(batch.owner) { return true }
        if let term, batch.id < BatchID(term: term, ordinal: 0) { return true }
        return expiredAfter.map { batch.expiresAt >= $0 && batch.expiresAt < now } ?? false
    }

    func openBatch(_ id: BatchID, of incarnation: Incarnation, at now: DatabaseTime) -> DispatchBatch? {
        guard let batch = batches.first(where: { $0.id == id && $0.owner == incarnation && $0.expiresAt > now })
        else { return nil }
        let claims = batch.contacts.compactMap { entry -> Claim? in
            let contact = contacts[entry.contact]
            guard isClaimed(entry.contact, by: id), let lane = contact.lane.map(lane),
                let profile = profile(lane.device), let index = slotIndex(profile.slot),
                slots[index].owner == incarnation
            else { return nil }
            return Claim(
                contact: contact.id, device: lane.device, lane: lane.id,
                priorityClass: sequences[lane.sequence].priorityClass, slot: profile.slot, epoch: slots[index].epoch,
                batch: id)
        }
        guard !claims.isEmpty else { return nil }
        return DispatchBatch(id: id, owner: incarnation, expiresAt: batch.expiresAt, claims: claims)
    }

    /// Waits for locked rows, in vain here.
    func requireUnlocked(_ claims: [Claim]) throws(StatementError) {
        guard !lockedContacts.isEmpty else { return }
        for claim in claims { if lockedContacts.contains(Numbered.number(of: claim.contact)) { throw .uncertain } }
    }

    mutating func release(_ claims: [Claim]) throws(StatementError) -> [ReleasedClaim] {
        try requireUnlocked(claims)
        return claims.compactMap { claim in
            guard let number = row(claim.contact), contacts[number].state == .claimed(claim.batch) else { return nil }
            makeIdle(number)
            countDown(claim.batch)
            tallies[claim.batch]?.released += 1
            return ReleasedClaim(claim: claim, due: contacts[number].due)
        }
    }

    /// The database refuses this row: due again later, held the third time in a row.
    mutating func reportFault(
        _ fault: RowFault, of claim: Claim, at now: DatabaseTime
    ) throws(StatementError) -> ReleasedClaim? {
        try requireUnlocked([claim])
        guard let number = row(claim.contact), contacts[number].state == .claimed(claim.batch) else { return nil }
        makeIdle(number)
        countDown(claim.batch)
        tallies[claim.batch]?.released += 1
        contacts[number].faults += 1
        let faults = contacts[number].faults
        contacts[number].lastError = fault.text
        if contacts[number].status == .active, faults >= 3 {
            hold(number, .quarantined)
            contacts[number].faults = 0
        } else {
            contacts[number].due = max(contacts[number].due, now + firstBackoff * faults)
        }
        return ReleasedClaim(claim: claim, due: contacts[number].status == .active ? contacts[number].due : nil)
    }

    mutating func hold(_ contact: Int, _ reason: HoldReason) {
        contacts[contact].status = .paused
        contacts[contact].hold = reason.rawValue
        contacts[contact].lastError = "held: " + reason.rawValue
    }
}
