internal import DequeModule

/// Reservations become requests, and requests end.
extension ShardMachine {
    /// Starts a reserved attempt, or keeps it until its device's gap is over, or aborts it when the guard would.
    mutating func begin(_ reserved: ReservedAttempt, latestStart: MonotonicTime, at now: MonotonicTime) {
        guard !isLost, let fence = startFence else { return abort(reserved, code: "lease_lost", at: now) }
        let latest = min(latestStart, fence)
        let index = reserved.attempt.device
        // It has another key now, and what the ledger held of this attempt was counted there before it could start.
        guard !devices[index].isGone else { return abort(reserved, code: "device_changed", at: now) }
        guard now < latest else { return abort(reserved, code: "guard", at: now) }
        guard let wait = devices[index].gap.wait(at: now) else { return launch(reserved, latestStart: latest, at: now) }
        guard wait < latest else { return abort(reserved, code: "gap", at: now) }
        devices[index].held.append(ShardDevice.Held(attempt: reserved, latestStart: latest))
        touch(index)
    }

    /// Reservations whose turn has come, or whose time is over.
    mutating func launchHeld(_ index: Int, at now: MonotonicTime) {
        while let held = devices[index].held.first {
            if devices[index].isGone {
                devices[index].held.removeFirst()
                abort(held.attempt, code: "device_changed", at: now)
            } else if now >= held.latestStart || (devices[index].gap.wait(at: now) ?? now) >= held.latestStart {
                devices[index].held.removeFirst()
                abort(held.attempt, code: "gap", at: now)
            } else if let wait = devices[index].gap.wait(at: now) {
                wakes.schedule(.device(index), at: wait)
                return
            } else {
                devices[index].held.removeFirst()
                launch(held.attempt, latestStart: held.latestStart, at: now)
            }
        }
    }

    private mutating func launch(_ reserved: ReservedAttempt, latestStart: MonotonicTime, at now: MonotonicTime) {
        let index = reserved.attempt.device
        let range = reserved.reservation.gap ?? devices[index].profile.gap
        if range.upperBound > .zero { devices[index].gap.started(at: now, range: range, using: &generator) }
        lastSend += 1
        let id = SendID(rawValue: lastSend)
        openSends[id] = reserved
        actions.append(.send(id, reserved.reservation, devices[index].profile, latestStart: latestStart))
        touch(index)
    }

    /// A claim's own gap is known from here on.
    mutating func noteGap(of reservation: Reservation, on index: Int) {
        if let gap = reservation.gap, gap.upperBound > .zero { devices[index].hasOwnGaps = true }
    }

    mutating func abort(_ reserved: ReservedAttempt, code: String, at now: MonotonicTime) {
        end(reserved, .aborted(code: code), at: now)
    }

    mutating func sendEnded(_ id: SendID, _ outcome: Outcome, at now: MonotonicTime) {
        guard let reserved = openSends.removeValue(forKey: id) else {
            counters.ignoredAnswers += 1
            return
        }
        end(reserved, outcome, at: now)
    }

    /// Books an outcome: with the limiter, the host, the device, and for the database.
    private mutating func end(_ reserved: ReservedAttempt, _ outcome: Outcome, at now: MonotonicTime) {
        let attempt = reserved.attempt
        let capKey = devices[attempt.device].capKey
        devices[attempt.device].open -= 1
        switch outcome {
        case .sent: capKeys[capKey].limiter.finish(at: now)
        case .refused(let refusal) where refusal.isCharged: capKeys[capKey].limiter.finish(at: now)
        case .refused, .aborted: capKeys[capKey].limiter.release()
        case .unknown: capKeys[capKey].limiter.unknown(until: reserved.deadline, at: now)
        }
        giveBackPermits(of: attempt, outcome.evidence, at: now)
        noteOutcome(outcome, on: attempt.device, at: now)
        settles.append(
            SettleItem(
                settlement: Settlement(reservation: reserved.reservation, outcome: outcome),
                setAsideAt: now + limits.setAsideAfter))
        touchMembers(ofCapKey: capKey)
    }

    mutating func giveBackPermits(of attempt: Attempt, _ evidence: Breaker.Evidence, at now: MonotonicTime) {
        nodePermits.giveBack()
        hosts[attempt.host].permits.giveBack()
        if hosts[attempt.host].breaker.end(evidence, wasProbe: attempt.isProbe, at: now) {
            breakerChanged(ofHost: attempt.host, at: now)
        } else {
            wakeWaiters(ofHost: attempt.host, at: now)
        }
        forgetIfUnused(host: attempt.host)
    }
}

extension Outcome {
    /// What the outcome says of the gateway's host.
    var evidence: Breaker.Evidence {
        switch self {
        case .sent: .answered
        case .refused(let refusal) where refusal.isCharged: .answered
        case .refused(let refusal): refusal.code == "connect_failed" ? .failed : .nothing
        case .unknown(let code, _): code == "cancelled" ? .nothing : .failed
        case .aborted: .nothing
        }
    }
}
