internal import DequeModule

/// Slots come, are loaded, and go.
extension ShardMachine {
    mutating func startOwnershipStatements(at now: MonotonicTime) {
        if phase == .running, versions.assignment != appliedAssignment, gates.ownership.isOpen(at: now) {
            actions.append(.readOwnership(begin(.ownership(version: versions.assignment))))
        }
        if !takeOverQueue.isEmpty, gates.takeOver.isOpen(at: now), let clock {
            let slots = Array(takeOverQueue)
            takeOverQueue.removeAll(keepingCapacity: true)
            let id = begin(.takeOver(slots, control: appliedControl, clock: clock, asked: now))
            actions.append(.takeOver(id, slots.compactMap { self.slots[$0].ownership }))
        }
        if versions.control != appliedControl, gates.devices.isOpen(at: now) {
            let loaded = HashSlot.all.filter { slots[$0].isLoaded }
            if loaded.isEmpty {
                appliedControl = versions.control
            } else {
                actions.append(.loadDevices(begin(.devices(loaded, version: versions.control)), loaded))
            }
        }
        if !giveUpQueue.isEmpty, gates.giveUp.isOpen(at: now) {
            let slots = Array(giveUpQueue)
            giveUpQueue.removeAll(keepingCapacity: true)
            actions.append(.giveUp(begin(.giveUp(slots)), slots.compactMap { self.slots[$0].ownership }))
        }
    }

    // MARK: Coming

    mutating func ownershipRead(_ rows: [SlotOwnership], version: Int64, at now: MonotonicTime) {
        guard phase == .running else { return }
        var owned = [Bool](repeating: false, count: HashSlot.count)
        var isComplete = true
        for row in rows where row.owner == incarnation {
            owned[Int(row.slot.rawValue)] = true
            if !apply(row) { isComplete = false }
        }
        for slot in HashSlot.all where slots[slot].phase != .foreign && !owned[Int(slot.rawValue)] { leave(slot) }
        // A row that could not be applied yet is read again with the next renewal.
        if isComplete { appliedAssignment = version }
    }

    /// False when the slot is here in an older epoch with something outstanding.
    private mutating func apply(_ row: SlotOwnership) -> Bool {
        let slot = row.slot
        if let known = slots[slot].ownership, known.epoch != row.epoch {
            guard slots[slot].outstanding == 0, !slots[slot].isGivingUp else {
                leave(slot)
                return false
            }
            forget(slot)
        }
        let isWantedElsewhere = row.wanted != incarnation
        slots[slot].ownership = row
        switch slots[slot].phase {
        case .foreign:
            ownedSlots += 1
            slots[slot].phase = .loading
            if isWantedElsewhere { leave(slot) } else { enqueueTakeOver(slot) }
        case .loading, .ready:
            if isWantedElsewhere { leave(slot) }
        case .leaving:
            guard !isWantedElsewhere, !slots[slot].isGivingUp else { break }
            slots[slot].phase = slots[slot].isLoaded ? .ready : .loading
            if !slots[slot].isLoaded { enqueueTakeOver(slot) }
            for device in slots[slot].devices { touch(device) }
        }
        return true
    }

    private mutating func enqueueTakeOver(_ slot: HashSlot) {
        guard !slots[slot].isTakingOver else { return }
        slots[slot].isTakingOver = true
        slots[slot].outstanding += 1
        takeOverQueue.append(slot)
    }

    /// `reading`: what was known of the database's clock when the load began, at `asked`; its dates are read by that
    /// one, because a newer one may be of after a step.
    mutating func takenOver(
        _ loaded: [HashSlot], control: Int64, _ history: SlotHistory, reading: ClockReading, asked: MonotonicTime,
        at now: MonotonicTime
    ) {
        // Profiles that changed while the statement ran may have been read before the change.
        if control == appliedControl {
            renewHistories(history, reading: reading, asked: asked, at: now)
        } else {
            appliedControl = Self.unknownVersion
        }
        addCapKeys(of: history, reading: reading, asked: asked, at: now)
        let asked = Set(loaded)
        for profile in history.devices where asked.contains(profile.slot) { install(profile, at: now) }
        reviewCaps(of: loaded, at: now)
        for lane in history.lanes { noteDue(lane) }
        for slot in loaded {
            slots[slot].isTakingOver = false
            slots[slot].isLoaded = true
            if slots[slot].phase == .loading { slots[slot].phase = .ready }
            for device in slots[slot].devices { touch(device) }
            lessOutstanding(slot)
        }
    }

