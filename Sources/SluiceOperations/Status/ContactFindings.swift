internal import SluiceStore

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
                    "\(Words.counted(withoutDevice, "contact")) wait for a device that does not exist"))
        }
        let others = contacts.held
            .filter { $0.key != HoldReason.noDevice.rawValue && $0.key != HoldReason.unknownDevice.rawValue }
            .sorted { $0.key < $1.key }
        if !others.isEmpty {
            let list = others.map { "\(Words.count($0.value)) \($0.key)" }.joined(separator: ", ")
            found.append(Finding(.contactsHeld, .note, "held until their data is mended: \(list)"))
        }
        return found + unwritable(contacts)
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
                    "\(Words.counted(bad.count, "contact")) cannot be written at all and are passed by; the first says: "
                        + bad.firstFault))
        }
        return found
    }
}
