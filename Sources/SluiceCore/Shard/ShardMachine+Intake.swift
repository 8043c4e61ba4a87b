internal import DequeModule

/// Claims come in: over NATS, or read back from the database when NATS lost them.
extension ShardMachine {
    /// A batch counts only if it is ours, of the term the database told us, not expired and not known (I19). One of a
    /// term that is confirmed only later is read back from the database like one that was lost.
    mutating func take(_ batch: DispatchBatch, at now: MonotonicTime) {
        if batch.owner == incarnation { hear(batch.id.term) }
        guard phase == .running, let clock, batch.owner == incarnation, batch.id.term == term,
            clock.latestDatabaseTime(at: now) < batch.expiresAt, !known.contains(batch.id)
        else {
            counters.ignoredBatches += 1
            return
        }
        // Its row may outlive its expiry by as long as the leader needs to take it back.
        known.remember(batch.id, until: batch.expiresAt + timers.claim, limit: limits.knownBatches)
        for claim in batch.claims {
            if claim.batch == batch.id {
                queueUp(QueuedClaim(claim: claim, expiresAt: batch.expiresAt))
            } else {
                counters.ignoredClaims += 1
            }
        }
    }

    /// Puts a claim last on its device, or back if it cannot be sent here.
    mutating func queueUp(_ queued: QueuedClaim) {
        let claim = queued.claim
        let slot = slots[claim.slot]
        guard slot.phase == .ready || slot.phase == .leaving, slot.ownership?.epoch == claim.epoch,
            let index = deviceIndex[claim.device]
        else {
            counters.ignoredClaims += 1
            return
        }
        // A device that has another cap key by now is in another slot: its claims go back to be made there.
        guard slot.phase == .ready, queuedClaims < limits.queuedClaims, devices[index].profile.slot == claim.slot,
            canEverSend(index)
        else {
            release(claim, expiresAt: queued.expiresAt)
            return
        }
        devices[index].queue.append(queued)
        queuedClaims += 1
        touch(index)
    }

    /// Takes all queued claims off a device and puts them back.
    mutating func releaseQueue(of index: Int) {
        let claims = devices[index].queue.removeAll()
        queuedClaims -= claims.count
        for queued in claims { release(queued.claim, expiresAt: queued.expiresAt) }
    }

    mutating func dropExpired(of index: Int, at now: MonotonicTime) {
        guard let clock, !devices[index].queue.isEmpty else { return }
        let dropped = devices[index].queue.dropExpired(at: clock.latestDatabaseTime(at: now))
        queuedClaims -= dropped
        counters.expiredClaims += Int64(dropped)
    }

    // MARK: Polling

    /// Open batches that NATS did not bring. While NATS works, one may be on its way, so it is read back only when the
    /// next renewal still names it.
    mutating func noteOpenBatches(_ batches: [BatchID]) {
        var unknown: Set<BatchID> = []
        for id in batches where !known.contains(id) {
            if isConnected, !suspects.contains(id) {
                unknown.insert(id)
            } else if fetchQueue.count < limits.knownBatches, let clock {
                known.remember(id, until: clock.database + timers.claim + timers.claim, limit: limits.knownBatches)
                fetchQueue.append(id)
            }
        }
        suspects = unknown
    }

    mutating func startFetches(at now: MonotonicTime) {
        while gates.fetch.isOpen(at: now), let batch = fetchQueue.popFirst() {
            let id = begin(.fetch(batch))
            actions.append(.fetchBatch(id, batch))
        }
    }

    mutating func fetched(_ id: BatchID, _ batch: DispatchBatch?, at now: MonotonicTime) {
        guard let batch else { return }
        known.forget(id)
        take(batch, at: now)
    }
}
