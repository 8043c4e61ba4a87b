internal import SluiceCore

/// What the shell of a shard does: processes, leases, and the machine's events and actions.
extension Cluster {
    mutating func stopShard(_ node: Int) {
        guard shards[node].isUp, !shards[node].isStopping,
            let life = shardLives.lastIndex(where: { $0.node == node && $0.isAlive && !$0.isLost })
        else { return }
        shards[node].isStopping = true
        store.drain(shardLives[life].incarnation)
        plan(.toShard(life: life, .stop), after: delay(300...5_000))
    }

    mutating func happenOnShard(_ occurrence: Occurrence) {
        switch occurrence {
        case .renewShard(let life): renewShard(life)
        case .commitShardRenewal(let life, let sent, let reaches):
            commitShardRenewal(life, sent: sent, reaches: reaches)
        case .shardRenewed(let life, let result, let sent): shardRenewed(life, result, sent: sent)
        case .shardTick(let life):
            guard shardLives[life].alarm.map({ $0 <= now }) ?? false else { return }
            shardLives[life].alarm = nil
            feed(life, .tick)
        case .toShard(let life, let event): feed(life, event)
        case .commitShard(let life, let action, let sent, let isAnswered):
            commit(action, of: life, sent: sent, isAnswered: isAnswered)
        case .write(let life, let id, let reservation, let device, let latestStart):
            guard shardLives[life].isAlive else { return }
            write(life, id, reservation, device, latestStart: latestStart)
        default: break
        }
    }

    // MARK: The lease

    mutating func beginShardLife(_ node: Int, _ process: Int, _ incarnation: Incarnation) {
        let machine = ShardMachine(
            configuration: ShardConfiguration(
                incarnation: incarnation, timers: settings.timers, limits: settings.shardLimits,
                seed: generator.next()))
        shardLives.append(ShardLife(node: node, process: process, incarnation: incarnation, machine: machine))
        renewShard(shardLives.count - 1)
    }

    private mutating func renewShard(_ life: Int) {
        guard shardLives[life].isAlive, !shardLives[life].isLost, !shardLives[life].machine.isFinished else { return }
        let fate = fate(isCut: isCut(.shard(shardLives[life].node)))
        if let commits = fate.commits {
            plan(.commitShardRenewal(life: life, sent: now, reaches: fate.isAnswered), after: commits)
        }
        if !fate.isAnswered { plan(.shardRenewed(life: life, .failure(.uncertain), sent: now), after: fate.heard) }
    }

    private mutating func commitShardRenewal(_ life: Int, sent: Int64, reaches: Bool) {
        let result: Result<Renewal, StatementError>
        do throws(StatementError) {
            if isDatabaseDead { throw .uncertain }
            result = .success(try store.renewShard(shardLives[life].incarnation, at: databaseNow))
        } catch {
            result = .failure(error)
        }
        noteCommit(isDurable: true)
        if reaches { plan(.shardRenewed(life: life, result, sent: sent), after: delay(200...6_000)) }
    }

    private mutating func shardRenewed(_ life: Int, _ result: Result<Renewal, StatementError>, sent: Int64) {
        guard shardLives[life].isAlive else { return }
        let clock = shards[shardLives[life].node].clock
        var pause = settings.timers.renewEvery.nanoseconds
        switch result {
        case .success(let renewal):
            let reading = ClockReading(
                database: renewal.databaseNow, sent: clock.reading(at: sent), received: clock.reading(at: now))
            if checkClock(reading, of: .shard(shardLives[life].node)) {
                feed(life, .renewed(renewal, reading))
            } else {
                pause /= 4
            }
        case .failure(.leaseLost): return feed(life, .leaseLost)
        case .failure: pause /= 4
        }
        timeline.plan(.renewShard(life: life), at: max(now + 10_000_000, sent + pause))
    }

    // MARK: The machine

    private mutating func feed(_ life: Int, _ event: ShardEvent) {
        guard shardLives[life].isAlive else { return }
        let node = shardLives[life].node
        let reading = shards[node].clock.reading(at: now)
        let twin = quietTwin(event, of: life)
        let actions = shardLives[life].machine.handle(event, at: reading)
        tell("shard life \(life)", event, actions)
        if let twin { compare(twin, actions, of: life, at: reading) }
        if case .sendEnded(let id, _) = event { shardLives[life].openSends[id] = nil }
        for action in actions {
            guard survives(.shard(node), upTo: action.number) else { return }
            journal.checkSize(of: action, limits)
            trace.mix(now)
            trace.mix(life)
            trace.mix(action)
            perform(action, of: life)
        }
        journal.checkBounds(
            shardLives[life].machine.load, openSends: shardLives[life].openSends, limits)
        setAlarm(life)
    }

    private mutating func setAlarm(_ life: Int) {
        guard shardLives[life].isAlive else { return }
        let clock = shards[shardLives[life].node].clock
        guard let wake = shardLives[life].machine.nextWake(after: clock.reading(at: now)) else { return }
        let time = max(now, clock.instant(of: wake))
        guard shardLives[life].alarm.map({ time < $0 }) ?? true else { return }
        shardLives[life].alarm = time
        timeline.plan(.shardTick(life: life), at: time)
    }

    private mutating func perform(_ action: ShardAction, of life: Int) {
        let node = shardLives[life].node
        switch action {
        case .send(let id, let reservation, let device, let latestStart):
            shardLives[life].openSends[id] = Numbered.number(of: device.id) % Hazards.hosts
            plan(
                .write(life: life, id, reservation, device, latestStart: latestStart), after: delay(10...2_000))
        case .pollState(let device):
            let isAnswered = !hazards.happens(.hostHangs, to: Numbered.number(of: device.id), using: &generator)
            let condition = gateway.condition(of: Numbered.number(of: device.id), at: now)
            plan(.toShard(life: life, .polled(device.id, isAnswered ? condition : nil)), after: delay(1_000...60_000))
        case .publish(let report): publish(report)
        case .restart:
            shardLives[life].isLost = true
            if shards[node].isStopping { return leaveProcess(node) }
            plan(.register(.shard(node), process: shards[node].process), after: delay(1_000...10_000))
        case .finished: finish(life)
        default:
            let fate = fate(isCut: isCut(.shard(node)))
            if let commits = fate.commits {
                plan(.commitShard(life: life, action, sent: now, isAnswered: fate.isAnswered), after: commits)
            }
            if !fate.isAnswered, let id = action.statement {
                plan(.toShard(life: life, .failed(id, fate.isRefused ? .refused : .uncertain)), after: fate.heard)
            }
        }
    }

    private mutating func finish(_ life: Int) {
        shardLives[life].isAlive = false
        guard !shardLives[life].isLost else { return }
        store.leave(shardLives[life].incarnation, at: databaseNow)
        leaveProcess(shardLives[life].node)
    }

    /// The process ends; its supervisor starts it again when the fault that stopped it is over.
    private mutating func leaveProcess(_ node: Int) {
        crash(.shard(node))
        if !hazards.isActive(.shardRoll, on: node, of: shards.count) { start(.shard(node)) }
    }
}
