/// Outcomes are written until they are, whether or not the lease still runs: the truth is welcome from a zombie.
extension ShardMachine {
    mutating func startSettles(at now: MonotonicTime) {
        settles.wakeLater(at: now)
        while phase != .finished, settles.isWaiting, gates.settle.isOpen(at: now) {
            let items = settles.next(limit: limits.settleBatch)
            let id = begin(.settle(items))
            actions.append(.settle(id, items.map(\.settlement)))
        }
    }

    /// What is not written yet is tried again apart from the rest: soon where somebody holds the contact locked, seldom
    /// where the database refuses its row. Until it is written or given up the attempt counts as unsettled.
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
        abandon(items.filter { $0.giveUpAt <= now })
        settles.retry(items.filter { $0.giveUpAt > now }, at: now + pause)
    }

    /// A statement that was refused is split, so that one row that cannot be written holds up no other.
    mutating func settleFailed(_ items: [SettleItem], _ failure: StatementFailure, at now: MonotonicTime) {
        let live = items.filter { $0.giveUpAt > now }
        abandon(items.filter { $0.giveUpAt <= now })
        guard failure != .uncertain else { return settles.retry(live) }
        guard live.count > 1 else { return abandon(live) }
        settles.retry(Array(live.prefix(live.count / 2)))
        settles.retry(Array(live.dropFirst(live.count / 2)))
    }

    private mutating func abandon(_ items: [SettleItem]) {
        guard !items.isEmpty else { return }
        counters.abandonedSettlements += Int64(items.count)
        actions.append(.abandoned(items.map(\.settlement)))
        endAttempts(items)
    }

    private mutating func endAttempts(_ items: [SettleItem]) {
        attempts -= items.count
        for item in items { lessOutstanding(item.settlement.reservation.claim.slot) }
    }
}
