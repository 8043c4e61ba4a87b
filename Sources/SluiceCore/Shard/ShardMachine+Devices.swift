internal import DequeModule

/// Devices, their cap keys and hosts: membership, and what each waits for.
extension ShardMachine {
    /// Why a device does not start a claim now.
    public enum Hold: Hashable, Sendable {
        /// The slot is not ours, or its history is still on its way.
        case slot
        case paused
        /// Its settings cannot be used.
        case settings
        case condition(DeviceCondition)
        /// The gateway asked for quiet.
        case resting(until: MonotonicTime)
        case gap(until: MonotonicTime)
        /// The next gap is known only when this reserve is answered.
        case reserving
        /// Nil: until an open request ends.
        case caps(until: MonotonicTime?)
    }

    mutating func touch(_ index: Int) {
        guard !devices[index].isTouched else { return }
        devices[index].isTouched = true
        touched.append(index)
    }

    mutating func touchMembers(ofCapKey index: Int) {
        for member in capKeys[index].members { touch(member) }
    }

    mutating func wakeTheDue(at now: MonotonicTime) {
        while let target = wakes.popDue(at: now) {
            switch target {
            case .device(let index): touch(index)
            case .host(let index):
                for member in hosts[index].members { touch(member) }
                scheduleProbe(ofHost: index, at: now)
                wakeWaiters(ofHost: index, at: now)
            }
        }
    }

    mutating func reviewTouched(at now: MonotonicTime) {
        while !touched.isEmpty {
            var batch: [Int] = []
            swap(&batch, &touched)
            for index in batch {
                devices[index].isTouched = false
                review(index, at: now)
            }
        }
    }

    /// Looks anew at one device after something about it changed: what it has to drop, whether it can start, when to
    /// look again.
    private mutating func review(_ index: Int, at now: MonotonicTime) {
        markDirty(index)
        guard !isLost else { return }
        reviewCondition(index, at: now)
        launchHeld(index, at: now)
        if !canEverSend(index) || slots[devices[index].profile.slot].phase != .ready { releaseQueue(of: index) }
        dropExpired(of: index, at: now)
        let hold = hold(on: index, at: now)
        scheduleWake(index, hold, at: now)
        if hold == nil { line(up: index) }
    }

    /// Gives a device that has claims its place in the line that it is to stand in, or a better one when something more
    /// urgent has come. While its host has no permit that is the host's, behind those that have waited for longer.
    private mutating func line(up index: Int) {
        guard let urgency = devices[index].queue.urgency else { return }
        let host = devices[index].host
        if hosts[host].waiting.contains(index) || hosts[host].permits.free == 0 && !ready.contains(index) {
            hosts[host].waiting.add(index, urgency)
        } else {
            ready.add(index, urgency)
        }
    }

    private mutating func scheduleWake(_ index: Int, _ hold: Hold?, at now: MonotonicTime) {
        switch hold {
        case .resting(let until), .gap(let until), .caps(.some(let until)): wakes.schedule(.device(index), at: until)
        case .slot, .paused, .settings, .condition, .reserving, .caps(nil), nil: break
        }
        if let clock, let expiry = devices[index].queue.nextExpiry {
            wakes.schedule(.device(index), at: clock.latestMonotonicTime(of: expiry))
        }
    }

    /// Whether waiting makes sense: false when an operator, a person or the platform must act first.
    func canEverSend(_ index: Int) -> Bool {
        !devices[index].isGone && !devices[index].profile.isPaused && devices[index].condition.canSend
            && devices[index].profile.settingsProblem == nil
    }

    /// Whether sends of this device have to be a gap apart. Asked here: a property of the device's own is given a copy
    /// of all of it.
    func isPaced(_ index: Int) -> Bool {
        devices[index].hasOwnGaps || devices[index].profile.gap.upperBound > .zero
    }

    /// D_send + T_http + A_max, on clocks of which the gateway's may be slow and ours fast.
    func deadlineAfterStart(_ index: Int) -> Duration {
        let known =
            timers.sendWithin + devices[index].profile.gateway.httpTimeout
            + devices[index].profile.gateway.acceptsLateFor
        return known + ClockDrift.allowance(for: known)
    }

