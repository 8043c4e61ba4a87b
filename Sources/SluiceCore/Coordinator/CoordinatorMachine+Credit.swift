// Credits, and what a device may be given now.

extension CoordinatorMachine {
    mutating func note(_ report: CreditReport, at now: MonotonicTime) {
        if !roster.heard(report.node, at: now) { errands.want(.survey) }
        wake(report.lanes, at: now)
        guard report.term == term, let term, book.isNew(report) else {
            ignored += UInt64(report.credits.count)
            return
        }
        let nextBatch = BatchID(term: term, ordinal: nextOrdinal)
        let writeOffThrough = mayWriteOff(at: now)
        for credit in report.credits {
            guard isPlausible(credit, from: report.node),
                book.take(credit, from: report.node, nextBatch: nextBatch)
            else {
                ignored += 1
                continue
            }
            if let writeOffThrough {
                writtenOff += UInt64(book.writeOff(on: credit.device, takenBackThrough: writeOffThrough))
            }
            considerGroup(of: credit.device, at: now)
        }
    }

    /// Whether the shard may speak for the device, as far as the leader knows. A newer epoch than the one known is kept
    /// and counts as soon as the leader has read it too.
    private mutating func isPlausible(_ credit: DeviceCredit, from node: Incarnation) -> Bool {
        guard let slot = routes.slot(of: credit.device), let known = ownerships[Int(slot.rawValue)] else { return true }
        if credit.epoch > known.epoch {
            errands.want(.readOwnerships)
            return true
        }
        return credit.epoch == known.epoch && node == known.owner
    }

    /// Puts the device in line when it has due work and credit.
    mutating func consider(_ device: DeviceID, at now: MonotonicTime) {
        guard schedule.hasDue(device), available(device) > 0 else { return }
        grants.append(device, since: now)
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
        return ownership.wanted == nil || ownership.wanted == owner ? ownership : nil
    }

    private func entry(of device: DeviceID, under ownership: SlotOwnership) -> CreditBook.Entry? {
        guard let entry = book.entry(of: device), entry.epoch == ownership.epoch, entry.node == ownership.owner else {
            return nil
        }
        return entry
    }
}
