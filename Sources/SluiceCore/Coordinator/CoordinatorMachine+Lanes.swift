// What the leader is told of lanes.

extension CoordinatorMachine {
    mutating func wake(_ lanes: [LaneDue], at now: MonotonicTime) {
        let databaseNow = databaseNow(now)
        for lane in lanes {
            if schedule.knows(lane.lane) {
                if let device = schedule.wake(lane, now: databaseNow) { consider(device, at: now) }
            } else {
                errands.want(named.insert(lane.lane) ? .loadNamedLanes : .loadLanes)
            }
        }
    }

    mutating func noteLoaded(_ lanes: [Lane], _ query: LaneQuery, at now: MonotonicTime) {
        errands.succeeded(query.errand, at: now)
        if case .sweep = query { sweeps.succeeded(at: now) }
        let databaseNow = databaseNow(now)
        for lane in lanes {
            if let device = schedule.load(lane, now: databaseNow) { consider(device, at: now) }
        }
        switch query {
        case .all: sweeps.lanesWereRead(at: now)
        case .named(let asked), .sweep(let asked):
            guard asked.count > lanes.count else { return }
            // Those were known when the question was sent, so their rows are gone. A reading of all lanes cannot tell:
            // a lane created while it ran is missing in it too.
            let found = Set(lanes.map(\.id))
            for lane in asked where !found.contains(lane) { schedule.remove(lane) }
        }
    }
}
