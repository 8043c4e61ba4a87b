internal import DequeModule

/// A claim whose row the database refuses to reserve.
struct FaultyClaim: Sendable {
    var item: ReleaseItem
    var fault: RowFault
}

/// Rows that are at fault themselves are reported on themselves and put back; the store holds one after its third fault
/// (I22). A claim that merely expires or comes back counts nothing.
extension ShardMachine {
    /// Called before the attempt ends, so that the slot is not given up in between.
    mutating func report(_ fault: RowFault, of attempt: Attempt) {
        slots[attempt.claim.slot].outstanding += 1
        let item = ReleaseItem(claim: attempt.claim, expiresAt: attempt.expiresAt)
        faults.append(FaultyClaim(item: item, fault: fault))
    }

    /// One row a statement: each of them is known to be refused somewhere.
    mutating func startReports(at now: MonotonicTime) {
        while gates.fault.isOpen(at: now), let faulty = faults.popFirst() {
            let id = begin(.reportFault(faulty))
            actions.append(.reportFault(id, faulty.item.claim, faulty.fault))
        }
    }

    /// A row that cannot even be reported on is left to expire; an answer that was lost is asked for again until then.
    mutating func reportFailed(_ faulty: FaultyClaim, _ failure: StatementFailure, at now: MonotonicTime) {
        let isLive = clock.map { $0.earliestDatabaseTime(at: now) < faulty.item.expiresAt } ?? false
        guard failure == .uncertain, isLive, !isLost else { return lessOutstanding(faulty.item.claim.slot) }
        var again = faulty
        again.item.isUncertain = true
        faults.append(again)
    }
}
