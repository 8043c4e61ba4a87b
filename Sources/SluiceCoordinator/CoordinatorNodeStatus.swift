internal import NATSDriver
internal import SluiceCore
internal import SluiceStore
internal import SluiceWire

extension NodeStatus {
    /// What this coordinator says of itself.
    init(parts: CoordinatorParts, machine: CoordinatorMachine, at now: MonotonicTime) {
        let summary = machine.summary(at: now)
        self.init(
            name: parts.configuration.name, incarnation: parts.incarnation, role: .coordinator,
            version: parts.configuration.version, host: parts.configuration.host,
            startedAt: parts.lead.startedAt ?? DatabaseTime(microseconds: 0))
        renewalAge = now - parts.lead.renewed
        messagesIgnored = machine.ignored
        if renewalAge > parts.configuration.timers.renewEvery * 2 { problems.append("renewal_late") }
        if parts.diskFull.isFresh(at: now) { problems.append(NodeProblem.diskFull) }
        var part = CoordinatorStatus(term: summary.term)
        if summary.term != nil {
            part.lanesKnown = UInt64(summary.lanesKnown)
            part.lanesDue = UInt64(summary.lanesDue)
            part.oldestDue = summary.oldestGrant
            part.intakeBacklog = UInt64(clamping: parts.lead.intakeBacklog)
            if summary.shards == 0 { problems.append("no_shards") }
            if summary.shardsAstray > 0 { problems.append(NodeProblem.shardsAstray) }
        }
        coordinator = part
    }
}
