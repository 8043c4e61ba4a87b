internal import FoundationEssentials
internal import SluiceCore
internal import SluiceWire

/// From facts to findings. Pure: the same facts give the same findings.
enum Findings {
    /// A due contact whose device has capacity should wait at most 2 s (I17); this leaves room for a take-over.
    static let oldBacklog: Double = 10
    /// Nothing is in flight for longer: the largest gateway time-out and its margin are well below.
    static let stuck: Double = 300
    /// The enroller works within a second of a commit.
    static let oldIntake: Double = 30

    /// The worst first, then by code.
    static func of(_ facts: ClusterFacts) -> [Finding] {
        let found =
            reach(facts) + nodes(facts) + ReportedProblems.findings(of: facts) + upkeep(facts)
            + ContactFindings.of(facts) + DeviceFindings.of(facts) + control(facts)
        return found.sorted { (rank($0), $0.code.rawValue) < (rank($1), $1.code.rawValue) }
    }

    private static func rank(_ finding: Finding) -> Int {
        switch finding.severity {
        case .unreachable: 0
        case .problem: 1
        case .note: 2
        }
    }

    private static func reach(_ facts: ClusterFacts) -> [Finding] {
        var found: [Finding] = []
        if let error = facts.databaseError {
            found.append(Finding(.databaseUnreachable, .unreachable, "PostgreSQL cannot be reached: \(error)"))
        }
        if let error = facts.natsError {
            found.append(
                Finding(
                    .natsUnreachable, "NATS cannot be reached, so what follows is what the database knows: \(error)"))
        }
        if let schema = facts.schemaFound, schema != facts.schemaNeeded {
            let versions = "the database's schema has version \(schema), this build \(facts.schemaNeeded)"
            found.append(
                schema < facts.schemaNeeded
                    ? Finding(.migrationNeeded, schema == 0 ? "the database has no schema of Sluice yet" : versions)
                    : Finding(.schemaTooNew, versions))
        }
        if !facts.notTaken.isEmpty {
            found.append(Finding(.figureNotTaken, "not known now: \(facts.notTaken.joined(separator: "; "))"))
        }
        return found
    }

    private static func nodes(_ facts: ClusterFacts) -> [Finding] {
        guard let known = facts.nodes else { return [] }
        var found: [Finding] = []
        let answered = Set(facts.replies.map(\.incarnation.rawValue))
        if known.leader == nil, !DrainFindings.isAllDrained(.coordinator, known) {
            found.append(Finding(.noLeader, "no coordinator leads: nothing new is claimed or enrolled"))
        }
        for node in known.nodes {
            let name = "\(node.role) \(node.name) on \(node.host)"
            if !node.isLive {
                let since = node.renewedAt.map { Words.span(known.now.timeIntervalSince($0)) } ?? "long"
                found.append(Finding(.leaseLapsed, "\(name) has not renewed its lease for \(since)"))
            } else if facts.natsError == nil, !answered.contains(node.incarnation) {
                found.append(
                    node.incarnation == known.leader
                        ? Finding(.leaderSilent, "the leader, \(name), does not answer over NATS")
                        : Finding(.nodeSilent, "\(name) renews its lease and does not answer over NATS"))
            }
        }
        if !known.nodes.contains(where: { $0.role == NodeRole.shard.rawValue && $0.isLive }) {
            found.append(Finding(.noShards, "no shard node is alive: nothing is sent"))
        } else if known.slots.orphanedWithDevices > 0, !DrainFindings.isAllDrained(.shard, known) {
            found.append(
                Finding(
                    .slotsWithoutOwner,
                    "\(Words.counted(known.slots.orphanedWithDevices, "hash slot")) with devices on them have no live owner"
                ))
        }
        let versions = Set(known.nodes.filter(\.isLive).map(\.version))
        if versions.count > 1 {
            found.append(
                Finding(
                    .mixedVersions, .note, "nodes run different versions: \(versions.sorted().joined(separator: ", "))")
            )
        }
        return found + DrainFindings.of(known)
    }

    private static func upkeep(_ facts: ClusterFacts) -> [Finding] {
        guard let control = facts.control else { return [] }
        var found: [Finding] = []
        if let evidence = control.restoreEvidence {
            found.append(
                Finding(
                    .databaseRestored,
                    "this database was restored from a backup (\(evidence)): nothing is sent until `sluice restores confirm`"
                ))
        }
        if !control.hasLedgerToday || !control.hasLedgerTomorrow {
            let day = control.hasLedgerToday ? "tomorrow" : "today"
            found.append(
                Finding(
                    .ledgerDayMissing, "the send ledger has no partition for \(day) (UTC): sending stops without it"))
        }
        if let step = control.clockSteps.first {
            found.append(
                Finding(
                    .clockStepped,
                    "the database's clock has stepped (\(step.words)): devices that change nodes send nothing until "
                        + "`sluice clock confirm`"))
        }
        if let age = control.oldestIntakeSeconds, age > oldIntake {
            let behind = facts.replies.compactMap(\.coordinator).map(\.intakeBacklog).max() ?? 0
            let others = behind > 1 ? "; \(Words.count(behind)) or more enrollments wait" : ""
            found.append(
                Finding(
                    .intakeOld,
                    "the oldest enrollment, or contact at a branch, has waited \(Words.span(age)) to be worked off"
                        + others))
        }
        if let refused = control.completionsRefused {
            found.append(
                Finding(
                    .completionsRefused,
                    "\(Words.counted(refused.count, "ended enrollment")) left a trigger on the lead that cannot be taken "
                        + "off; the first: \(refused.firstProblem)"))
        }
        if let off = control.webhooksOff {
            found.append(
                Finding(
                    .webhooksOff, .note,
                    "\(Words.counted(off.count, "webhook")) are switched off and told nothing; the first: \(off.first)")
            )
        }
        let asides = [
            ("enrollment_intake", control.intakeSetAside), ("work_intake", control.workSetAside),
            ("progress_intake", control.progressSetAside),
        ]
        for (table, aside) in asides {
            guard let aside else { continue }
            let rows = Words.counted(aside.count, "row")
            found.append(
                Finding(
                    .intakeSetAside,
                    "\(rows) of \(table) could not be written and wait for you; the first: \(aside.firstProblem)"))
        }
        return found
    }

    private static func control(_ facts: ClusterFacts) -> [Finding] {
        guard let control = facts.control else { return [] }
        var found: [Finding] = []
        if control.isEverythingPaused {
            found.append(
                Finding(.everythingPaused, "everything is paused: nothing is sent until `sluice resume --all`"))
        }
        if !control.pausedWorkspaces.isEmpty {
            found.append(Finding(.workspacePaused, .note, "paused workspaces: \(Words.list(control.pausedWorkspaces))"))
        }
        for step in control.brokenSteps {
            found.append(
                Finding(
                    .nextStepMissing,
                    "sequence \"\(step.sequence)\": step \"\(step.trigger)\" leads to \"\(step.next)\", which does not exist"
                ))
        }
        if !control.endlessSteps.isEmpty {
            let steps = control.endlessSteps.map { "\"\($0.trigger)\" of \"\($0.sequence)\"" }
            found.append(Finding(.endlessCycle, "steps form a cycle in which nobody ever waits: \(Words.list(steps))"))
        }
        return found
    }
}
