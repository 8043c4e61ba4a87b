/// What is known of the past of cap keys that are here already, when an operator changes it
/// (`device_caps.history_from`).
///
/// Later than it was: the key counts as full until its windows reach back no further. Earlier: the ledger may have got
/// what was missing in it, so the slot is read anew, and the limiter rebuilt from that; until then it stays full. One
/// that is not full by now does not depend on what is missing.
extension ShardMachine {
    /// Of profiles that were read anew, all those of their slots. Returns the slots whose history has to be read too.
    mutating func noteHistories(of profiles: [DeviceProfile], at now: MonotonicTime) -> [HashSlot] {
        var stale: [HashSlot] = []
        for key in KeyHistory.all(of: profiles) {
            guard let index = capKeyIndex[key.name], key.from != capKeys[index].historyFrom else { continue }
            if key.isLater(than: capKeys[index].historyFrom) {
                forget(before: key.from, ofCapKey: index, at: now)
            } else if capKeys[index].limiter.isUnknown(at: now) {
                stale.append(key.slot)
            } else {
                capKeys[index].historyFrom = key.from
            }
        }
        return stale
    }

    /// Of a take-over, whose keys and devices are to be added next. Not of one that may have been read before the last
    /// change. While the ledger's dates are in doubt nothing is rebuilt from them.
    mutating func renewHistories(
        _ history: SlotHistory, reading: ClockReading, asked: MonotonicTime, at now: MonotonicTime
    ) {
        let isInDoubt = history.isInDoubt(reading, asked: asked, at: now)
        for key in KeyHistory.all(of: history.devices) {
            guard let index = capKeyIndex[key.name], key.from != capKeys[index].historyFrom else { continue }
            if key.isLater(than: capKeys[index].historyFrom) {
                forget(before: key.from, ofCapKey: index, at: now)
            } else if isInDoubt {
                continue
            } else if capKeys[index].limiter.isUnknown(at: now) {
                // What a device that joins brings along is added when it does.
                let charges = history.charges.keys.filter { past in
                    past.capKey == key.name && (past.broughtBy.map { isMember($0, ofCapKey: index) } ?? true)
                }
                let complete = now - history.lookback
                let from = key.from.map { max(complete, reading.latestMonotonicTime(of: $0)) } ?? complete
                capKeys[index].limiter.rebuild(
                    charges.flatMap { $0.limiterCharges(reading) }, knownFrom: from, at: now)
                touchMembers(ofCapKey: index)
            }
            capKeys[index].historyFrom = key.from
        }
    }

    private mutating func forget(before time: DatabaseTime?, ofCapKey index: Int, at now: MonotonicTime) {
        guard let clock, let time else { return }
        capKeys[index].limiter.absorb([], knownFrom: clock.latestMonotonicTime(of: time), at: now)
        capKeys[index].historyFrom = time
        touchMembers(ofCapKey: index)
    }

    private func isMember(_ device: DeviceID, ofCapKey index: Int) -> Bool {
        deviceIndex[device].map { !devices[$0].isGone && devices[$0].capKey == index } ?? false
    }
}

/// Since when what a cap key used is known: a key's history is as complete as that of its least known device.
struct KeyHistory {
    var name: String
    var slot: HashSlot
    /// Nil: always was.
    var from: DatabaseTime?

    func isLater(than other: DatabaseTime?) -> Bool {
        guard let from else { return false }
        return other.map { from > $0 } ?? true
    }

    /// In the order of the keys' names.
    static func all(of profiles: [DeviceProfile]) -> [KeyHistory] {
        var keys: [String: KeyHistory] = [:]
        for profile in profiles {
            var key =
                keys[profile.capKey]
                ?? KeyHistory(name: profile.capKey, slot: profile.slot, from: profile.historyFrom)
            if let from = profile.historyFrom, key.from.map({ from > $0 }) ?? true { key.from = from }
            keys[profile.capKey] = key
        }
        return keys.values.sorted { $0.name < $1.name }
    }
}
