internal import SluiceCore

/// What a coordinator's renewal says.
struct LeadGrant {
    var databaseNow: DatabaseTime
    var leading: Term?
    var assignmentVersion: Int64
    var controlVersion: Int64
}

/// Leases, fences, the lead, and who owns which slot.
extension SimulatedStore {
    mutating func register(name: String, isShard: Bool, at now: DatabaseTime) throws(StatementError) -> Incarnation {
        let isTaken = nodes.contains { $0.name == name && $0.expiresAt.map { $0 > now } ?? false }
        guard !isTaken else { throw .nameInUse }
        let incarnation = Incarnation(rawValue: Int64(nodes.count) + 1)
        nodes.append(
            Node(incarnation: incarnation, name: name, isShard: isShard, expiresAt: now + leaseLength))
        if isShard { assignmentVersion += 1 }
        return incarnation
    }

    private mutating func extendLease(_ incarnation: Incarnation, at now: DatabaseTime) throws(StatementError) {
        guard isRunning(incarnation, at: now) else { throw .leaseLost }
        nodes[Int(incarnation.rawValue) - 1].expiresAt = now + leaseLength
    }

    mutating func renewShard(_ incarnation: Incarnation, at now: DatabaseTime) throws(StatementError) -> Renewal {
        try extendLease(incarnation, at: now)
        let open = batches.filter { $0.owner == incarnation && $0.openClaims > 0 && $0.expiresAt > now }
        return Renewal(
            databaseNow: now, term: term, assignmentVersion: assignmentVersion, controlVersion: controlVersion,
            openBatches: open.map(\.id).sorted())
    }

    mutating func renewCoordinator(
        _ incarnation: Incarnation, leading: Term?, at now: DatabaseTime
    ) throws(StatementError) -> LeadGrant {
        try extendLease(incarnation, at: now)
        var led: Term?
        if leadExpiresAt < now || leader == incarnation {
            if !(leader == incarnation && term == leading && leadExpiresAt > now) { term.rawValue += 1 }
            leader = incarnation
            leadExpiresAt = now + leaseLength
            led = term
        }
        return LeadGrant(
            databaseNow: now, leading: led, assignmentVersion: assignmentVersion, controlVersion: controlVersion)
    }

    mutating func leave(_ incarnation: Incarnation, at now: DatabaseTime) {
        let index = Int(incarnation.rawValue) - 1
        nodes[index].closedAt = nodes[index].closedAt ?? now
        nodes[index].expiresAt = nil
    }

    mutating func drain(_ incarnation: Incarnation) {
        nodes[Int(incarnation.rawValue) - 1].isDraining = true
        assignmentVersion += 1
    }

    // MARK: The leader

    mutating func fenceLapsed(term: Term, at now: DatabaseTime) throws(StatementError) {
        guard term == self.term else { throw .termLost }
        for index in nodes.indices where nodes[index].isShard && nodes[index].closedAt == nil {
            if let expiry = nodes[index].expiresAt, expiry < now { nodes[index].closedAt = now }
        }
    }

    func liveShards(at now: DatabaseTime) -> [ShardMember] {
        nodes.filter { $0.isShard && isRunning($0.incarnation, at: now) }
            .map { ShardMember(incarnation: $0.incarnation, name: $0.name, isDraining: $0.isDraining) }
    }

    mutating func assign(
        _ grants: [SlotGrant], term: Term, at now: DatabaseTime
    ) throws(StatementError) -> [SlotOwnership] {
        guard term == self.term else { throw .termLost }
        var changed: [SlotOwnership] = []
        for grant in grants {
            guard let index = slotIndex(grant.slot) else { continue }
            slots[index].wanted = grant.owner
            if slots[index].owner.map(isClosed) ?? true { hand(index, to: grant.owner, at: now) }
            changed.append(slots[index])
        }
        if !changed.isEmpty { assignmentVersion += 1 }
        return changed
    }

    // MARK: The shard

    var versions: ClusterVersions {
        ClusterVersions(term: term, assignment: assignmentVersion, control: controlVersion)
    }

    func ownedSlots(_ incarnation: Incarnation) -> [SlotOwnership] { slots.filter { $0.owner == incarnation } }

    func devices(in wanted: [HashSlot]) -> [DeviceProfile] {
        profiles.indices.filter { wanted.contains(profiles[$0].slot) }.map { index in
            var profile = profiles[index]
            profile.condition = conditions[index]
            return profile
        }
    }

    mutating func giveUp(_ given: [HashSlot], by incarnation: Incarnation, at now: DatabaseTime) {
        var isChanged = false
        for index in slots.indices where given.contains(slots[index].slot) && slots[index].owner == incarnation {
            let next = slots[index].wanted.flatMap { wanted in
                wanted != incarnation && !node(wanted).isDraining && isRunning(wanted, at: now) ? wanted : nil
            }
            hand(index, to: next, at: now)
            isChanged = true
        }
        if isChanged { assignmentVersion += 1 }
    }

    private mutating func hand(_ index: Int, to owner: Incarnation?, at now: DatabaseTime) {
        slots[index].owner = owner
        slots[index].epoch.rawValue += 1
        epochs.append(EpochRow(slot: slots[index].slot, epoch: slots[index].epoch, from: now))
    }
}
