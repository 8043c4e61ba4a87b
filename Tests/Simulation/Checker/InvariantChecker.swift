internal import SluiceCore

/// Judges a run by what the gateway logged and what the store holds at the end. Knows nothing of the machines, and
/// trusts no counter of theirs. The invariants are numbered as in DESIGN.md and in the chaos witness.
struct InvariantChecker {
    struct Verdict {
        var violations: [String] = []
        /// Cap keys of which some window was full once.
        var fullKeys = 0
        var capKeys = 0
    }

    /// A run that is broken is broken often; the first ones tell.
    static let mostViolations = 12

    let log: [GatewayEntry]
    let store: SimulatedStore
    let clock: NodeClock
    let healedAt: Int64
    let settings: SimulationSettings
    var found: [String] = []

    init(
        log: [GatewayEntry], store: SimulatedStore, clock: NodeClock, healedAt: Int64, settings: SimulationSettings
    ) {
        self.log = log
        self.store = store
        self.clock = clock
        self.healedAt = healedAt
        self.settings = settings
    }

    func check() -> Verdict {
        var checker = self
        checker.checkRest()
        checker.checkMessages()
        checker.checkAttempts()
        checker.checkFences()
        checker.checkOutcomes()
        let keys = checker.checkCaps()
        checker.checkConcurrency()
        checker.checkProgress()
        return Verdict(violations: checker.found, fullKeys: keys.full, capKeys: keys.all)
    }

    mutating func violated(_ invariant: String, _ what: String) {
        guard found.count < Self.mostViolations else { return }
        found.append("\(invariant): \(what)")
    }

    /// When the database's clock showed that.
    func instant(of time: DatabaseTime) -> Int64 {
        clock.instant(of: MonotonicTime(nanoseconds: time.microseconds * 1_000))
    }

    func row(of entry: GatewayEntry) -> LedgerRow? {
        let rows = store.attempts[entry.contact]
        let place = Int(entry.attempt) - 1
        return rows.indices.contains(place) ? store.ledger[rows[place]] : nil
    }

    // MARK: At rest

    /// I1 and I23.
    private mutating func checkRest() {
        for (number, contact) in store.contacts.enumerated() {
            if contact.status == .active {
                violated("I1 no loss", "contact \(number) is still active, \(contact.state), moves \(contact.moves)")
            } else if contact.state != .idle {
                violated("I1 no loss", "contact \(number) is at its end and \(contact.state)")
            }
            let isHeld = contact.status == .paused && contact.hold != nil
            if contact.status == .paused, !isHeld { violated("I1 no loss", "contact \(number) is held for no reason") }
            let rows = store.attempts[number].map { store.ledger[$0] }
            for move in 0..<contact.moves where !rows.contains(where: { $0.moves == move && $0.mayBeSent }) {
                violated("I1 no loss", "contact \(number) moved on from \(move), which was not sent")
            }
        }
        if !store.settlesLeft.isEmpty { violated("I1 no loss", "\(store.settlesLeft.count) outcomes were left aside") }
        for (batch, tally) in store.tallies.sorted(by: { $0.key < $1.key })
        where tally.claimed != tally.reserved + tally.released + tally.takenBack {
            violated("I23 batches", "batch \(batch.rawValue): \(tally)")
        }
    }

    /// I2: a message is sent at most once, and its attempts never overlap.
    private mutating func checkMessages() {
        let byContact = Dictionary(grouping: log, by: \.contact)
        for contact in store.contacts.indices {
            guard let entries = byContact[contact] else { continue }
            for move in 0..<Int32(settings.steps) {
                let attempts = entries.filter { $0.moves == move }.sorted { $0.arrived < $1.arrived }
                if attempts.count(where: { !$0.isRefused }) > 1 {
                    violated("I2 at most once", "contact \(contact), message \(move): \(attempts)")
                }
                for (first, second) in zip(attempts, attempts.dropFirst()) where second.arrived < first.ended {
                    violated("I2 at most once", "contact \(contact), message \(move): attempts overlap, \(attempts)")
                }
            }
        }
    }

    /// I3, I4, I9.
    private mutating func checkAttempts() {
        var accepted: Set<[Int]> = []
        var arrived: Set<[Int]> = []
        let bound = (settings.timers.sendWithin + settings.httpTimeout + .milliseconds(5)).nanoseconds
        for entry in log {
            arrived.insert([entry.contact, Int(entry.attempt)])
            if entry.accepted != nil { accepted.insert([entry.contact, Int(entry.attempt)]) }
            guard let row = row(of: entry), row.moves == entry.moves, Numbered.number(of: row.device) == entry.device,
                row.epoch == entry.epoch
            else {
                violated("I3 reserve first", "\(entry) has no row")
                continue
            }
            let reserved = instant(of: row.reservedAt)
            // The database's clock counts whole microseconds.
            if reserved > entry.arrived + 2_000 { violated("I3 reserve first", "\(entry) was reserved later: \(row)") }
            if entry.arrived > reserved + bound { violated("I9 late bound", "\(entry), reserved at \(reserved)") }
        }
        for row in store.ledger {
            let key = [row.contact, Int(row.attempt)]
            switch row.state {
            case .sent where !accepted.contains(key): violated("I4 no phantom", "sent and never accepted: \(row)")
            case .failed where accepted.contains(key): violated("I4 no phantom", "failed and accepted: \(row)")
            case .aborted where arrived.contains(key): violated("I4 no phantom", "aborted and arrived: \(row)")
            default: break
            }
        }
    }

    /// I8, and I11 by its trace in the ledger.
    private mutating func checkFences() {
        for row in store.ledger {
            let next = store.epochs.first { $0.slot == row.slot && $0.epoch > row.epoch }
            let own = store.epochs.first { $0.slot == row.slot && $0.epoch == row.epoch }
            if own.map({ $0.from > row.reservedAt }) ?? true || next.map({ $0.from < row.reservedAt }) ?? false {
                violated("I8 fence", "reserved in an epoch that was not the slot's: \(row)")
            }
            if let closed = store.node(row.incarnation).closedAt, closed < row.reservedAt {
                violated("I8 fence", "reserved behind a closed fence: \(row)")
            }
        }
        for rows in store.attempts {
            for (first, second) in zip(rows, rows.dropFirst()) {
                let settled = store.ledger[first].settledAt
                if settled.map({ $0 > store.ledger[second].reservedAt && !store.ledger[first].isLateTruth }) ?? true {
                    violated("I11 one claim", "reserved before it was settled: \(store.ledger[first])")
                }
            }
        }
    }

    /// I12.
    private mutating func checkOutcomes() {
        for row in store.ledger {
            let states = [.reserved] + row.changes.map(\.state)
            for (from, to) in zip(states, states.dropFirst()) {
                let isLegal = from == .reserved || from == .unknown && (to == .sent || to == .failed)
                if !isLegal || to == .reserved { violated("I12 outcomes", "\(states)") }
            }
            if row.state == .reserved { violated("I1 no loss", "never settled: \(row)") }
        }
    }
}

extension LedgerRow {
    /// Its message was or may have been sent.
    var mayBeSent: Bool { state == .sent || state == .unknown || wasUnknown }

    /// It was unknown before; the truth may come after the contact has moved on.
    var isLateTruth: Bool { wasUnknown }
}
