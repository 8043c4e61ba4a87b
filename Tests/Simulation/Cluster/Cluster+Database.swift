internal import SluiceCore

/// What happens to the database itself, and what operators do in it.
extension Cluster {
    // MARK: A crash

    /// It dies within half a second: until then, what every commit that waited for the disk has left there is kept.
    mutating func expectCrash(of fault: Fault) {
        onDisk = onDisk ?? store
        plan(.databaseDies, after: min(delay(1...500_000), (fault.ends - fault.begins) * 500_000))
    }

    /// A commit that waited for the disk took all before it along.
    mutating func noteCommit(isDurable: Bool) {
        if isDurable, onDisk != nil { onDisk = store }
    }

    /// Every connection breaks; leaders are told so by the one they listen on.
    mutating func loseWhatIsNotOnDisk() {
        guard let onDisk else { return }
        store = onDisk
        store.instant = now
        // Whoever held rows locked is cut off as well.
        store.lockedContacts = []
        self.onDisk = nil
        isDatabaseDead = true
        for life in coordinatorLives.indices { coordinatorLives[life].wasCutOff = true }
    }

    // MARK: Its clock

    /// Sets it, but not again before a node has written the first step down: one that is taken back earlier is seen by
    /// none (DESIGN.md, Clocks).
    mutating func setDatabaseClock(ahead step: Duration) {
        let latest = healedAt + 10_000_000_000 * Int64(settings.pace)
        guard !wasDatabaseClockSet || !store.clockSteps.isEmpty || now > latest else {
            return plan(.databaseClockIsSet(ahead: step), after: settings.timers.renewEvery.nanoseconds / 4)
        }
        databaseClock.step(by: step, at: now)
        wasDatabaseClockSet = true
    }

    // MARK: Operators

    /// Somebody sees that the clock is right again: what it dated wrongly is due now.
    mutating func confirmClock() {
        guard hasSteps else { return }
        let now = databaseNow
        // A minute, where a claim stands for half of one.
        store.confirmClock(claimsEndWithin: settings.timers.claim * 2, at: now)
        for row in store.contacts.indices where store.contacts[row].due > now + settings.stepDelay * 20 {
            store.contacts[row].due = now
        }
    }

    // Their commits wait for the disk.

    mutating func setDrained(_ isDrained: Bool, _ shard: Int) {
        let name = shards[shard].name
        if isDrained { store.drained.insert(name) } else { store.drained.remove(name) }
        store.noteControl(ofDevices: true)
        noteCommit(isDurable: true)
    }

    mutating func setPaused(_ isPaused: Bool) {
        if isPaused { store.pauses.insert("*") } else { store.pauses.remove("*") }
        store.noteControl(ofDevices: false)
        noteCommit(isDurable: true)
    }

    mutating func setPaused(_ isPaused: Bool, device: Int) {
        store.profiles[device].isPaused = isPaused
        store.noteControl(ofDevices: true)
        noteCommit(isDurable: true)
    }
}

extension Fault {
    /// By how much the database's clock goes ahead or back: seconds to 26 hours.
    func step(pace: Int) -> Duration {
        let length: Duration = [.milliseconds(2_500), .seconds(20), .seconds(3_600), .seconds(93_600)][target % 4]
        let step = length < .seconds(3_600) ? length * pace : length
        return degree % 2 == 0 ? step : .zero - step
    }
}
