internal import DequeModule

/// Whether devices can send, and how they come back by themselves.
extension ShardMachine {
    mutating func noteRefusal(_ refusal: Refusal, on index: Int, at now: MonotonicTime) {
        switch refusal.disposition {
        case .device(let condition):
            setCondition(condition, detail: refusal.code, of: index, at: now)
        case .retry(let notBefore?):
            let rest = min(notBefore, limits.longestRest)
            guard rest > .zero else { return }
            devices[index].restUntil = max(devices[index].restUntil ?? now, now + rest)
        case .retry(nil), .permanent, .permanentIfRepeated, .optedOut: break
        }
    }

    /// What an attempt says of its device: whatever the gateway answered, unless that the device cannot send, ends a
    /// trial.
    mutating func noteOutcome(_ outcome: Outcome, on index: Int, at now: MonotonicTime) {
        switch outcome {
        case .refused(let refusal):
            if refusal.isCharged { devices[index].isOnTrial = false }
            noteRefusal(refusal, on: index, at: now)
        case .sent:
            devices[index].isOnTrial = false
            devices[index].pollFailures = 0
        case .unknown, .aborted: break
        }
    }

    /// Its gateway's settings were changed: what the old ones were refused for may be mended.
    mutating func tryWithNewSettings(_ index: Int, at now: MonotonicTime) {
        devices[index].pollFailures = 0
        startTrial(of: index, detail: "settings_changed", at: now)
    }

    /// Lets a device that cannot be asked send one message at a time until one is answered otherwise than with its
    /// condition, so that a queue of many is not refused one by one.
    private mutating func startTrial(of index: Int, detail: String, at now: MonotonicTime) {
        devices[index].isOnTrial = true
        setCondition(.connected, detail: detail, of: index, at: now)
    }

    private mutating func setCondition(
        _ condition: DeviceCondition, detail: String, of index: Int, at now: MonotonicTime
    ) {
        touch(index)
        devices[index].pollAt = nil
        guard devices[index].condition != condition else { return }
        devices[index].condition = condition
        actions.append(.record(devices[index].profile.id, condition, detail: detail))
    }

    /// What a device that cannot send waits for: its ban's end, a poll, or, where nothing can be asked, a new attempt.
    mutating func reviewCondition(_ index: Int, at now: MonotonicTime) {
        guard !devices[index].condition.canSend, !devices[index].isGone, let clock else { return }
        let isPolled = Dialect(rawValue: devices[index].profile.gateway.dialect)?.reportsState ?? false
        switch devices[index].condition {
        case .connected, .banned(nil): break
        case .banned(let until?):
            let end = clock.latestMonotonicTime(of: until)
            if end <= now {
                setCondition(.connected, detail: "ban_over", of: index, at: now)
            } else {
                wakes.schedule(.device(index), at: end)
            }
        case .disconnected where !isPolled, .credentialsRefused where !isPolled:
            guard let at = nextLook(index, at: now) else { break }
            if at <= now {
                devices[index].pollFailures += 1
                startTrial(of: index, detail: "tried_again", at: now)
            } else {
                wakes.schedule(.device(index), at: at)
            }
        case .disconnected, .loggedOut, .notFound, .credentialsRefused:
            guard isPolled, let at = nextLook(index, at: now) else { break }
            if at <= now {
                devices[index].isPolling = true
                pollQueue.append(index)
            } else {
                wakes.schedule(.device(index), at: at)
            }
        }
    }

    /// Nil while a poll is under way.
    private mutating func nextLook(_ index: Int, at now: MonotonicTime) -> MonotonicTime? {
        guard !devices[index].isPolling else { return nil }
        if let at = devices[index].pollAt { return at }
        let at = now + limits.pollBackoff.delay(afterFailures: devices[index].pollFailures + 1)
        devices[index].pollAt = at
        return at
    }

    mutating func startPolls() {
        while pollsInFlight < limits.concurrentPolls, let index = pollQueue.popFirst() {
            pollsInFlight += 1
            actions.append(.pollState(devices[index].profile))
        }
    }

    mutating func polled(_ device: DeviceID, _ condition: DeviceCondition?, at now: MonotonicTime) {
        pollsInFlight -= 1
        guard let index = deviceIndex[device], devices[index].isPolling else { return }
        devices[index].isPolling = false
        devices[index].pollAt = nil
        if condition?.canSend == true {
            devices[index].pollFailures = 0
        } else {
            devices[index].pollFailures += 1
        }
        setCondition(condition ?? devices[index].condition, detail: "polled", of: index, at: now)
    }
}
