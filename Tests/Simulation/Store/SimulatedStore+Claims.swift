internal import SluiceCore

/// Claims: made by the leader, read back, released, taken back.
extension SimulatedStore {
    /// The next contact of a lane, from `start` on.
    private func idle(_ lane: LaneID, from start: DatabaseTime) -> [Int] {
        contacts.indices.filter {
            contacts[$0].lane == lane && contacts[$0].status == .active && contacts[$0].state == .idle
                && contacts[$0].due >= start
        }.sorted { (contacts[$0].due, $0) < (contacts[$1].due, $1) }
    }

    func lanes(_ wanted: [LaneID]?) -> [Lane] {
        lanes.filter { wanted?.contains($0.id) ?? true }.map { lane in
            var lane = lane
            lane.nextDue = idle(lane.id, from: DatabaseTime(microseconds: .min)).first.map { contacts[$0].due }
            return lane
        }
    }

    var routes: [DeviceRoute] {
        profiles.map { DeviceRoute(device: $0.id, capKey: $0.capKey, slot: $0.slot) }
    }

    mutating func claim(
        _ request: ClaimRequest, lasting: Duration, at now: DatabaseTime
    ) throws(StatementError) -> ClaimResult {
        guard request.term == term else { throw .termLost }
        var result = ClaimResult(batches: [], nextDue: [:])
        for share in request.shares {
            let waiting = idle(share.lane, from: share.notBefore)
            let taken = waiting.prefix { contacts[$0].due <= now }.prefix(share.limit)
            result.nextDue[share.lane] = .some(waiting.dropFirst(taken.count).first.map { contacts[$0].due })
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
                        contact: Numbered.contact(contact), device: share.device, lane: share.lane,
                        priorityClass: share.priorityClass, slot: share.slot, epoch: share.epoch, batch: share.batch))
            }
        }
        for batch in result.batches {
            let numbers = batch.claims.map { Numbered.number(of: $0.contact) }
            batches.append(
                Batch(
                    id: batch.id, owner: batch.owner, expiresAt: batch.expiresAt, contacts: numbers,
                    openClaims: numbers.count))
            tallies[batch.id, default: BatchTally()].claimed += numbers.count
        }
        return result
    }

    /// Also settles what was set aside, as the leader does.
    mutating func takeBack(
        olderThan term: Term?, limit: Int, at now: DatabaseTime
    ) -> (claims: [ReturnedClaims], lanes: [LaneDue], batches: Int) {
        let left = settlesLeft
        settlesLeft = []
        var lanes = settle(left, at: now)
        let due = batches.indices.filter { isOver(batches[$0], olderThan: term, at: now) }.prefix(limit)
        var returned: [ReturnedClaims] = []
        for index in due {
            let batch = batches[index]
            for contact in batch.contacts where contacts[contact].state == .claimed(batch.id) {
                makeIdle(contact)
                tallies[batch.id]?.takenBack += 1
                lanes.append(LaneDue(lane: contacts[contact].lane, due: contacts[contact].due))
                returned.append(
                    ReturnedClaims(device: profiles[contacts[contact].device].id, batch: batch.id, count: 1))
            }
        }
        for index in due.reversed() { batches.remove(at: index) }
        return (returned, lanes, due.count)
    }

    private func isOver(_ batch: Batch, olderThan term: Term?, at now: DatabaseTime) -> Bool {
        if isClosed(batch.owner) { return true }
        if let term { return batch.id < BatchID(term: term, ordinal: 0) }
        return batch.openClaims <= 0 || batch.expiresAt < now
    }

    func openBatch(_ id: BatchID, of incarnation: Incarnation, at now: DatabaseTime) -> DispatchBatch? {
        guard let batch = batches.first(where: { $0.id == id && $0.owner == incarnation && $0.expiresAt > now })
        else { return nil }
        let claims = batch.contacts.compactMap { number -> Claim? in
            let contact = contacts[number]
            let profile = profiles[contact.device]
            guard contact.state == .claimed(id), let lane = lanes.first(where: { $0.id == contact.lane }),
                let index = slotIndex(profile.slot), slots[index].owner == incarnation
            else { return nil }
            return Claim(
                contact: Numbered.contact(number), device: profile.id, lane: contact.lane,
                priorityClass: lane.priorityClass, slot: profile.slot, epoch: slots[index].epoch, batch: id)
        }
        guard !claims.isEmpty else { return nil }
        return DispatchBatch(id: id, owner: incarnation, expiresAt: batch.expiresAt, claims: claims)
    }

    mutating func release(_ claims: [Claim]) -> [ReleasedClaim] {
        claims.compactMap { claim in
            let number = Numbered.number(of: claim.contact)
            guard contacts[number].state == .claimed(claim.batch) else { return nil }
            makeIdle(number)
            countDown(claim.batch)
            tallies[claim.batch]?.released += 1
            return ReleasedClaim(claim: claim, due: contacts[number].due)
        }
    }
}
