// The one claim under way: what it asks for and what its answer means.

extension CoordinatorMachine {
    /// The next claim, when one may start and some device is in line.
    mutating func nextClaim(at now: MonotonicTime) -> ClaimRequest? {
        guard let term, claiming == nil, !grants.isEmpty else { return nil }
        guard claimNotBefore.map({ $0 <= now }) ?? true else { return nil }
        var room = roomForBulk(at: now)
        guard grants.hasUrgent || room > 0 else { return nil }
        guard !errands.isRunning(.assign) else { return nil }
        guard errands.hasSucceeded([.takeBackOlderTerms, .loadRoutes, .readOwnerships, .loadLanes]) else { return nil }
        var request = ClaimRequest(term: term, shares: [])
        var batches: [(owner: Incarnation, batch: BatchID)] = []
        // A slow database may not finish a large claim within the statement's time, and repeating it would not help.
        let shrink = min(claimFailures, 5)
        var contacts = max(1, limits.claimContacts >> shrink)
        let mostLanes = max(1, limits.claimLanes >> shrink)
        while contacts > 0, request.shares.count < mostLanes, let device = grants.popFirst(onlyUrgent: room <= 0) {
            guard let slot = routes.slot(of: device), let ownership = servingOwnership(of: slot),
                let owner = ownership.owner
            else { continue }
            let credit = min(available(device), contacts, schedule.hasUrgent(device) ? .max : room)
            guard credit > 0 else { continue }
            let lanes = min(limits.claimLanesPerDevice, mostLanes - request.shares.count)
            let turns = schedule.take(
                device, contacts: credit, lanes: lanes, floor: routes.floor(of: device))
            guard !turns.isEmpty, let batch = batch(of: owner, term: term, in: &batches) else { continue }
            let asked = turns.reduce(0) { $0 + $1.limit }
            book.ask(asked, on: device)
            contacts -= asked
            if turns.contains(where: { !$0.priorityClass.isUrgent }) {
                room -= asked
                bulk.noteAsked(asked)
            }
            for turn in turns {
                request.shares.append(
                    ClaimRequest.Share(
                        lane: turn.lane, device: device, priorityClass: turn.priorityClass, slot: slot,
                        epoch: ownership.epoch, batch: batch, owner: owner, limit: turn.limit,
                        from: turn.from, isPaced: turn.isPaced))
            }
        }
        guard !request.shares.isEmpty else { return nil }
        claiming = request
        claimingSince = now
        return request
    }

    /// How many contacts may be claimed now that are not urgent.
    private mutating func roomForBulk(at now: MonotonicTime) -> Int {
        if let restingUntil, now < restingUntil { return 0 }
        guard let room = bulk.room(at: now) else { return .max }
        if room == 0 { restingUntil = now + limits.pacedClaimRest }
        return room
    }

    /// One batch per owner and claim. When the term's batch numbers are used up, a new term brings new ones.
    private mutating func batch(
        of owner: Incarnation, term: Term, in batches: inout [(owner: Incarnation, batch: BatchID)]
    ) -> BatchID? {
        if let known = batches.first(where: { $0.owner == owner }) { return known.batch }
        guard nextOrdinal < UInt32.max else {
            mustResign = true
            return nil
        }
        let batch = BatchID(term: term, ordinal: nextOrdinal)
        nextOrdinal += 1
        batches.append((owner, batch))
        return batch
    }

    mutating func noteClaimed(_ result: ClaimResult, at now: MonotonicTime) {
        guard let request = claiming else { return }
        claiming = nil
        claimFailures = 0
        claimNotBefore = nil
        rest(after: request, at: now)
        var claimed: [LaneID: (count: Int, expiry: DatabaseTime)] = [:]
        for batch in result.batches where !batch.claims.isEmpty {
            for claim in batch.claims { claimed[claim.lane, default: (0, batch.expiresAt)].count += 1 }
            expiries.note(batch.expiresAt)
            dispatches.append(.dispatch(batch))
        }
        let databaseNow = databaseNow(now)
        for share in request.shares {
            let count = claimed[share.lane]?.count ?? 0
            book.answered(share.device, expiry: claimed[share.lane]?.expiry)
            book.unmade(share.limit - count, on: share.device, batch: share.batch)
            schedule.answer(
                share.lane, claimed: count, limit: share.limit, next: result.next[share.lane] ?? nil,
                pacedUntil: result.pacedUntil[share.lane], now: databaseNow)
        }
        for share in request.shares { considerGroup(of: share.device, at: now) }
    }

    /// What is not urgent rests after each claim for as long as the claim took, so that whatever is urgent seldom finds
    /// one under way.
    private mutating func rest(after request: ClaimRequest, at now: MonotonicTime) {
        let took = claimingSince.map { now - $0 } ?? .zero
        if request.shares.contains(where: \.priorityClass.isUrgent) { bulk.noteUrgent(took: took, at: now) }
        guard request.shares.contains(where: { !$0.priorityClass.isUrgent }) else { return }
        let least = bulk.isGivingWay ? limits.pacedClaimRest : limits.claimRest
        restingUntil = now + max(least, min(took, limits.longestClaimRest))
    }

    mutating func noteClaimFailed(_ mayHaveTakenEffect: Bool, at now: MonotonicTime) {
        guard let request = claiming else { return }
        guard !mayHaveTakenEffect else {
            // Nobody can say which contacts are claimed now; a new term takes all of them back.
            mustResign = true
            return
        }
        claiming = nil
        claimFailures += 1
        claimNotBefore = now + limits.retryBackoff.delay(afterFailures: claimFailures)
        let databaseNow = databaseNow(now)
        for share in request.shares {
            book.answered(share.device, expiry: nil)
            book.unmade(share.limit, on: share.device, batch: share.batch)
            schedule.putBack(share.lane, now: databaseNow)
        }
        for share in request.shares { considerGroup(of: share.device, at: now) }
    }
}
