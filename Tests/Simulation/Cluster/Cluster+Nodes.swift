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
        plan(.register(node, process: self[node].process), after: delay(1_000...100_000))
    }

    mutating func crash(_ node: NodeReference) {
        self[node].isUp = false
        self[node].effectsLeft = nil
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
        }
        plan(.registered(node, process: process, fate.isAnswered ? incarnation : nil, asked: asked), after: fate.heard)
    }

    mutating func registered(
        _ node: NodeReference, _ process: Int, _ incarnation: Incarnation?, asked: MonotonicTime
    ) {
        guard self[node].isUp, self[node].process == process else { return }
        guard let incarnation else { return plan(.register(node, process: process), after: 700_000_000) }
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
