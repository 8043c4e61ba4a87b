internal import SluiceStore
internal import SluiceWire

/// What is wrong with contacts.
enum ContactFindings {
    static func of(_ facts: ClusterFacts) -> [Finding] {
        var found: [Finding] = []
        if let oldest = StatusReport.oldestDue(facts), oldest > Findings.oldBacklog {
            found.append(
                Finding(.backlogOld, "a due contact whose device could send has waited \(Words.span(oldest))"))
        }
        if let oldest = facts.lanes?.oldestClaimSeconds, oldest > Findings.stuck {
            let which = facts.lanes?.oldestClaim.map {
                ": contact \($0.contact) of \"\(Words.cut($0.sequence))\"; `sluice why \($0.contact)`"
            }
            found.append(
                Finding(.stuckProcessing, "a contact has been in flight for \(Words.span(oldest))\(which ?? "")"))
        }
        if let stalled = stalled(facts) { found.append(stalled) }
        guard let contacts = facts.contacts else { return found }
        if let unknown = contacts.byStatus["unknown"], unknown > 0 {
            found.append(
                Finding(
                    .unknownContacts,
                    "of \(Words.counted(unknown, "contact")) nobody knows whether the message arrived: `sluice unknown list`"
                ))
        }
        let withoutDevice = [HoldReason.noDevice, .unknownDevice].reduce(0) {
            $0 + contacts.held[$1.rawValue, default: 0]
        }
        if withoutDevice > 0 {
            found.append(
                Finding(
                    .contactsWithoutDevice,
                    "\(Words.counted(withoutDevice, "contact", "waits", "wait")) for a device that does not exist"))
        }
        // What waits because somebody set a limit is nothing to mend.
        let told = [HoldReason.noDevice, .unknownDevice, .enrollmentLimit].map(\.rawValue)
        let others = contacts.held
            .filter { !told.contains($0.key) }
            .sorted { $0.key < $1.key }
        if !others.isEmpty {
            let list = others.map { "\(Words.count($0.value)) \($0.key)" }.joined(separator: ", ")
            found.append(Finding(.contactsHeld, .note, "held until their data is mended: \(list)"))
        }
        return found + unwritable(contacts)
    }

    /// Work, room for it, a leader and shards that answer, and yet nothing is in flight. A gap between two messages looks
    /// the same for as long as it lasts, so nothing must have ended in the last minute either.
    private static func stalled(_ facts: ClusterFacts) -> Finding? {
        guard let lanes = facts.lanes, let due = lanes.dueByReason[nil], due > 0, lanes.claimed + lanes.reserved == 0,
            let oldest = lanes.oldestDueSeconds, oldest > Findings.oldBacklog,
            facts.replies.contains(where: { $0.coordinator?.term != nil })
        else { return nil }
        let shards = facts.replies.compactMap(\.shard)
        let ended = shards.reduce(0) { $0 + $1.lastMinute.sent + $1.lastMinute.failed + $1.lastMinute.unknown }
        guard !shards.isEmpty, ended == 0, shards.allSatisfy(\.openBreakers.isEmpty) else { return nil }
        return Finding(
            .claimsStalled,
            "\(Words.counted(due, "contact", "is", "are")) due on devices with room, the oldest for \(Words.span(oldest)), and "
                + "none is claimed")
    }

    private static func unwritable(_ contacts: ContactFacts) -> [Finding] {
        var found: [Finding] = []
        if let left = contacts.outcomesLeft, left.oldestSeconds > Findings.oldIntake {
            found.append(
                Finding(
                    .outcomesLeft,
                    "\(Words.counted(left.count, "known outcome")) cannot be written, the oldest for "
                        + "\(Words.span(left.oldestSeconds)): the contact is locked, or a rule refuses its row"))
        }
        if let bad = contacts.untouchable {
            found.append(
                Finding(
                    .contactsUntouchable,
                    "\(Words.counted(bad.count, "contact")) cannot be written at all and \(bad.count == 1 ? "is" : "are") passed by; the first says: "
                        + bad.firstFault))
        }
        return found
    }
}
