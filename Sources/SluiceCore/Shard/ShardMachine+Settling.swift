/// Outcomes are written until they are, whether or not the lease still runs: the truth is welcome from a zombie. One
/// whose contact cannot be written goes into a table of its own, which outlives this node; the leader writes it from there.
extension ShardMachine {
    mutating func startSettles(at now: MonotonicTime) {
        settles.wakeLater(at: now)
        while phase != .finished, settles.isWaiting, gates.settle.isOpen(at: now) {
            let isAgain = settles.isRetrying
            let items = settles.next(limit: limits.settleBatch)
            let id = begin(.settle(items))
            actions.append(.settle(id, items.map(\.settlement)))
            if phase == .running, !isAgain, items.count < limits.settleBatch {
                gates.settle.rest(until: now + limits.settleEvery)
            }
        }
        asides.wakeLater(at: now)
        while phase != .finished, asides.isWaiting, gates.aside.isOpen(at: now) {
            let items = asides.next(limit: limits.settleBatch)
            let id = begin(.setAside(items))
            actions.append(.setAside(id, items.map(\.settlement)))
        }
    }

    /// What is not written yet is tried again apart from the rest: soon where somebody holds the contact locked, seldom
    /// where the database refuses its row. Until it is written or set aside the attempt counts as unsettled.
    mutating func settled(
        _ items: [SettleItem], _ lanes: [LaneDue], busy: [Settlement], faulty: [Settlement], at now: MonotonicTime
    ) {
        for lane in lanes { noteDue(lane) }
        ended += max(0, items.count - busy.count - faulty.count - lanes.count)
        guard !busy.isEmpty || !faulty.isEmpty else { return endAttempts(items) }
        let (locked, refused) = (Set(busy), Set(faulty))
        endAttempts(items.filter { !locked.contains($0.settlement) && !refused.contains($0.settlement) })
        counters.faultySettlements += Int64(refused.count)
        settleAgain(items.filter { locked.contains($0.settlement) }, after: limits.busySettleAgain, at: now)
        settleAgain(items.filter { refused.contains($0.settlement) }, after: limits.faultySettleAgain, at: now)
    }

    private mutating func settleAgain(_ items: [SettleItem], after pause: Duration, at now: MonotonicTime) {
        // A node that ends has no time to wait for anybody.
        let isEnding = phase != .running
        asides.append(contentsOf: items.filter { isEnding || $0.setAsideAt <= now })
        settles.retry(items.filter { !isEnding && $0.setAsideAt > now }, at: now + pause)
    }

    /// A statement that was refused is split, so that one row that cannot be written holds up no other.
    mutating func settleFailed(_ items: [SettleItem], _ failure: StatementFailure) {
        guard failure != .uncertain else { return settles.retry(items) }
        guard items.count > 1 else { return asides.append(contentsOf: items) }
        settles.retry(Array(items.prefix(items.count / 2)))
        settles.retry(Array(items.dropFirst(items.count / 2)))
    }

    /// Split alike. One that is refused alone stays in memory, among the unsettled attempts that are bounded.
    mutating func setAsideFailed(_ items: [SettleItem], _ failure: StatementFailure, at now: MonotonicTime) {
        guard failure != .uncertain else { return asides.retry(items) }
        guard items.count > 1 else { return asides.retry(items, at: now + limits.faultySettleAgain) }
        asides.retry(Array(items.prefix(items.count / 2)))
        asides.retry(Array(items.dropFirst(items.count / 2)))
    }

    mutating func setAside(_ items: [SettleItem]) {
        counters.settlementsSetAside += Int64(items.count)
        endAttempts(items)
    }

    private mutating func endAttempts(_ items: [SettleItem]) {
        attempts -= items.count
        for item in items { lessOutstanding(item.settlement.reservation.claim.slot) }
    }
}
