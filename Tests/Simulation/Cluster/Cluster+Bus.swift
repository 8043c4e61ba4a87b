internal import SluiceCore

/// NATS: it loses, repeats, delays and reorders.
extension Cluster {
    /// The delays of the copies that arrive, none or several.
    private mutating func copies() -> [Int64] {
        guard !hazards.isActive(.busDown), !hazards.happens(.busLossy, using: &generator) else { return [] }
        let count = hazards.happens(.busRepeats, using: &generator) ? 3 : 1
        return (0..<count).map { _ in
            hazards.happens(.busLate, using: &generator)
                ? delay(100_000...20_000_000) * Int64(settings.pace) : delay(100...3_000)
        }
    }

    mutating func publish(_ batch: DispatchBatch) {
        for delay in copies() { plan(.batchArrives(batch), after: delay) }
    }

    mutating func publish(_ report: CreditReport) {
        for delay in copies() { plan(.reportArrives(report), after: delay) }
    }

    mutating func publish(_ beacon: Beacon) {
        for delay in copies() { plan(.beaconArrives(beacon), after: delay) }
    }

    mutating func deliver(_ batch: DispatchBatch) {
        // Every life gets it, also those it is not for: the machine has to tell.
        for life in shardLives.indices where shardLives[life].isAlive {
            plan(.toShard(life: life, .batch(batch)), after: 0)
        }
    }

    mutating func deliver(_ beacon: Beacon) {
        for life in shardLives.indices where shardLives[life].isAlive {
            let event = ShardEvent.beacon(
                term: beacon.term, assignmentVersion: beacon.assignment, controlVersion: beacon.control,
                isAsked: beacon.asked.contains(shardLives[life].incarnation))
            plan(.toShard(life: life, event), after: 0)
        }
    }

    mutating func deliver(_ report: CreditReport) {
        for life in coordinatorLives.indices where coordinatorLives[life].isAlive {
            plan(.toCoordinator(life: life, .creditReport(report), term: nil), after: 0)
        }
    }
}
