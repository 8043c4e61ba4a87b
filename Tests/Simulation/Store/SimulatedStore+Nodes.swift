internal import SluiceCore
internal import SluiceStore

/// Leases, fences, the lead, and who owns which slot.
extension SimulatedStore {
    mutating func register(_ node: NodeRegistration, at now: DatabaseTime) throws(StatementError) -> Incarnation {
        let expiry = nodes.filter { $0.name == node.name && $0.role == node.role }.compactMap(\.expiresAt).max()
        if let expiry, expiry > now { throw .nameInUse(node.name, lapsesIn: expiry - now) }
        let incarnation = Incarnation(rawValue: Int64(nodes.count) + 1)
        nodes.append(
            Node(
                incarnation: incarnation, name: node.name, role: node.role, lease: node.lease,
                expiresAt: now + node.lease))
        if node.role == .shard { assignmentVersion += 1 }
        return incarnation
    }

    private mutating func extendLease(_ incarnation: Incarnation, at now: DatabaseTime) throws(StatementError) {
        guard isRunning(incarnation, at: now) else { throw .leaseLost }
        nodes[Int(incarnation.rawValue) - 1].expiresAt = now + node(incarnation).lease
    }

    mutating func renewShard(_ incarnation: Incarnation, at now: DatabaseTime) throws(StatementError) -> Renewal {
        try extendLease(incarnation, at: now)
        let open = batches.filter { $0.owner == incarnation && $0.openClaims > 0 && $0.expiresAt > now }
        return Renewal(
            databaseNow: now, term: term, assignmentVersion: assignmentVersion,
            controlVersion: control.devices, openBatches: open.map(\.id).sorted())
    }

    mutating func renewCoordinator(
        _ incarnation: Incarnation, leading: Term?, at now: DatabaseTime
    ) throws(StatementError) -> LeadRenewal {
        try extendLease(incarnation, at: now)
        var led: Term?
        if leadExpiresAt < now || leader == incarnation {
            if !(leader == incarnation && term == leading && leadExpiresAt > now) { term.rawValue += 1 }
            leader = incarnation
            leadExpiresAt = now + node(incarnation).lease
            led = term
        }
        return LeadRenewal(
            databaseNow: now, leading: led, current: term, assignmentVersion: assignmentVersion,
            control: control)
    }

    /// Ends the incarnation and, when it leads, the term.
    mutating func leave(_ incarnation: Incarnation, leading: Term? = nil, at now: DatabaseTime) {
        if let leading, leader == incarnation, term == leading { leadExpiresAt = DatabaseTime.distantPast }
        let index = Int(incarnation.rawValue) - 1
        close(index, at: now)
        nodes[index].expiresAt = nil
    }

    private mutating func close(_ index: Int, at now: DatabaseTime) {
        guard nodes[index].closedAt == nil else { return }
        nodes[index].closedAt = now
        nodes[index].closed = instant
    }

    mutating func noteClockStep(seenBy node: String) { clockSteps.insert(node) }

    /// What an operator does when the ledger's dates can be trusted again.
    mutating func confirmClock(claimsEndWithin longest: Duration, at now: DatabaseTime) {
        for index in nodes.indices {
            nodes[index].expiresAt = nodes[index].expiresAt.map { min($0, now + nodes[index].lease) }
            leadExpiresAt = min(leadExpiresAt, now + nodes[index].lease)
        }
        for index in batches.indices { batches[index].expiresAt = min(batches[index].expiresAt, now + longest) }
        guard !clockSteps.isEmpty else { return }
        clockSteps = []
        noteControl(ofDevices: true)
    }

    mutating func noteControl(ofDevices: Bool) {
        control.all += 1
        if ofDevices { control.devices += 1 }
    }

    mutating func drain(_ incarnation: Incarnation) {
        nodes[Int(incarnation.rawValue) - 1].isDraining = true
        assignmentVersion += 1
    }

    private func isDraining(_ node: Node) -> Bool { node.isDraining || drained.contains(node.name) }

    // MARK: The leader

    @discardableResult
    mutating func fenceLapsed(term: Term, at now: DatabaseTime) throws(StatementError) -> [Incarnation] {
        guard term == self.term else { throw .termLost }
        let lapsed = nodes.indices.filter { index in
            nodes[index].role == .shard && nodes[index].closedAt == nil
                && nodes[index].expiresAt.map { $0 < now } ?? false
        }
        for index in lapsed { close(index, at: now) }
        return lapsed.map { nodes[$0].incarnation }
    }

    func liveShards(at now: DatabaseTime) -> LiveShards {
        let live = nodes.filter { $0.role == .shard && isRunning($0.incarnation, at: now) }
        return LiveShards(
            members: live.map { ShardMember(incarnation: $0.incarnation, name: $0.name, isDraining: isDraining($0)) },
            firstLapse: live.compactMap(\.expiresAt).min().map { $0 - now })
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
        ClusterVersions(term: term, assignment: assignmentVersion, control: control.devices)
    }

    func ownedSlots(_ incarnation: Incarnation) -> [SlotOwnership] { slots.filter { $0.owner == incarnation } }

    func devices(in wanted: [HashSlot]) -> [DeviceProfile] {
        let wanted = Set(wanted)
        return profiles.filter { wanted.contains($0.slot) }
    }

    mutating func record(_ condition: DeviceCondition, of device: DeviceID) {
        let number = Numbered.number(of: device)
        guard profiles.indices.contains(number) else { return }
        profiles[number].condition = condition
    }

    mutating func giveUp(_ given: [SlotOwnership], by incarnation: Incarnation, at now: DatabaseTime) {
        var isChanged = false
        for row in given {
            guard let index = slotIndex(row.slot), slots[index].owner == incarnation, slots[index].epoch == row.epoch
            else { continue }
            let next = slots[index].wanted.flatMap { wanted in
                wanted != incarnation && !isDraining(node(wanted)) && isRunning(wanted, at: now) ? wanted : nil
            }
            hand(index, to: next, at: now)
            isChanged = true
        }
        if isChanged { assignmentVersion += 1 }
    }

    private mutating func hand(_ index: Int, to owner: Incarnation?, at now: DatabaseTime) {
        slots[index].owner = owner
        slots[index].epoch.rawValue += 1
        epochs.append(EpochRow(slot: slots[index].slot, epoch: slots[index].epoch, owner: owner, from: instant))
    }
}