    /// What keeps the device itself (not its host) from starting one more claim.
    mutating func hold(on index: Int, at now: MonotonicTime) -> Hold? {
        guard slots[devices[index].profile.slot].phase == .ready, !devices[index].isGone else { return .slot }
        if devices[index].profile.isPaused { return .paused }
        if devices[index].profile.settingsProblem != nil { return .settings }
        if !devices[index].condition.canSend { return .condition(devices[index].condition) }
        if let until = devices[index].restUntil, until > now { return .resting(until: until) }
        if devices[index].isOnTrial, devices[index].open > 0 { return .caps(until: nil) }
        if let until = devices[index].gap.wait(at: now) { return .gap(until: until) }
        if isPaced(index), devices[index].reserving > 0 || !devices[index].held.isEmpty { return .reserving }
        let capacity = capKeys[devices[index].capKey].limiter.capacity(at: now)
        return capacity.available > 0 ? nil : .caps(until: capacity.next)
    }

    // MARK: Hosts

    /// Moves waiting devices of the host into the ready queue: as many as it has permits beyond those that are ready, and
    /// one at least for a permit that is free.
    mutating func wakeWaiters(ofHost index: Int, at now: MonotonicTime) {
        guard hosts[index].breaker.allows(at: now) else { return }
        // Who is ready takes permits first, and one answer makes room for one: called for all that are free with each of
        // a hundred answers, thousands would get up in vain. On a host that was down, only the probe goes.
        let free = hosts[index].permits.free
        var places = hosts[index].breaker.isClosed ? min(free, max(1, free - ready.count)) : 1
        while places > 0, let device = hosts[index].waiting.popFirst() {
            guard let urgency = devices[device].queue.urgency else { continue }
            ready.add(device, urgency)
            places -= 1
        }
    }

    /// The breaker of a host changed: its devices' credit changes with it.
    mutating func breakerChanged(ofHost index: Int, at now: MonotonicTime) {
        for member in hosts[index].members { touch(member) }
        scheduleProbe(ofHost: index, at: now)
        if case .open(let until) = hosts[index].breaker.state {
            // A claim that waits for the host longer than it stands is better offered to the leader's count again.
            if until > now { for member in hosts[index].members { releaseQueue(of: member) } }
        }
        wakeWaiters(ofHost: index, at: now)
    }

    /// Also when the host is woken: a breaker that closed and opened again is open for longer than the wake that was
    /// kept for the first time.
    private mutating func scheduleProbe(ofHost index: Int, at now: MonotonicTime) {
        if case .open(let until) = hosts[index].breaker.state, until > now { wakes.schedule(.host(index), at: until) }
    }

    // MARK: Joining and leaving

    /// Adds a device or brings one up to date. Its cap key is there already. When all are installed, their caps are to
    /// be reviewed: ``reviewCaps(of:at:)``.
    mutating func install(_ profile: DeviceProfile, at now: MonotonicTime) {
        guard let capKey = capKeyIndex[profile.capKey] else { return }
        let host = hostIndex[profile.gateway.baseURL] ?? addHost(profile.gateway.baseURL)
        if let index = deviceIndex[profile.id], devices[index].capKey == capKey {
            let isNewGateway = devices[index].profile.gateway != profile.gateway
            update(index, profile, host: host)
            if isNewGateway, devices[index].condition == .credentialsRefused { tryWithNewSettings(index, at: now) }
            touch(index)
        } else {
            var device = ShardDevice(profile: profile, capKey: capKey, host: host)
            if let old = deviceIndex[profile.id] {
                // The leader goes on counting from what it was told last.
                device.consumed = devices[old].consumed
                retire(old, at: now)
            }
            add(device)
        }
    }

    /// After devices of these slots were installed: the caps of their keys. Not before all are there, because a limiter
    /// forgets what no window reaches.
    mutating func reviewCaps(of slots: [HashSlot], at now: MonotonicTime) {
        var reviewed: Set<Int> = []
        for slot in slots {
            for index in self.slots[slot].devices where reviewed.insert(devices[index].capKey).inserted {
                reviewCaps(ofCapKey: devices[index].capKey, at: now)
            }
        }
    }

    /// The strictest caps of a key's devices hold for all of them; a device that left counts no more.
    private mutating func reviewCaps(ofCapKey index: Int, at now: MonotonicTime) {
        let present = capKeys[index].members.filter { !devices[$0].isGone }.map { devices[$0].profile.caps }
        guard let caps = Caps.strictest(of: present), caps != capKeys[index].limiter.caps else { return }
        capKeys[index].limiter.update(caps: caps, at: now)
        touchMembers(ofCapKey: index)
    }

    /// Whether the device counts under its key already.
    func isMember(_ profile: DeviceProfile) -> Bool {
        guard let index = deviceIndex[profile.id], !devices[index].isGone else { return false }
        return capKeys[devices[index].capKey].name == profile.capKey
    }

