internal import DequeModule

/// A claim that goes back.
struct ReleaseItem: Sendable {
    var claim: Claim
    /// After this the leader may take it back.
    var expiresAt: DatabaseTime
    /// A reserve of it may have happened: it is tried until it is answered.
    var mayBeReserved = false
    /// The answer of a statement about it was lost.
    var isUncertain = false
}

/// Claims that will not be reserved here go back at once instead of waiting for their expiry.
extension ShardMachine {
    mutating func release(_ claim: Claim, expiresAt: DatabaseTime) {
        slots[claim.slot].outstanding += 1
        releases.append(ReleaseItem(claim: claim, expiresAt: expiresAt))
    }

    mutating func startReleases(at now: MonotonicTime) {
        while !releases.isEmpty, gates.release.isOpen(at: now) {
            let items = Array(releases.prefix(limits.releaseBatch))
            releases.removeFirst(items.count)
            let id = begin(.release(items))
            actions.append(.release(id, items.map(\.claim)))
        }
        while !lostClaims.isEmpty, gates.abort.isOpen(at: now) {
            let items = Array(lostClaims.prefix(limits.releaseBatch))
            lostClaims.removeFirst(items.count)
            let id = begin(.abort(items))
            actions.append(.abortLost(id, items.map(\.claim)))
        }
    }

    mutating func released(_ items: [ReleaseItem], _ claims: [ReleasedClaim], at now: MonotonicTime) {
        count(claims)
        let confirmed = Set(claims.map(\.claim))
        for item in items {
            let isConfirmed = confirmed.contains(item.claim)
            if item.mayBeReserved, !isConfirmed, !isLost {
                lostClaims.append(item)
            } else {
                if !isConfirmed { countLost(item) }
                lessOutstanding(item.claim.slot)
            }
        }
    }

    /// A claim that was ours when a statement's answer was lost, and is not `claimed` now, was taken out by that
    /// statement; after its expiry perhaps by the leader, who then counts it himself. Counted twice, the device is given
    /// one claim too many until the leader finds the sum impossible, at the latest when the device is idle. Not counted
    /// at all, it has a place less for as long as it goes on getting claims.
    private mutating func countLost(_ item: ReleaseItem) {
        if item.isUncertain { countConsumed(item.claim) }
    }

    mutating func lostAborted(_ items: [ReleaseItem], _ claims: [ReleasedClaim], at now: MonotonicTime) {
        count(claims)
        let confirmed = Set(claims.map(\.claim))
        for item in items {
            if !confirmed.contains(item.claim) { countLost(item) }
            lessOutstanding(item.claim.slot)
        }
    }

    mutating func releaseFailed(_ items: [ReleaseItem], _ failure: StatementFailure, at now: MonotonicTime) {
        guard let clock else { return }
        let database = clock.earliestDatabaseTime(at: now)
        for item in items {
            var item = item
            item.isUncertain = item.isUncertain || failure == .uncertain
            if !isLost, item.mayBeReserved || item.expiresAt > database {
                releases.append(item)
            } else {
                countLost(item)
                lessOutstanding(item.claim.slot)
            }
        }
    }

    private mutating func count(_ claims: [ReleasedClaim]) {
        for released in claims {
            countConsumed(released.claim)
            if let due = released.due { noteDue(LaneDue(lane: released.claim.lane, due: due)) }
        }
    }

    /// One thing less that keeps a slot from being given up.
    mutating func lessOutstanding(_ slot: HashSlot) {
        slots[slot].outstanding -= 1
        giveUpIfIdle(slot)
    }
}
