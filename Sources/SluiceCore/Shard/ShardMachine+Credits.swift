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
            releaseQueue(of: index)
        }
        wholeAt = now
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

    /// The leader of `term` missed something that was said: it is told of all devices, at most so often.
    mutating func reportWhole(to term: Term, at now: MonotonicTime) {
        guard term == self.term, phase != .finished, !isLost, wholeAt == nil else { return }
        wholeAt = lastWhole.map { max(now, $0 + limits.wholeEvery) } ?? now
    }

    /// Reports at once when the last report is long enough ago, else when it is. Every so often something is said even
    /// if there is nothing to say, so that the leader knows of a shard without slots or devices and sees what it
    /// missed; that alone holds up no report.
    mutating func report(at now: MonotonicTime) {
        guard phase != .finished, !isLost else { return }
        let isTimeToSpeak = speakAt.map { $0 <= now } ?? false
        if let wholeAt, wholeAt <= now {
            beginWhole(at: now)
        } else if isTimeToSpeak {
            nameSome()
        } else if let lastReport, now < lastReport + limits.reportEvery {
            return
        }
        if isTimeToSpeak { speakAt = now + limits.speakEvery }
        let credits = changedCredits(at: now)
        let isEmpty = credits.isEmpty && dueLanes.isEmpty && ended == 0
        guard !isEmpty || isTimeToSpeak else { return }
        if !isEmpty { lastReport = now }
        publish(credits)
    }

    private mutating func beginWhole(at now: MonotonicTime) {
        wholeAt = nil
        lastWhole = now
        speakAt = speakAt ?? now + limits.speakEvery
        wholeFrom = reportSequence + 1
        for index in devices.indices { name(index) }
    }

    /// The next of the devices, so many that all have had their turn in time.
    private mutating func nameSome() {
        let turns = max(1, Int(limits.nameAllWithin / limits.speakEvery))
        for _ in 0..<(devices.count + turns - 1) / turns {
            namedNext = namedNext + 1 < devices.count ? namedNext + 1 : 0
            name(namedNext)
        }
    }

    /// The leader is told of the device, also when nothing about it is new.
    private mutating func name(_ index: Int) {
        devices[index].reported = nil
        markDirty(index)
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
                        lanes: Array(lanes.prefix(limits.reportSize)), ended: ended, wholeFrom: wholeFrom)))
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
        let promised = isPaced(index) || devices[index].isOnTrial ? 1 : promisedPerDevice
        return min(promised, capacity.available)
    }

    /// Each device has the same part of the queue, whether it has work or not: those that have are the leader's to know.
    private var promisedPerDevice: Int { max(1, limits.promisedClaims / max(1, deviceIndex.count)) }
}
