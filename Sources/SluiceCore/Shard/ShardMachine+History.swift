/// What cap keys have used, as the ledger has it: the limiters are rebuilt from that.
extension ShardMachine {
    /// Rebuilds the limiters of cap keys that are new here, and of those that were rebuilt while the ledger's dates
    /// were in doubt. A key's history is as complete as that of its least known device.
    mutating func addCapKeys(
        of history: SlotHistory, reading: ClockReading, asked: MonotonicTime, at now: MonotonicTime
    ) {
        let isInDoubt = history.isInDoubt(reading, asked: asked, at: now)
        let past = Dictionary(grouping: history.charges.keys, by: \.capKey)
        // The statement ran before its answer came, so counted from now its history begins later than it does: never
        // too early.
        let complete = isInDoubt ? now : now - history.lookback
        var knownFrom: [String: MonotonicTime] = [:]
        for profile in history.devices {
            let from = max(complete, profile.historyFrom.map(reading.latestMonotonicTime(of:)) ?? complete)
            knownFrom[profile.capKey] = max(from, knownFrom[profile.capKey] ?? complete)
        }
        let latest = Dictionary(uniqueKeysWithValues: KeyHistory.all(of: history.devices).map { ($0.name, $0.from) })
        var new: Set<String> = []
        var caps: [String: [Caps]] = [:]
        for profile in history.devices { caps[profile.capKey, default: []].append(profile.caps) }
        for profile in history.devices where !new.contains(profile.capKey) {
            let known = capKeyIndex[profile.capKey]
            if let known { guard !isInDoubt, leavesDoubt(known, at: now) else { continue } }
            let limiter = Limiter(
                caps: Caps.strictest(of: caps[profile.capKey] ?? []) ?? profile.caps,
                charges: past[profile.capKey]?.flatMap { $0.limiterCharges(reading) } ?? [],
                knownFrom: knownFrom[profile.capKey], at: now)
            if let known {
                capKeys[known].limiter = limiter
                touchMembers(ofCapKey: known)
            } else {
                addCapKey(
                    profile.capKey, limiter, isInDoubt: isInDoubt, historyFrom: latest[profile.capKey] ?? nil)
            }
            new.insert(profile.capKey)
        }
        // What a device brings along to a key that is here already.
        for profile in history.devices where profile.hasMovedKey && !new.contains(profile.capKey) {
            guard let index = capKeyIndex[profile.capKey], !isMember(profile) else { continue }
            let brought = past[profile.capKey]?.filter { $0.broughtBy == profile.id } ?? []
            capKeys[index].limiter.absorb(
                brought.flatMap { $0.limiterCharges(reading) }, knownFrom: knownFrom[profile.capKey] ?? complete,
                at: now)
            touchMembers(ofCapKey: index)
        }
    }

    func isInDoubt(_ capKey: String) -> Bool { capKeyIndex[capKey].map { capKeys[$0].isInDoubt } ?? false }

    /// The dates are trusted again. Whether the key's limiter is to be replaced: one that still counts as full and has
    /// nothing open knows nothing that the ledger does not.
    private mutating func leavesDoubt(_ index: Int, at now: MonotonicTime) -> Bool {
        guard capKeys[index].isInDoubt else { return false }
        capKeys[index].isInDoubt = false
        return capKeys[index].limiter.open == 0 && capKeys[index].limiter.isUnknown(at: now)
    }
}

extension SlotHistory {
    /// Whether the dates in it cannot be read by `reading`, which was taken before the load began at `asked`.
    func isInDoubt(_ reading: ClockReading, asked: MonotonicTime, at now: MonotonicTime) -> Bool {
        guard !isClockInDoubt else { return true }
        guard let readAt else { return false }
        // A step between the two that nobody has written down yet.
        let tolerance = ClockWatch.tolerance + ClockDrift.allowance(for: now - reading.sent)
        let earliest = reading.database + (asked - reading.received)
        return readAt > reading.latestDatabaseTime(at: now) + tolerance || readAt + tolerance < earliest
    }
}
