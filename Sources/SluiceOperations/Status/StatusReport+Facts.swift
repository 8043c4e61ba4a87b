package import FoundationEssentials
internal import SluiceCore
internal import SluiceStore
package import SluiceWire

extension StatusReport {
    /// What nodes alone say, as when the database cannot be asked.
    package init(answers: [NodeStatus], at: Date) {
        var facts = ClusterFacts(at: at, databaseError: "not asked", schemaNeeded: SchemaVersion.needed)
        facts.replies = answers
        self.init(facts)
    }

    /// The report that these facts make, findings included.
    init(_ facts: ClusterFacts) {
        let findings = Findings.of(facts)
        let leader = facts.nodes.flatMap { nodes in
            nodes.leader.map { incarnation in
                Leader(
                    name: nodes.nodes.first { $0.incarnation == incarnation }?.name ?? "?", incarnation: incarnation,
                    term: nodes.term, leaseEndsAt: nodes.leaderUntil)
            }
        }
        let shards = facts.replies.compactMap(\.shard)
        self.init(
            at: facts.at, health: ClusterHealth(findings), findings: findings, leader: leader, nodes: Self.nodes(facts),
            slots: facts.nodes?.slots, devices: Self.devices(facts, shards), contacts: Self.contacts(facts),
            lastMinute: shards.isEmpty ? facts.lastMinute : Self.outcomes(shards),
            oldestDueWithCapacitySeconds: Self.oldestDue(facts))
    }

    /// The leader knows the gaps and the open requests as well; without it the database's figure stands.
    static func oldestDue(_ facts: ClusterFacts) -> Double? {
        let leading = facts.replies.compactMap(\.coordinator).filter { $0.term != nil }
        return leading.max { $0.term! < $1.term! }?.oldestDue.inSeconds ?? facts.lanes?.oldestDueSeconds
    }

    private static func outcomes(_ shards: [ShardStatus]) -> Outcomes {
        // More than any node can have in a minute; of as many nodes as there may be, the sum still fits.
        func count(_ told: UInt64) -> Int { Int(min(told, 1 << 40)) }
        return shards.reduce(into: Outcomes(sent: 0, failed: 0, unknown: 0)) { sum, shard in
            sum.sent += count(shard.lastMinute.sent)
            sum.failed += count(shard.lastMinute.failed)
            sum.unknown += count(shard.lastMinute.unknown)
        }
    }

    private static func devices(_ facts: ClusterFacts, _ shards: [ShardStatus]) -> Devices {
        var devices = Devices()
        if let known = facts.devices {
            devices.byState = known.byState.mapValues(\.count)
            devices.total = known.byState.values.reduce(0) { $0 + $1.count }
        }
        guard !shards.isEmpty else { return devices }
        devices.atHourlyCap = shards.reduce(0) { $0 + Int($1.devicesAtHourlyCap) }
        devices.atDailyCap = shards.reduce(0) { $0 + Int($1.devicesAtDailyCap) }
        devices.atConcurrencyCap = shards.reduce(0) { $0 + Int($1.devicesAtConcurrencyCap) }
        return devices
    }

    private static func contacts(_ facts: ClusterFacts) -> Contacts {
        var contacts = Contacts()
        contacts.byStatus = facts.contacts?.byStatus ?? [:]
        contacts.heldByReason = facts.contacts?.held ?? [:]
        guard let lanes = facts.lanes else { return contacts }
        contacts.due = lanes.due
        contacts.dueIsAtLeast = lanes.isCut
        contacts.claimed = lanes.claimed
        contacts.reserved = lanes.reserved
        contacts.oldestClaimSeconds = lanes.oldestClaimSeconds
        if facts.contacts != nil {
            contacts.waiting = max(
                0, contacts.byStatus["active", default: 0] - lanes.due - lanes.claimed - lanes.reserved)
        }
        for case (let reason?, let count) in lanes.dueByReason where count > 0 {
            contacts.heldByReason[reason, default: 0] += count
        }
        return contacts
    }

    private static func nodes(_ facts: ClusterFacts) -> [NodeLine] {
        var replies = Dictionary(facts.replies.map { ($0.incarnation.rawValue, $0) }, uniquingKeysWith: { $1 })
        let isNATSUp = facts.natsError == nil
        var lines = (facts.nodes?.nodes ?? []).map { node in
            let reply = replies.removeValue(forKey: node.incarnation)
            return NodeLine(
                name: node.name, role: node.role,
                state: !node.isLive ? .lapsed : reply == nil && isNATSUp ? .silent : .live,
                incarnation: node.incarnation, version: node.version, host: node.host,
                isLeader: node.incarnation == facts.nodes?.leader, isDraining: node.isDraining,
                isDrained: node.isDrained, slots: node.slots,
                lastHeartbeatSecondsAgo: node.renewedAt.flatMap { renewed in
                    facts.nodes.map { max(0, $0.now.timeIntervalSince(renewed)) }
                },
                uptimeSeconds: reply.flatMap { uptime($0, at: facts.nodes?.now ?? facts.at) },
                openRequests: reply?.shard.map { Int($0.openRequests) },
                permits: reply?.shard.map { Int($0.permitsLimit) },
                requestsServed: reply?.api.map { Int(clamping: $0.requestsServed) },
                messagesDropped: reply.map { Int(clamping: $0.messagesDropped) }, problems: reply?.problems ?? [])
        }
        for reply in replies.values.sorted(by: { $0.incarnation < $1.incarnation }) {
            lines.append(NodeLine(reply, uptime: uptime(reply, at: facts.nodes?.now ?? facts.at)))
        }
        return lines
    }

    /// Nil while the node does not know yet when it began.
    private static func uptime(_ reply: NodeStatus, at now: Date) -> Double? {
        guard reply.startedAt.microseconds > 0 else { return nil }
        return max(0, now.timeIntervalSince1970 - Double(reply.startedAt.microseconds) / 1_000_000)
    }
}

extension StatusReport.NodeLine {
    /// A node that only NATS knows: the database cannot be asked, or it lost its lease.
    fileprivate init(_ reply: NodeStatus, uptime: Double?) {
        self.init(
            name: reply.name, role: reply.role.rawValue, state: .unregistered, incarnation: reply.incarnation.rawValue,
            version: reply.version, host: reply.host, isLeader: reply.coordinator?.term != nil, isDraining: false,
            isDrained: false,
            slots: Int(reply.shard?.slotsOwned ?? 0), lastHeartbeatSecondsAgo: reply.renewalAge.inSeconds,
            uptimeSeconds: uptime,
            openRequests: reply.shard.map { Int($0.openRequests) }, permits: reply.shard.map { Int($0.permitsLimit) },
            requestsServed: reply.api.map { Int(clamping: $0.requestsServed) },
            messagesDropped: Int(clamping: reply.messagesDropped), problems: reply.problems)
    }
}
