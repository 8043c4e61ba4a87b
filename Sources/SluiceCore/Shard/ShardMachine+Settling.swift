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

    mutating func settled(_ items: [SettleItem], _ lanes: [LaneDue], busy: [Settlement], at now: MonotonicTime) {
        for lane in lanes { noteDue(lane) }
        ended += max(0, items.count - busy.count - lanes.count)
        guard !busy.isEmpty else { return endAttempts(items) }
        let unwritten = Set(busy)
        endAttempts(items.filter { !unwritten.contains($0.settlement) })
        let left = items.filter { unwritten.contains($0.settlement) }
        abandon(left.filter { $0.giveUpAt <= now })
        settles.retry(left.filter { $0.giveUpAt > now }, at: now + limits.busySettleAgain)
    }

    /// A statement that was refused is split, so that one row that cannot be written holds up no other.
    mutating func settleFailed(_ items: [SettleItem], _ failure: StatementFailure, at now: MonotonicTime) {
        let live = items.filter { $0.giveUpAt > now }
        abandon(items.filter { $0.giveUpAt <= now })
        guard failure == .refused else { return settles.retry(live) }
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
