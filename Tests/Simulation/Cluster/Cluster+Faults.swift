internal import SluiceCore

/// Faults begin and end.
extension Cluster {
    mutating func begin(_ fault: Fault) {
        faultCounts[Fault.Kind.allCases.firstIndex(of: fault.kind) ?? 0] += 1
        hazards.active.append(fault)
        let shard = fault.target % shards.count
        let coordinator = fault.target % coordinators.count
        switch fault.kind {
        case .shardCrash: doom(.shard(shard), fault)
        case .coordinatorCrash: doom(.coordinator(coordinator), fault)
        case .shardFreeze: freeze(.shard(shard))
        case .coordinatorFreeze: freeze(.coordinator(coordinator))
        case .shardRoll: stopShard(shard)
        case .shardDrained: setDrained(true, shard)
        case .databaseStep: setDatabaseClock(ahead: fault.step(pace: settings.pace))
        case .databaseCrash: expectCrash(of: fault)
        case .contactsLocked:
            let locked = store.contacts.indices.filter { ($0 + fault.target) % 100 < fault.degree / 4 }
            store.lockedContacts.formUnion(locked)
        case .everythingPaused: setPaused(true)
        case .devicePaused: setPaused(true, device: fault.target % settings.devices)
        default: break
        }
    }

    mutating func end(_ fault: Fault) {
        if let index = hazards.active.firstIndex(of: fault) { hazards.active.remove(at: index) }
        let shard = fault.target % shards.count
        let coordinator = fault.target % coordinators.count
        switch fault.kind {
        case .shardCrash, .shardRoll:
            shards[shard].effectsLeft = nil
            shards[shard].diesBefore = nil
            if !shards[shard].isUp { start(.shard(shard)) }
        case .coordinatorCrash:
            coordinators[coordinator].effectsLeft = nil
            coordinators[coordinator].diesBefore = nil
            if !coordinators[coordinator].isUp { start(.coordinator(coordinator)) }
        case .shardFreeze:
            if !hazards.isActive(.shardFreeze, on: shard, of: shards.count) { thaw(.shard(shard)) }
        case .coordinatorFreeze:
            if !hazards.isActive(.coordinatorFreeze, on: coordinator, of: coordinators.count) {
                thaw(.coordinator(coordinator))
            }
        case .shardDrained:
            if !hazards.isActive(.shardDrained, on: shard, of: shards.count) { setDrained(false, shard) }
        case .databaseCrash: isDatabaseDead = false
        case .databaseStep: setDatabaseClock(ahead: .zero - fault.step(pace: settings.pace))
        case .contactsLocked:
            if !hazards.isActive(.contactsLocked) { store.lockedContacts = [] }
        case .everythingPaused:
            if !hazards.isActive(.everythingPaused) { setPaused(false) }
        case .devicePaused:
            let device = fault.target % settings.devices
            if !hazards.isActive(.devicePaused, on: device, of: settings.devices) { setPaused(false, device: device) }
        default: break
        }
    }

    mutating func heal() {
        while let fault = hazards.active.first { end(fault) }
        hazards.isHealed = true
        for row in store.contacts.indices where store.contacts[row].poison == .settle {
            store.contacts[row].poison = nil
        }
    }

    // MARK: What becomes of a statement

    /// How a statement goes: when it commits (nil: never), and when its answer or its failure is heard.
    struct StatementFate {
        var commits: Int64?
        var heard: Int64
        var isAnswered: Bool
        /// The database said no: nothing happened.
        var isRefused = false
    }

    mutating func fate(isCut: Bool) -> StatementFate {
        let slow: ClosedRange<Int64> = hazards.isActive(.databaseSlow) ? 1_000...2_400_000 : 300...8_000
        let commit = delay(slow)
        if isDatabaseDead {
            return StatementFate(commits: nil, heard: delay(1_000...500_000), isAnswered: false)
        }
        let isUnreachable = isCut || hazards.isActive(.databaseDown)
        if !isUnreachable, hazards.isActive(.databaseFull) {
            return StatementFate(commits: nil, heard: commit + delay(200...6_000), isAnswered: false, isRefused: true)
        }
        let isLost = isUnreachable || hazards.happens(.answersLost, using: &generator)
        guard isLost else {
            return StatementFate(commits: commit, heard: commit + delay(200...6_000), isAnswered: true)
        }
        // A connection that broke may have carried the statement there, and the server may work it off long after
        // its client was told that the connection is gone.
        let percent = isUnreachable ? 10 : 50
        let reaches = Int.random(in: 0..<100, using: &generator) < percent
        return StatementFate(
            commits: reaches ? delay(300...2_900_000) : nil, heard: delay(1_000...3_000_000), isAnswered: false)
    }
}
