internal import DequeModule

/// The lease, and the node's end.
extension ShardMachine {
    var isLost: Bool {
        if case .lost = phase { true } else { false }
    }

    mutating func renewed(_ renewal: Renewal, _ reading: ClockReading, at now: MonotonicTime) {
        guard !isLost, phase != .finished else { return }
        // Answers may come out of order; the newest reading is the one sent last.
        if clock.map({ $0.sent < reading.sent }) ?? true { clock = reading }
        confirm(renewal.versions, asked: reading.sent, at: now)
        known.prune(before: reading.database)
        if phase == .running { noteOpenBatches(renewal.openBatches) }
    }

    /// Nothing more may start; open requests end and are settled. Another incarnation of this node may start now.
    mutating func loseLease(at now: MonotonicTime) {
        guard !isLost, phase != .finished else { return }
        var until = now + limits.settleFor
        if case .draining(let end) = phase { until = min(until, end) }
        phase = .lost(until: until)
        gates.settle.endRest()
        asides.append(contentsOf: settles.removeLater())
        for index in devices.indices {
            queuedClaims -= devices[index].queue.removeAll().count
            while let held = devices[index].held.popFirst() { abort(held.attempt, code: "lease_lost", at: now) }
        }
        while let batch = reservesAgain.popFirst() { dropReserving(batch, at: now) }
        queuedClaims -= busyClaims.removeAll()
        ready.removeAll()
        releases.removeAll()
        lostClaims.removeAll()
        faults.removeAll()
        takeOverQueue.removeAll()
        giveUpQueue.removeAll()
        fetchQueue.removeAll()
        pollQueue.removeAll()
        dueLanes.removeAll()
        speakAt = nil
        wholeAt = nil
        actions.append(.restart)
    }

    /// Draining ends when every slot is given up; a lost lease ends when everything open is settled; both end at their
    /// deadline.
    mutating func finishWhenDone(at now: MonotonicTime) {
        switch phase {
        case .running, .finished: return
        case .draining(let until):
            guard until <= now || (ownedSlots == 0 && attempts == 0 && statements.isEmpty) else { return }
        case .lost(let until):
            guard until <= now || attempts == 0 else { return }
        }
        phase = .finished
        actions.append(.finished)
    }
}
