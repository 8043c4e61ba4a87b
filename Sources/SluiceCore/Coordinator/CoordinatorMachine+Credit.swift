// Credits, and what a device may be given now.

extension CoordinatorMachine {
    mutating func note(_ report: CreditReport, at now: MonotonicTime) {
        // A shard that has just started.
        if !roster.isLive(report.node) { errands.want(.survey) }
        wake(report.lanes, at: now)
        roster.note(report.node, isOurs: report.term == term, at: now)
        guard report.term == term, book.isNew(report, at: now) else {
            ignored += UInt64(report.credits.count)
            return
        }
        for credit in report.credits { take(credit, from: report.node, at: now) }
    }

    /// Only what `slot_owners` says counts: credit of another owner or of an older epoch is nobody's, and that of
    /// a newer one waits until the leader has read it too.
    private mutating func take(_ credit: DeviceCredit, from node: Incarnation, at now: MonotonicTime) {
        guard let term, let slot = routes.slot(of: credit.device), let known = ownerships[Int(slot.rawValue)] else {
            return keep(credit, from: node)
        }
        if credit.epoch > known.epoch {
            errands.want(.readOwnerships)
            return keep(credit, from: node)
        }
        guard credit.epoch == known.epoch, node == known.owner,
            book.take(credit, from: node, nextBatch: BatchID(term: term, ordinal: nextOrdinal))
        else {
            ignored += 1
            return book.miss(node)
        }
        // Some time after a take-back, so that a report under way then has been heard.
        if let writeOffThrough = expiries.takenBackThrough(for: limits.writeOffAfter, at: now) {
            writtenOff += UInt64(book.writeOff(on: credit.device, takenBackThrough: writeOffThrough))
        }
        considerGroup(of: credit.device, at: now)
    }

    private mutating func keep(_ credit: DeviceCredit, from node: Incarnation) {
        guard early[credit.device] != nil || early.count < limits.earlyCredits else {
            ignored += 1
            return book.miss(node)
        }
        early[credit.device] = EarlyCredit(credit: credit, node: node)
    }

    /// Owners or routes were read: what waited for that counts now, or is nobody's. For what is of no known device, or
    /// ahead of what was read, its shard is asked again.
    mutating func judgeEarlyCredits(at now: MonotonicTime) {
        guard !early.isEmpty, errands.hasSucceeded([.loadRoutes, .readOwnerships]) else { return }
        var waiting = early
        early = [:]
        // In the order of the routes, so that the same events give the same run.
        for device in routes.devices {
            guard let known = waiting[device], let slot = routes.slot(of: device),
                known.credit.epoch == ownerships[Int(slot.rawValue)]?.epoch
            else { continue }
            waiting[device] = nil
            take(known.credit, from: known.node, at: now)
        }
        ignored += UInt64(waiting.count)
        for refused in waiting.values { book.miss(refused.node) }
    }

    // MARK: Asking

    /// When shards are asked next to name all their devices; nil when nothing of theirs is missing.
    func nextAsking(after now: MonotonicTime) -> MonotonicTime? {
        book.incomplete.isEmpty ? nil : max(now, askNotBefore ?? now)
    }

    /// Asks the shards of which something is missing, until nothing is.
    mutating func askAgain(at now: MonotonicTime) -> CoordinatorAction? {
        guard let next = nextAsking(after: now), next <= now else { return nil }
        askNotBefore = now + limits.askEvery
        let asked = book.incomplete.filter { roster.isLive($0) }.sorted()
        return asked.isEmpty ? nil : .askForCredits(asked)
    }

    /// Puts the device in line when it has due work and credit.
    mutating func consider(_ device: DeviceID, at now: MonotonicTime) {
        guard schedule.hasDue(device), available(device) > 0 else { return }
        grants.append(device, since: now, isUrgent: schedule.hasUrgent(device))
    }

    /// What one device of a cap key gave back, another one may use.
    mutating func considerGroup(of device: DeviceID, at now: MonotonicTime) {
        guard let group = routes.group(of: device) else { return consider(device, at: now) }
        for member in group { consider(member, at: now) }
    }

    mutating func considerAll(at now: MonotonicTime) {
        for device in routes.devices { consider(device, at: now) }
    }

    /// How many more claims the device may be given: its capacity less its live claims, and its cap key's less theirs.
    func available(_ device: DeviceID) -> Int {
        guard let slot = routes.slot(of: device), let ownership = servingOwnership(of: slot) else { return 0 }
        guard let entry = entry(of: device, under: ownership) else { return 0 }
        let own = entry.capacity - entry.live
        guard own > 0, let group = routes.group(of: device) else { return own }
        var largest = 0
        var live = 0
        for member in group {
            guard let entry = self.entry(of: member, under: ownership) else { continue }
            largest = max(largest, entry.capacity)
            live += entry.live
        }
        return min(own, largest - live)
    }

    /// Who serves the slot; nil when nobody does, or when its owner is giving it up.
    func servingOwnership(of slot: HashSlot) -> SlotOwnership? {
        guard let ownership = ownerships[Int(slot.rawValue)], let owner = ownership.owner, roster.isLive(owner) else {
            return nil
        }
        return ownership.wanted == owner ? ownership : nil
    }

    private func entry(of device: DeviceID, under ownership: SlotOwnership) -> CreditBook.Entry? {
        guard let entry = book.entry(of: device), entry.epoch == ownership.epoch, entry.node == ownership.owner else {
            return nil
        }
        return entry
    }
}

/// A credit that came before the leader had read what it is judged by.
struct EarlyCredit {
    var credit: DeviceCredit
    var node: Incarnation
}
