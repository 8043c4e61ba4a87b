internal import DequeModule

/// Reserves: claims that may start now are collected from the ready devices into statements.
extension ShardMachine {
    /// Whether anything may start: the lease is trusted for a while yet.
    func mayStart(at now: MonotonicTime) -> Bool {
        guard let fence = startFence, phase != .finished, !isLost else { return false }
        return now < fence
    }

    /// The last instant at which a request may start under the present lease.
    var startFence: MonotonicTime? {
        clock.map { $0.sent + timers.selfFence - limits.leaseMargin }
    }

    /// While the statement under way commits, and until its pace is over, ready devices collect. What is urgent has
    /// statements of its own without a pace, so that it waits for no large one of a campaign; and permits that it waits
    /// for are not taken from it meanwhile.
    mutating func startReserves(at now: MonotonicTime) {
        guard mayStart(at: now) else { return }
        if gates.urgentReserve.isOpen(at: now) { startReserve(isUrgent: true, at: now) }
        guard gates.reserve.isOpen(at: now) else { return }
        if let again = reservesAgain.popFirst() {
            emitReserve(again, isUrgent: false)
        } else {
            startReserve(isUrgent: false, at: now)
        }
    }

    private mutating func startReserve(isUrgent: Bool, at now: MonotonicTime) {
        var batch: [Attempt] = []
        var isAllTaken = true
        while batch.count < limits.reserveBatch, attempts < limits.unsettledAttempts, nodePermits.free > 0,
            ready.hasUrgent == isUrgent, let index = ready.popFirst()
        {
            if !collect(from: index, into: &batch, at: now) { isAllTaken = false }
        }
        guard !batch.isEmpty else { return }
        emitReserve(batch, isUrgent: isUrgent)
        if !isUrgent, isAllTaken, batch.count < limits.reserveBatch {
            gates.reserve.rest(until: now + limits.reserveEvery)
        }
        reviewTouched(at: now)
    }

    private mutating func emitReserve(_ batch: [Attempt], isUrgent: Bool) {
        let requests = batch.map { ReserveRequest(claim: $0.claim, deadlineAfter: $0.deadlineAfter) }
        let id = begin(.reserve(batch, isUrgent: isUrgent))
        actions.append(.reserve(id, requests))
    }

    /// Takes as many claims of one device as may start in one statement, with everything each needs; behind urgent ones
    /// none that are not. Where more devices wait than may start it is one of each: nobody's second message goes before
    /// another's first, and a gateway may well send one device's messages one after the other. Returns whether nothing
    /// is left of it that might have started.
    private mutating func collect(from index: Int, into batch: inout [Attempt], at now: MonotonicTime) -> Bool {
        let host = devices[index].host
        dropExpired(of: index, at: now)
        // A device may have its turn in a statement of the other kind: every tenth is the least urgent's.
        let isUrgent = devices[index].queue.urgency?.isUrgent ?? false
        let room = min(limits.reserveBatch - batch.count, hosts[host].permits.free)
        let others = ready.count(isUrgent: isUrgent) + hosts[host].waiting.count(isUrgent: isUrgent)
        let most = isPaced(index) || room <= others ? 1 : limits.claimsPerDeviceAndReserve
        var taken = 0
        while taken < most, batch.count < limits.reserveBatch, attempts < limits.unsettledAttempts,
            nodePermits.free > 0,
            let urgency = devices[index].queue.urgency, urgency.isUrgent == isUrgent, hold(on: index, at: now) == nil
        {
            guard hosts[host].permits.free > 0, hosts[host].breaker.allows(at: now) else {
                hosts[host].waiting.add(index, urgency)
                break
            }
            guard let attempt = takeFirst(of: index, at: now) else { break }
            batch.append(attempt)
            taken += 1
        }
        // A device that was called for a permit and did not use it hands the call on.
        if taken == 0, !hosts[host].waiting.contains(index) { wakeWaiters(ofHost: host, at: now) }
        touch(index)
        return taken < most || isPaced(index) || devices[index].queue.isEmpty || hosts[host].permits.free == 0
    }

    private mutating func takeFirst(of index: Int, at now: MonotonicTime) -> Attempt? {
        let capKey = devices[index].capKey
        let host = devices[index].host
        guard capKeys[capKey].limiter.admit(at: now) else { return nil }
        guard let queued = devices[index].queue.popFirst(floor: devices[index].profile.floor) else {
            capKeys[capKey].limiter.release()
            return nil
        }
        queuedClaims -= 1
        nodePermits.take()
        hosts[host].permits.take()
        capKeys[capKey].reserving += 1
        devices[index].reserving += 1
        devices[index].open += 1
        slots[queued.claim.slot].outstanding += 1
        attempts += 1
        let isProbe = hosts[host].breaker.start(at: now)
        return Attempt(
            claim: queued.claim, expiresAt: queued.expiresAt, timesBusy: queued.timesBusy, device: index, host: host,
            isProbe: isProbe, deadlineAfter: deadlineAfterStart(index))
    }

