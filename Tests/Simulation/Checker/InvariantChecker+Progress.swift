internal import SluiceCore

/// Progress: what is due and has room is sent, soon after a heal and at once when all is well.
extension InvariantChecker {
    /// I16: the first request of a cap key after the heal comes within 20 s of when there was work and room for it.
    mutating func checkProgress() {
        for (key, caps) in caps {
            let first = log.filter { $0.capKey == key && $0.arrived > healedAt }.min { $0.arrived < $1.arrived }
            guard let first, let row = row(of: first) else { continue }
            let due = clock.instant(of: row.due)
            let rows = store.ledger.filter { $0.capKey == key && $0.reserved <= healedAt }
            let room = room(after: healedAt, rows, caps, knownTo: row.epoch)
            var latest = max(healedAt, due, room) + paced(.seconds(20))
            // An operator confirms a day later, and what was dated ahead of its time counts for a day more.
            if hasSteps { latest += paced(.seconds(90)) }
            if first.arrived > latest {
                violated(
                    "I16 progress",
                    "\(key) sent \((first.arrived - latest) / 1_000_000) ms late; healed \(healedAt), due \(due), "
                        + "room \(room), first \(first)")
            }
        }
    }

    /// I17: while all is well, nobody who is due waits for more than 2 s with room for one more and nothing else
    /// started on the key meanwhile.
    mutating func checkWaits() {
        // Everything from before has recovered or run out by then.
        let begins = healedAt + paced(.seconds(30))
        for (key, caps) in caps {
            let rows = store.ledger.filter { $0.capKey == key }.sorted { $0.reserved < $1.reserved }
            for (place, row) in rows.enumerated() where row.reserved > begins {
                let earlier = Array(rows[..<place])
                let last = earlier.last?.reserved ?? 0
                let idle = store.attempts[row.contact].map { store.ledger[$0] }.last { $0.attempt < row.attempt }
                let due = max(clock.instant(of: row.due), idle?.settled ?? 0)
                let since = max(begins, due, last, room(before: row, earlier, caps))
                waits += 1
                if row.reserved > since + paced(.seconds(2)) {
                    violated(
                        "I17 waiting",
                        "\(key) waited \((row.reserved - since) / 1_000_000) ms with room, since \(since): \(row)")
                }
            }
        }
    }

    /// When the last of what was reserved before the heal leaves room: a bound, not the instant.
    private func room(after begins: Int64, _ rows: [LedgerRow], _ caps: Caps, knownTo epoch: Epoch) -> Int64 {
        var room = begins
        // An attempt whose outcome its owner does not learn holds its place until its deadline.
        let open = rows.filter { $0.wasUnknown || isOpen($0, whenTakenIn: epoch) }.map(deadline(of:)).sorted()
        if open.count >= caps.concurrency { room = max(room, open[open.count - caps.concurrency]) }
        return max(room, roomInWindows(rows, caps, knownTo: epoch))
    }

    /// The last instant before `row` was reserved at which there was no room for it, or later.
    private func room(before row: LedgerRow, _ rows: [LedgerRow], _ caps: Caps) -> Int64 {
        // A place is free again when its attempt has ended, and the gap after it is over.
        let ended = rows.compactMap { charge(of: $0, knownTo: row.epoch) ?? $0.settled }.filter { $0 < row.reserved }
        let longestGap = store.profiles.map(\.gap.upperBound).max() ?? .zero
        return max(ended.max() ?? 0, roomInWindows(rows, caps, knownTo: row.epoch)) + longestGap.nanoseconds
    }

    private func roomInWindows(_ rows: [LedgerRow], _ caps: Caps, knownTo epoch: Epoch) -> Int64 {
        let charges = rows.compactMap { charge(of: $0, knownTo: epoch) }.sorted()
        return caps.windows.reduce(0) { room, window in
            guard charges.count >= window.limit else { return room }
            let length = (window.length + window.margin).nanoseconds
            return max(room, charges[charges.count - window.limit] + length + length / 1_000)
        }
    }

    /// When an attempt is charged, as the slot's owner in that epoch knows it; nil when it is not. Who sent it charges
    /// what is unknown at its deadline, whatever the truth is; who loads it from the ledger goes by what is there then:
    /// open, or when it was settled.
    private func charge(of row: LedgerRow, knownTo epoch: Epoch) -> Int64? {
        let isCharged = row.isCharged && row.state != .aborted
        if isOpen(row, whenTakenIn: epoch) { return max(deadline(of: row), isCharged ? row.settled ?? 0 : 0) }
        guard isCharged else { return nil }
        return row.state == .unknown || row.epoch == epoch && row.wasUnknown ? deadline(of: row) : row.settled
    }

    /// Whether the owner in that epoch, another than who reserved, may have found it open when it took the slot over.
    private func isOpen(_ row: LedgerRow, whenTakenIn epoch: Epoch) -> Bool {
        guard row.epoch < epoch, let settled = row.settled else { return row.settled == nil }
        return settled > store.epochs.first { $0.slot == row.slot && $0.epoch == epoch }?.from ?? .max
    }

    private func deadline(of row: LedgerRow) -> Int64 {
        row.reserved + (row.deadline - row.reservedAt).nanoseconds
    }
}
