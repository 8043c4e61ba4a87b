internal import SluiceCore
internal import SluiceStore

/// Processes of shards and coordinators: they start, register, freeze, die and start again.
extension Cluster {
    subscript(node: NodeReference) -> NodeProcess {
        get {
            switch node.role {
            case .shard: shards[node.number]
            case .coordinator: coordinators[node.number]
            }
        }
        set {
            switch node.role {
            case .shard: shards[node.number] = newValue
            case .coordinator: coordinators[node.number] = newValue
            }
        }
    }

    mutating func start(_ node: NodeReference) {
        self[node].process += 1
        self[node].isUp = true
        self[node].isStopping = false
        self[node].watch = ClockWatch()
        plan(.register(node, process: self[node].process), after: delay(1_000...100_000))
    }

    mutating func crash(_ node: NodeReference) {
        self[node].isUp = false
        self[node].effectsLeft = nil
        self[node].diesBefore = nil
        switch node.role {
        case .shard:
            for life in shardLives.indices where shardLives[life].node == node.number {
                shardLives[life].isAlive = false
            }
        case .coordinator:
            for life in coordinatorLives.indices where coordinatorLives[life].node == node.number {
                coordinatorLives[life].isAlive = false
            }
        }
        trace.mix(node.number)
    }

    /// Whether the process is still there to carry out its next effect.
    mutating func survives(_ node: NodeReference, upTo effect: UInt64) -> Bool {
        let left = self[node].effectsLeft
        guard left == 0 || self[node].diesBefore == effect else {
            self[node].effectsLeft = left.map { $0 - 1 }
            return true
        }
        journal.crashPoints |= 1 << effect
        crash(node)
        return false
    }

    /// The process is to die: after so many effects, or before the next one of some kind.
    mutating func doom(_ node: NodeReference, _ fault: Fault) {
        guard self[node].isUp else { return }
        if fault.degree <= Fault.mostEffects {
            self[node].effectsLeft = fault.degree
        } else {
            let first: UInt64 = node.role == .shard ? 1 : 31
            self[node].diesBefore = first + UInt64(fault.degree - Fault.mostEffects - 1)
        }
    }

    // MARK: Registration

    mutating func register(_ node: NodeReference, _ process: Int) {
        guard self[node].isUp, self[node].process == process else { return }
        let fate = fate(isCut: isCut(node))
        let asked = self[node].clock.reading(at: now)
        var incarnation: Incarnation?
        // At once instead of at its commit's time: what is registered matters from its lease on.
        if fate.commits != nil {
            let registration = NodeRegistration(
                name: self[node].name, role: node.role == .shard ? .shard : .coordinator, version: "", host: "",
                lease: settings.timers.lease)
            // While the node's last lease runs, its name is in use: asked again later, as after a lost answer.
            incarnation = try? store.register(registration, at: databaseNow)
            noteCommit(isDurable: true)
        }
        plan(.registered(node, process: process, fate.isAnswered ? incarnation : nil, asked: asked), after: fate.heard)
    }

    mutating func registered(
        _ node: NodeReference, _ process: Int, _ incarnation: Incarnation?, asked: MonotonicTime
    ) {
        guard self[node].isUp, self[node].process == process else { return }
        guard let incarnation else {
            return plan(.register(node, process: process), after: 700_000_000 * Int64(settings.pace))
        }
        switch node.role {
        case .shard: beginShardLife(node.number, process, incarnation)
        case .coordinator: beginCoordinatorLife(node.number, process, incarnation, asked: asked)
        }
    }

    func isCut(_ node: NodeReference) -> Bool {
        switch node.role {
        case .shard: hazards.isActive(.shardCutFromDatabase, on: node.number, of: shards.count)
        case .coordinator: hazards.isActive(.coordinatorCutFromDatabase, on: node.number, of: coordinators.count)
        }
    }

    /// What the shell does with a renewal's reading before anybody hears of it: a step of the database's clock is
    /// written down. False when that failed; the renewal then counts as failed.
    mutating func checkClock(_ reading: ClockReading, of node: NodeReference) -> Bool {
        guard self[node].watch.note(reading) != nil else { return true }
        let fate = fate(isCut: isCut(node))
        if fate.commits != nil {
            store.noteClockStep(seenBy: self[node].name)
            noteCommit(isDurable: true)
        }
        if fate.isAnswered { self[node].watch.written() }
        return fate.isAnswered
    }

    // MARK: Freezing

    /// SIGSTOP, unless something else holds it already.
    mutating func freeze(_ node: NodeReference) { self[node].isFrozen = true }

    /// It goes on with all that came for it meanwhile.
    mutating func thaw(_ node: NodeReference) {
        self[node].isFrozen = false
        for occurrence in self[node].held { plan(occurrence, after: 0) }
        self[node].held = []
    }

    /// Keeps what is for a stopped process until it goes on. What the database does goes on without it.
    mutating func holdForFrozen(_ occurrence: Occurrence) -> Bool {
        guard let node = receiver(of: occurrence), self[node].isFrozen else { return false }
        self[node].held.append(occurrence)
        return true
    }

    /// The process that takes part in it.
    private func receiver(of occurrence: Occurrence) -> NodeReference? {
        switch occurrence {
        case .register(let node, _), .registered(let node, _, _, _): node
        case .renewShard(let life), .shardRenewed(let life, _, _), .shardTick(let life), .toShard(let life, _),
            .write(let life, _, _, _, _):
            .shard(shardLives[life].node)
        case .renewCoordinator(let life), .coordinatorRenewed(let life, _, _), .coordinatorTick(let life),
            .toCoordinator(let life, _, _):
            .coordinator(coordinatorLives[life].node)
        default: nil
        }
    }
}
