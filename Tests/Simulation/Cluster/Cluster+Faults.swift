internal import SluiceCore

/// Faults begin and end.
extension Cluster {
    mutating func begin(_ fault: Fault) {
        faultCounts[Fault.Kind.allCases.firstIndex(of: fault.kind) ?? 0] += 1
        hazards.active.append(fault)
        let shard = fault.target % shards.count
        let coordinator = fault.target % coordinators.count
        switch fault.kind {
        case .shardCrash: if shards[shard].isUp { shards[shard].effectsLeft = fault.degree }
        case .coordinatorCrash:
            if coordinators[coordinator].isUp { coordinators[coordinator].effectsLeft = fault.degree }
        case .shardFreeze: shards[shard].isFrozen = true
        case .coordinatorFreeze: coordinators[coordinator].isFrozen = true
        case .shardRoll: stopShard(shard)
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
            if !shards[shard].isUp { startShard(shard) }
        case .coordinatorCrash:
            coordinators[coordinator].effectsLeft = nil
            if !coordinators[coordinator].isUp { startCoordinator(coordinator) }
        case .shardFreeze:
            if !hazards.isActive(.shardFreeze, on: shard, of: shards.count) { thawShard(shard) }
        case .coordinatorFreeze:
            if !hazards.isActive(.coordinatorFreeze, on: coordinator, of: coordinators.count) {
                thawCoordinator(coordinator)
            }
        default: break
        }
    }

    mutating func heal() {
        while let fault = hazards.active.first { end(fault) }
        hazards.isHealed = true
    }

    private mutating func thawShard(_ node: Int) {
        shards[node].isFrozen = false
        for occurrence in shards[node].held { plan(occurrence, after: 0) }
        shards[node].held = []
    }

    private mutating func thawCoordinator(_ node: Int) {
        coordinators[node].isFrozen = false
        for occurrence in coordinators[node].held { plan(occurrence, after: 0) }
        coordinators[node].held = []
    }

    /// Keeps what is for a stopped process until it goes on. What the database does goes on without it.
    mutating func holdForFrozen(_ occurrence: Occurrence) -> Bool {
        switch occurrence {
        case .registerShard(let node, _), .shardRegistered(let node, _, _, _): return hold(occurrence, shard: node)
        case .renewShard(let life), .shardRenewed(let life, _, _), .shardTick(let life), .toShard(let life, _),
            .write(let life, _, _, _, _):
            return hold(occurrence, shard: shardLives[life].node)
        case .registerCoordinator(let node, _), .coordinatorRegistered(let node, _, _, _):
            return hold(occurrence, coordinator: node)
        case .renewCoordinator(let life), .coordinatorRenewed(let life, _, _), .coordinatorTick(let life),
            .toCoordinator(let life, _, _):
            return hold(occurrence, coordinator: coordinatorLives[life].node)
        default: return false
        }
    }

    private mutating func hold(_ occurrence: Occurrence, shard node: Int) -> Bool {
        guard shards[node].isFrozen else { return false }
        shards[node].held.append(occurrence)
        return true
    }

    private mutating func hold(_ occurrence: Occurrence, coordinator node: Int) -> Bool {
        guard coordinators[node].isFrozen else { return false }
        coordinators[node].held.append(occurrence)
        return true
    }

    // MARK: What becomes of a statement

    /// How a statement goes: when it commits (nil: never), and when its answer or its failure is heard.
    struct StatementFate {
        var commits: Int64?
        var heard: Int64
        var isAnswered: Bool
    }

    mutating func fate(isCut: Bool) -> StatementFate {
        let slow: ClosedRange<Int64> = hazards.isActive(.databaseSlow) ? 1_000...2_400_000 : 300...8_000
        let commit = delay(slow)
        let isUnreachable = isCut || hazards.isActive(.databaseDown)
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
