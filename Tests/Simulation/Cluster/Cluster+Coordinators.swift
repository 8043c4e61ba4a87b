internal import SluiceCore
internal import SluiceStore

/// What the shell of a coordinator does: processes, the lead, and the machine's events and actions.
extension Cluster {
    mutating func happenOnCoordinator(_ occurrence: Occurrence) {
        switch occurrence {
        case .renewCoordinator(let life): renewCoordinator(life)
        case .commitCoordinatorRenewal(let life, let leading, let sent, let reaches):
            commitRenewal(life, leading: leading, sent: sent, reaches: reaches)
        case .coordinatorRenewed(let life, let result, let sent): renewed(life, result, sent: sent)
        case .coordinatorTick(let life):
            guard coordinatorLives[life].alarm.map({ $0 <= now }) ?? false else { return }
            coordinatorLives[life].alarm = nil
            feed(life, .tick)
        case .toCoordinator(let life, let event, let term):
            // A statement that outlived its term answers nobody.
            if let term, term != coordinatorLives[life].machine.term { return }
            feed(life, event)
        case .commitCoordinator(let life, let action, let term, let isAnswered):
            commit(action, of: life, term: term, isAnswered: isAnswered)
        default: break
        }
    }

    // MARK: The lead

    mutating func beginCoordinatorLife(
        _ node: Int, _ process: Int, _ incarnation: Incarnation, asked: MonotonicTime
    ) {
        coordinatorLives.append(
            CoordinatorLife(
                node: node, process: process, incarnation: incarnation,
                machine: CoordinatorMachine(timers: settings.timers, limits: settings.coordinatorLimits),
                lease: Lease(takenAt: asked, timers: settings.timers)))
        renewCoordinator(coordinatorLives.count - 1)
    }

    private mutating func renewCoordinator(_ life: Int) {
        guard coordinatorLives[life].isAlive else { return }
        if coordinatorLives[life].wasCutOff, let term = coordinatorLives[life].term {
            endTerm(term, of: life)
            feed(life, .lostLead(term))
        }
        coordinatorLives[life].wasCutOff = false
        guard coordinatorLives[life].isAlive else { return }
        let leading = coordinatorLives[life].term
        let fate = fate(isCut: isCut(.coordinator(coordinatorLives[life].node)))
        if let commits = fate.commits {
            plan(
                .commitCoordinatorRenewal(life: life, leading: leading, sent: now, reaches: fate.isAnswered),
                after: commits)
        }
        if !fate.isAnswered {
            plan(.coordinatorRenewed(life: life, .failure(.uncertain), sent: now), after: fate.heard)
        }
    }

    private mutating func commitRenewal(_ life: Int, leading: Term?, sent: Int64, reaches: Bool) {
        let incarnation = coordinatorLives[life].incarnation
        let result: Result<LeadRenewal, StatementError>
        do throws(StatementError) {
            if isDatabaseDead { throw .uncertain }
            result = .success(try store.renewCoordinator(incarnation, leading: leading, at: databaseNow))
        } catch {
            result = .failure(error)
        }
        noteCommit(isDurable: true)
        if reaches { plan(.coordinatorRenewed(life: life, result, sent: sent), after: delay(200...6_000)) }
    }

    private mutating func renewed(_ life: Int, _ result: Result<LeadRenewal, StatementError>, sent: Int64) {
        guard coordinatorLives[life].isAlive else { return }
        let clock = coordinators[coordinatorLives[life].node].clock
        let reading = clock.reading(at: now)
        var pause = settings.timers.renewEvery.nanoseconds
        switch result {
        case .success(let grant):
            let answer = ClockReading(database: grant.databaseNow, sent: clock.reading(at: sent), received: reading)
            guard checkClock(answer, of: .coordinator(coordinatorLives[life].node)) else {
                coordinatorLives[life].wasCutOff = true
                pause /= 4
                break
            }
            guard coordinatorLives[life].lease.renew(startedAt: clock.reading(at: sent), at: reading) else {
                return endLife(life)
            }
            note(grant, of: life, sent: clock.reading(at: sent), received: reading)
        case .failure(.leaseLost): return endLife(life)
        case .failure:
            coordinatorLives[life].wasCutOff = true
            pause /= 4
        }
        guard coordinatorLives[life].isAlive else { return }
        guard coordinatorLives[life].lease.isTrusted(at: reading) else { return endLife(life) }
        timeline.plan(.renewCoordinator(life: life), at: max(now + 10_000_000, sent + pause))
    }

