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
        case .shardFreeze: freeze(.shard(shard))
        case .coordinatorFreeze: freeze(.coordinator(coordinator))
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
            if !shards[shard].isUp { start(.shard(shard)) }
        case .coordinatorCrash:
            coordinators[coordinator].effectsLeft = nil
            if !coordinators[coordinator].isUp { start(.coordinator(coordinator)) }
        case .shardFreeze:
            if !hazards.isActive(.shardFreeze, on: shard, of: shards.count) { thaw(.shard(shard)) }
        case .coordinatorFreeze:
            if !hazards.isActive(.coordinatorFreeze, on: coordinator, of: coordinators.count) {
                thaw(.coordinator(coordinator))
            }
        default: break
        }
    }

    mutating func heal() {
        while let fault = hazards.active.first { end(fault) }
        hazards.isHealed = true
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