    mutating func takeOverFailed(_ failed: [HashSlot]) {
        for slot in failed {
            if slots[slot].phase == .leaving {
                slots[slot].isTakingOver = false
                // It may have been a reading anew: what it was to bring is read if the slot comes back.
                slots[slot].isLoaded = false
                lessOutstanding(slot)
            } else {
                takeOverQueue.append(slot)
            }
        }
    }

    /// Profiles read anew. A cap key that is new here may have a history in the ledger, and a device that had another
    /// key brings one along, so the slot is taken over again. Until then the device starts nothing, under neither key.
    mutating func devicesLoaded(
        _ loaded: [HashSlot], _ profiles: [DeviceProfile], version: Int64, at now: MonotonicTime
    ) {
        // A take-over that ended in between read its profiles at another time than these were.
        let isComplete = Set(loaded).isSuperset(of: HashSlot.all.filter { slots[$0].isLoaded })
        appliedControl = isComplete ? version : Self.unknownVersion
        let present = Set(profiles.map(\.id))
        for slot in loaded {
            removeSuperseded(of: slot)
            for index in slots[slot].devices where !present.contains(devices[index].profile.id) {
                retire(index, at: now)
            }
        }
        for slot in noteHistories(of: profiles, at: now) where slots[slot].isLoaded { readHistoryAnew(of: slot) }
        for profile in profiles where slots[profile.slot].isLoaded {
            if isInDoubt(profile.capKey) { readHistoryAnew(of: profile.slot) }
            if capKeyIndex[profile.capKey] == nil || profile.hasMovedKey && !isMember(profile) {
                if let known = deviceIndex[profile.id] { retire(known, at: now) }
                readHistoryAnew(of: profile.slot)
            } else {
                install(profile, at: now)
            }
        }
        reviewCaps(of: loaded, at: now)
    }

    /// A slot that is leaving is not taken over any more: it may be given up at any moment. It is when it comes back.
    private mutating func readHistoryAnew(of slot: HashSlot) {
        if slots[slot].phase == .leaving { slots[slot].isLoaded = false } else { enqueueTakeOver(slot) }
    }

    // MARK: Going

    /// Stops intake and gives the slot up as soon as nothing of it is outstanding.
    mutating func leave(_ slot: HashSlot) {
        guard slots[slot].phase == .loading || slots[slot].phase == .ready else { return }
        slots[slot].phase = .leaving
        for device in slots[slot].devices {
            releaseQueue(of: device)
            touch(device)
        }
        giveUpIfIdle(slot)
    }

    mutating func giveUpIfIdle(_ slot: HashSlot) {
        guard slots[slot].phase == .leaving, slots[slot].outstanding == 0, !slots[slot].isGivingUp, !isLost else {
            return
        }
        slots[slot].isGivingUp = true
        giveUpQueue.append(slot)
    }

    mutating func gaveUp(_ given: [HashSlot], at now: MonotonicTime) {
        for slot in given { forget(slot) }
    }

    private mutating func forget(_ slot: HashSlot) {
        removeDevices(of: slot)
        // Claims that came while the give-up was under way are still being released: their answers count down here.
        let outstanding = slots[slot].outstanding
        slots[slot] = ShardSlot()
        slots[slot].outstanding = outstanding
        ownedSlots -= 1
    }

    mutating func stop(at now: MonotonicTime) {
        if case .lost(let until) = phase { phase = .lost(until: min(until, now + timers.drain)) }
        guard phase == .running else { return }
        phase = .draining(until: now + timers.drain)
        gates.settle.endRest()
        for slot in HashSlot.all { leave(slot) }
    }
}