    private mutating func note(_ grant: LeadRenewal, of life: Int, sent: MonotonicTime, received: MonotonicTime) {
        let before = coordinatorLives[life].term
        let ended = coordinatorLives[life].ended
        let term = grant.leading.flatMap { $0 <= ended ? nil : $0 }
        coordinatorLives[life].term = term
        feed(
            life,
            .renewed(
                ClockReading(database: grant.databaseNow, sent: sent, received: received),
                assignmentVersion: grant.assignmentVersion, control: grant.control))
        if term != before {
            if let term { feed(life, .becameLeader(term)) } else if let before { feed(life, .lostLead(before)) }
        }
        if let term = coordinatorLives[life].term, coordinatorLives[life].isAlive {
            let beacon = Beacon(term: term, assignment: grant.assignmentVersion, control: grant.control.devices)
            coordinatorLives[life].beacon = beacon
            publish(beacon)
        }
    }

    private mutating func endTerm(_ term: Term, of life: Int) {
        coordinatorLives[life].ended = max(coordinatorLives[life].ended, term)
        if coordinatorLives[life].term == term { coordinatorLives[life].term = nil }
    }

    private mutating func endLife(_ life: Int) {
        coordinatorLives[life].isAlive = false
        let node = coordinatorLives[life].node
        plan(
            .register(.coordinator(node), process: coordinators[node].process), after: delay(1_000...10_000))
    }

    // MARK: The machine

    private mutating func feed(_ life: Int, _ event: CoordinatorEvent) {
        guard coordinatorLives[life].isAlive else { return }
        let node = coordinatorLives[life].node
        let reading = coordinators[node].clock.reading(at: now)
        let before = coordinatorLives[life].machine.term
        let actions = coordinatorLives[life].machine.handle(event, at: reading)
        tell("coordinator life \(life)", event, actions)
        let present = coordinatorLives[life].machine.term
        for action in actions {
            guard survives(.coordinator(node), upTo: action.number) else { return }
            trace.mix(now)
            trace.mix(-life - 1)
            trace.mix(action)
            perform(action, of: life, term: present ?? before, present: present)
        }
        setAlarm(life)
    }

    private mutating func setAlarm(_ life: Int) {
        guard coordinatorLives[life].isAlive else { return }
        let clock = coordinators[coordinatorLives[life].node].clock
        guard let wake = coordinatorLives[life].machine.nextWake(after: clock.reading(at: now)) else { return }
        // The shell waits a millisecond at least.
        let time = max(now + 1_000_000, clock.instant(of: wake))
        guard coordinatorLives[life].alarm.map({ time < $0 }) ?? true else { return }
        coordinatorLives[life].alarm = time
        timeline.plan(.coordinatorTick(life: life), at: time)
    }

    private mutating func perform(_ action: CoordinatorAction, of life: Int, term: Term?, present: Term?) {
        switch action {
        case .dispatch(let batch): publish(batch)
        case .askForCredits(let shards):
            guard let term, term == present, var beacon = coordinatorLives[life].beacon else { return }
            beacon.term = term
            beacon.asked = shards
            publish(beacon)
        case .resign: if let term { endTerm(term, of: life) }
        default:
            guard let term, term == present else { return }
            let fate = fate(isCut: isCut(.coordinator(coordinatorLives[life].node)))
            if let commits = fate.commits {
                plan(
                    .commitCoordinator(life: life, action, term: term, isAnswered: fate.isAnswered), after: commits)
            }
            if !fate.isAnswered, let failure = action.failure(isRefused: fate.isRefused) {
                if !fate.isRefused { coordinatorLives[life].wasCutOff = true }
                plan(.toCoordinator(life: life, failure, term: term), after: fate.heard)
            }
        }
    }

    private mutating func commit(_ action: CoordinatorAction, of life: Int, term: Term, isAnswered: Bool) {
        guard !isDatabaseDead else {
            if isAnswered, let failure = action.failure(isRefused: false) {
                coordinatorLives[life].wasCutOff = true
                plan(.toCoordinator(life: life, failure, term: term), after: delay(200...6_000))
            }
            return
        }
        let event: CoordinatorEvent
        do throws(StatementError) {
            guard let answer = try answer(to: action, term: term, of: life) else { return }
            event = answer
            noteCommit(isDurable: action.isDurable)
        } catch {
            guard isAnswered else { return }
            endTerm(term, of: life)
            event = .lostLead(term)
        }
        if isAnswered { plan(.toCoordinator(life: life, event, term: term), after: delay(200...6_000)) }
    }
}
