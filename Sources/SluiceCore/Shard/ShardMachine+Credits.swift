/// What the leader is told: per device, how much it could start and how many claims were worked off; and which lanes
/// became due.
extension ShardMachine {
    /// The term that credit is granted to, as the database has it; nil before anybody led.
    var term: Term? { versions.term.rawValue > 0 ? versions.term : nil }

    /// Another leader: claims of other terms go back, counts start anew, and everything is reported to it.
    mutating func adopt(_ term: Term, at now: MonotonicTime) {
        guard phase != .finished, !isLost else { return }
        for index in devices.indices {
            devices[index].consumed = 0
            devices[index].reported = nil
            releaseQueue(of: index)
        }
        snapshotAt = now
    }

    /// A claim left the state `claimed` by our doing. Claims of older terms or epochs count on neither side.
    mutating func countConsumed(_ claim: Claim) {
        guard claim.batch.term == term, let index = deviceIndex[claim.device],
            slots[devices[index].profile.slot].ownership?.epoch == claim.epoch
        else { return }
        devices[index].consumed += 1
        touch(index)
    }

    mutating func noteDue(_ lane: LaneDue) {
        guard dueLanes.count < limits.dueLanes else {
            counters.droppedLanes += 1
            return
        }
        dueLanes.append(lane)
    }

    mutating func markDirty(_ index: Int) {
        guard !devices[index].isDirty else { return }
        devices[index].isDirty = true
        dirty.append(index)
    }

    // MARK: Reports

    /// When there is something to say and the last report was too short a time ago.
    var nextReport: MonotonicTime? {
        guard !isLost, !dirty.isEmpty || !dueLanes.isEmpty || ended > 0, let lastReport else { return nil }
        return lastReport + limits.reportEvery
    }

    /// Reports at once when the last report is long enough ago, else when it is. With a snapshot something is said even
    /// if there is nothing to say, so that the leader knows of a shard without slots or devices; that alone holds up no
    /// report.
    mutating func report(at now: MonotonicTime) {
        guard phase != .finished, !isLost else { return }
        var isSilent = false
        if let at = snapshotAt, at <= now {
            isSilent = now >= (lastHeard ?? now) + limits.snapshotEvery
            lastHeard = lastHeard ?? now
            snapshotAt = now + limits.snapshotEvery
            for index in devices.indices {
                devices[index].reported = nil
                markDirty(index)
            }
        } else if let lastReport, now < lastReport + limits.reportEvery {
            return
        }
        let credits = changedCredits(at: now)
        let isEmpty = credits.isEmpty && dueLanes.isEmpty && ended == 0
        guard !isEmpty || isSilent else { return }
        if !isEmpty { lastReport = now }
        lastHeard = now
        publish(credits)
    }

    private mutating func changedCredits(at now: MonotonicTime) -> [DeviceCredit] {
        let indices = dirty
        dirty.removeAll(keepingCapacity: true)
        var credits: [DeviceCredit] = []
        for index in indices {
            devices[index].isDirty = false
            let slot = slots[devices[index].profile.slot]
            // Without a leader there is nobody to grant to; a new one gets everything.
            guard term != nil, slot.isLoaded, let epoch = slot.ownership?.epoch, !devices[index].isGone else {
                continue
            }
            let reported = ShardDevice.Reported(
                capacity: capacity(of: index, at: now), consumed: devices[index].consumed)
            guard reported != devices[index].reported else { continue }
            devices[index].reported = reported
            credits.append(
                DeviceCredit(
                    device: devices[index].profile.id, epoch: epoch, capacity: reported.capacity,
                    consumed: reported.consumed))
        }
        return credits
    }

    private mutating func publish(_ credits: [DeviceCredit]) {
        var credits = credits[...]
        var lanes = dueLanes[...]
        dueLanes = []
        repeat {
            reportSequence += 1
            actions.append(
                .publish(
                    CreditReport(
                        node: incarnation, term: term ?? Term(rawValue: 0), sequence: reportSequence,
                        credits: Array(credits.prefix(limits.reportSize)),
                        lanes: Array(lanes.prefix(limits.reportSize)), ended: ended)))
            ended = 0
            credits = credits.dropFirst(limits.reportSize)
            lanes = lanes.dropFirst(limits.reportSize)
        } while !credits.isEmpty || !lanes.isEmpty
    }

    /// Sends that could start now, counting claims that wait or are being reserved as not started.
    mutating func capacity(of index: Int, at now: MonotonicTime) -> Int {
        guard phase == .running, canEverSend(index), slots[devices[index].profile.slot].phase == .ready else {
            return 0
        }
        if let until = devices[index].restUntil, until > now { return 0 }
        if devices[index].gap.wait(at: now) != nil || !devices[index].held.isEmpty { return 0 }
        if case .open(let until) = hosts[devices[index].host].breaker.state, until > now { return 0 }
        let capKey = devices[index].capKey
        let capacity = capKeys[capKey].limiter.capacity(at: now, leavingOut: capKeys[capKey].reserving)
        if let next = capacity.next { wakes.schedule(.device(index), at: next) }
        let promised = devices[index].isPaced || devices[index].isOnTrial ? 1 : promisedPerDevice
        return min(promised, capacity.available)
    }

    /// Each device has the same part of the queue, whether it has work or not: those that have are the leader's to know.
    private var promisedPerDevice: Int { max(1, limits.promisedClaims / max(1, deviceIndex.count)) }
}