    // MARK: Answers

    mutating func reserved(
        _ batch: [Attempt], started: MonotonicTime, _ verdicts: [ReserveVerdict], at now: MonotonicTime
    ) {
        precondition(verdicts.count == batch.count, "the store gives one verdict per request")
        for (attempt, verdict) in zip(batch, verdicts) {
            endReserving(attempt)
            switch verdict {
            case .reserved(let reservation):
                countConsumed(attempt.claim)
                noteGap(of: reservation, on: attempt.device)
                let reserved = ReservedAttempt(
                    attempt: attempt, reservation: reservation, deadline: started + attempt.deadlineAfter)
                begin(reserved, latestStart: started + timers.sendWithin, at: now)
            case .released(_, let due):
                countConsumed(attempt.claim)
                if let due { noteDue(LaneDue(lane: attempt.claim.lane, due: due)) }
                undo(attempt, at: now)
            case .busy:
                if !isLost { awaitLock(attempt, at: now) }
                undo(attempt, at: now)
            case .gone:
                undo(attempt, at: now)
            }
        }
    }

    /// Sets a claim whose contact is locked aside for a while. Meanwhile it keeps its slot from being given up, so that
    /// it is released before that and does not have to expire.
    private mutating func awaitLock(_ attempt: Attempt, at now: MonotonicTime) {
        let times = attempt.timesBusy + 1
        slots[attempt.claim.slot].outstanding += 1
        queuedClaims += 1
        busyClaims.insert(
            QueuedClaim(claim: attempt.claim, expiresAt: attempt.expiresAt, timesBusy: times),
            at: now + limits.busyReserveBackoff.delay(afterFailures: times))
    }

    /// Claims whose contacts were locked line up again; all of them when the node is leaving, which has no time to wait
    /// for anybody.
    mutating func queueTheBusy(at now: MonotonicTime) {
        while let (_, queued) = busyClaims.popFirst(dueBy: phase == .running ? now : nil) {
            queuedClaims -= 1
            queueUp(queued)
            lessOutstanding(queued.claim.slot)
        }
    }

    /// A refused statement is split, so that one row that cannot be reserved holds up no other. Alone, a row that is at
    /// fault is reported on itself; a refusal that is no row's fault leaves the claim to expire, which offers it again
    /// in half a minute and not at once.
    ///
    /// When the answer is lost, nothing of it is sent. Whether rows were reserved is found out by releasing first: a
    /// release waits for the locks of a reserve still under way, so what it does not return was reserved (and is
    /// aborted next) or is gone.
    mutating func reserveFailed(_ batch: [Attempt], _ failure: StatementFailure, at now: MonotonicTime) {
        if isLost {
            dropReserving(batch, at: now)
        } else if failure == .uncertain {
            counters.lostReserves += 1
            for attempt in batch {
                // Counted again before the attempt ends, so that the slot is not given up in between.
                slots[attempt.claim.slot].outstanding += 1
                releases.append(
                    ReleaseItem(
                        claim: attempt.claim, expiresAt: attempt.expiresAt, mayBeReserved: true, isUncertain: true))
            }
            dropReserving(batch, at: now)
        } else if batch.count > 1 {
            reservesAgain.append(Array(batch.prefix(batch.count / 2)))
            reservesAgain.append(Array(batch.dropFirst(batch.count / 2)))
        } else {
            counters.refusedClaims += 1
            if case .refusedRow(let fault) = failure, let attempt = batch.first { report(fault, of: attempt) }
            dropReserving(batch, at: now)
        }
    }

    mutating func dropReserving(_ batch: [Attempt], at now: MonotonicTime) {
        for attempt in batch {
            endReserving(attempt)
            undo(attempt, at: now)
        }
    }

    private mutating func endReserving(_ attempt: Attempt) {
        devices[attempt.device].reserving -= 1
        capKeys[devices[attempt.device].capKey].reserving -= 1
        touchMembers(ofCapKey: devices[attempt.device].capKey)
    }

    /// Nothing was written: gives everything back.
    private mutating func undo(_ attempt: Attempt, at now: MonotonicTime) {
        capKeys[devices[attempt.device].capKey].limiter.release()
        devices[attempt.device].open -= 1
        giveBackPermits(of: attempt, .nothing, at: now)
        attempts -= 1
        lessOutstanding(attempt.claim.slot)
    }
}
