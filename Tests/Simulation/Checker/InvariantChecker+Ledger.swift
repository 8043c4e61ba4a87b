internal import SluiceCore

/// What the ledger's rows say of epochs, outcomes and orphans.
extension InvariantChecker {
    /// I8, I10, and I11 by its trace in the ledger.
    mutating func checkFences() {
        var owners: [[Int64]: Incarnation] = [:]
        for row in store.ledger {
            let next = store.epochs.first { $0.slot == row.slot && $0.epoch > row.epoch }
            let own = store.epochs.first { $0.slot == row.slot && $0.epoch == row.epoch }
            if own.map({ $0.from > row.reserved }) ?? true || next.map({ $0.from < row.reserved }) ?? false {
                violated("I8 fence", "reserved in an epoch that was not the slot's: \(row)")
            }
            if let closed = store.node(row.incarnation).closed, closed < row.reserved {
                violated("I8 fence", "reserved behind a closed fence: \(row)")
            }
            let key = [Int64(row.slot.rawValue), row.epoch.rawValue]
            if owners[key] ?? row.incarnation != row.incarnation {
                violated("I10 epochs", "two reserved in one: \(row)")
            }
            owners[key] = row.incarnation
        }
        for slot in store.slots {
            let epochs = store.epochs.filter { $0.slot == slot.slot }.map(\.epoch)
            if zip(epochs, epochs.dropFirst()).contains(where: { $0 >= $1 }) {
                violated("I10 epochs", "slot \(slot.slot.rawValue): \(epochs.map(\.rawValue))")
            }
        }
        for rows in store.attempts {
            for (first, second) in zip(rows, rows.dropFirst()) {
                let (first, second) = (store.ledger[first], store.ledger[second])
                if first.settled.map({ $0 > second.reserved && !first.wasUnknown }) ?? true {
                    violated("I11 one claim", "reserved before it was settled: \(first)")
                }
            }
        }
    }

    /// I12, I14, I15.
    mutating func checkOutcomes() {
        var orphans: [Incarnation: Int] = [:]
        for row in store.ledger {
            let states = [.reserved] + row.changes.map(\.state)
            for (from, to) in zip(states, states.dropFirst()) {
                let isLegal = from == .reserved || from == .unknown && (to == .sent || to == .failed)
                if !isLegal || to == .reserved { violated("I12 outcomes", "\(states)") }
            }
            if row.state == .reserved { violated("I1 no loss", "never settled: \(row)") }
            guard row.code == "owner_died", let noted = row.changes.first?.instant else { continue }
            orphans[row.incarnation, default: 0] += 1
            let taken = store.epochs.first { $0.slot == row.slot && $0.epoch > row.epoch && $0.owner != nil }
            let latest = max(taken?.from ?? 0, healedAt) + paced(.seconds(hasSteps ? 120 : 30))
            if noted > latest { violated("I14 orphans", "reported \((noted - latest) / 1_000_000) ms late: \(row)") }
        }
        for (incarnation, count) in orphans.sorted(by: { $0.key < $1.key })
        where count > settings.shardLimits.unsettledAttempts {
            violated("I14 orphans", "\(count) of incarnation \(incarnation.rawValue)")
        }
        for rows in store.attempts { checkReposts(rows.map { store.ledger[$0] }) }
    }

    /// I15: what may have been sent is not tried again, unless it was learned since that it was not.
    private mutating func checkReposts(_ rows: [LedgerRow]) {
        for (place, row) in rows.enumerated() where row.wasUnknown {
            for later in rows.dropFirst(place + 1) where later.moves == row.moves {
                let refuted = row.changes.first { $0.state == .failed }
                if refuted.map({ $0.instant > later.reserved }) ?? true {
                    violated("I15 unknowns", "tried again: \(row), \(later)")
                }
            }
        }
    }

    /// I13: what was acknowledged is there.
    mutating func checkTruths() {
        for reference in journal.reserved where row(reference) == nil {
            violated("I13 durable", "an acknowledged reserve is gone: \(reference)")
        }
        for (reference, state) in journal.settled {
            guard let row = row(reference), row.state != .reserved else {
                violated("I13 durable", "an acknowledged settle is gone: \(reference), \(state)")
                continue
            }
            // A guess that came first gives way to the truth, and the truth to nothing.
            if state == .sent || state == .failed, row.state != state {
                violated("I13 durable", "acknowledged as \(state): \(row)")
            }
        }
    }

    private func row(_ reference: Journal.AttemptReference) -> LedgerRow? {
        let rows = store.attempts[Numbered.number(of: reference.contact)]
        return rows.first { store.ledger[$0].attempt == reference.attempt }.map { store.ledger[$0] }
    }

    /// I22: a row that the database refuses is held after three claims, and was not sent.
    mutating func checkRows() {
        for (number, contact) in store.contacts.enumerated() where contact.poison == .reserve {
            let faults = journal.faults[contact.id] ?? 0
            if faults > 3 || contact.hold != "quarantined" {
                violated("I22 bad rows", "contact \(number): \(faults) faults, held as \(contact.hold ?? "-")")
            }
        }
    }
}