    private mutating func update(_ index: Int, _ profile: DeviceProfile, host: Int) {
        // The database's word on the condition counts when it changed there; what this node saw since is newer
        // otherwise.
        if profile.condition != devices[index].profile.condition { devices[index].condition = profile.condition }
        if profile.gap != devices[index].profile.gap { devices[index].hasOwnGaps = false }
        devices[index].profile = profile
        devices[index].isGone = false
        guard devices[index].host != host else { return }
        leaveHost(index)
        devices[index].host = host
        hosts[host].members.append(index)
    }

    private mutating func add(_ device: ShardDevice) {
        let index = freeDevices.popLast() ?? devices.endIndex
        if index == devices.endIndex { devices.append(device) } else { devices[index] = device }
        deviceIndex[device.profile.id] = index
        slots[device.profile.slot].devices.append(index)
        capKeys[device.capKey].members.append(index)
        hosts[device.host].members.append(index)
        touch(index)
    }

    private mutating func addHost(_ baseURL: String) -> Int {
        let permits = Permits(limit: limits.permitsPerHost)
        let breaker = Breaker(threshold: limits.breakerThreshold, backoff: limits.breakerBackoff)
        let host = ShardHost(baseURL: baseURL, permits: permits, breaker: breaker)
        let index = freeHosts.popLast() ?? hosts.endIndex
        if index == hosts.endIndex { hosts.append(host) } else { hosts[index] = host }
        hostIndex[baseURL] = index
        return index
    }

    /// A host that no device and no open request refers to is forgotten, so that there are never more of them than
    /// devices and attempts.
    mutating func forgetIfUnused(host index: Int) {
        guard hosts[index].members.isEmpty, hosts[index].permits.inUse == 0,
            hostIndex[hosts[index].baseURL] == index
        else { return }
        hostIndex[hosts[index].baseURL] = nil
        freeHosts.append(index)
    }

    mutating func addCapKey(_ name: String, _ limiter: Limiter, isInDoubt: Bool, historyFrom: DatabaseTime?) {
        let index = freeCapKeys.popLast() ?? capKeys.endIndex
        let capKey = ShardCapKey(name: name, limiter: limiter, isInDoubt: isInDoubt, historyFrom: historyFrom)
        if index == capKeys.endIndex { capKeys.append(capKey) } else { capKeys[index] = capKey }
        capKeyIndex[name] = index
    }

    /// The device is not in the database any more, or elsewhere: it starts nothing; its record stays, because attempts
    /// under way refer to it.
    mutating func retire(_ index: Int, at now: MonotonicTime) {
        devices[index].isGone = true
        touch(index)
        reviewCaps(ofCapKey: devices[index].capKey, at: now)
    }

    /// Forgets a slot's devices. Nothing of the slot is outstanding.
    mutating func removeDevices(of slot: HashSlot) { remove(Set(slots[slot].devices), of: slot) }

    /// Forgets what is left of devices that have another cap key now: a key that nobody has any more is read from the
    /// ledger when somebody has it again, so that nothing counts twice.
    mutating func removeSuperseded(of slot: HashSlot) {
        let superseded = slots[slot].devices.filter { index in
            devices[index].isGone && devices[index].open == 0 && devices[index].queue.isEmpty
                && deviceIndex[devices[index].profile.id] != index
        }
        remove(Set(superseded), of: slot)
    }

    private mutating func remove(_ leaving: Set<Int>, of slot: HashSlot) {
        guard !leaving.isEmpty else { return }
        ready.remove(leaving)
        touched.removeAll { leaving.contains($0) }
        dirty.removeAll { leaving.contains($0) }
        pollQueue.removeAll { leaving.contains($0) }
        for index in leaving.sorted() {
            leaveHost(index)
            queuedClaims -= devices[index].queue.removeAll().count
            devices[index].isGone = true
            if deviceIndex[devices[index].profile.id] == index { deviceIndex[devices[index].profile.id] = nil }
            leaveCapKey(index)
            freeDevices.append(index)
        }
        slots[slot].devices.removeAll { leaving.contains($0) }
    }

    private mutating func leaveCapKey(_ index: Int) {
        let capKey = devices[index].capKey
        capKeys[capKey].members.removeAll { $0 == index }
        guard capKeys[capKey].members.isEmpty else { return }
        capKeyIndex[capKeys[capKey].name] = nil
        freeCapKeys.append(capKey)
    }

    private mutating func leaveHost(_ index: Int) {
        let host = devices[index].host
        hosts[host].members.removeAll { $0 == index }
        hosts[host].waiting.remove([index])
        forgetIfUnused(host: host)
    }
}

extension [ShardSlot] {
    subscript(_ slot: HashSlot) -> ShardSlot {
        _read { yield self[Int(slot.rawValue)] }
        _modify { yield &self[Int(slot.rawValue)] }
    }
}
