internal import SluiceCore

/// Judges a run by what the gateway logged, what the store holds at the end and what the journal saw. Knows nothing of
/// the machines, and trusts no counter of theirs. The invariants are numbered as in DESIGN.md and in the chaos witness.
struct InvariantChecker {
    struct Verdict {
        var violations: [String] = []
        /// Cap keys of which some window was full once.
        var fullKeys = 0
        var capKeys = 0
        /// Requests whose wait was judged (I17).
        var waits = 0
    }

    /// A run that is broken is broken often; the first ones tell.
    static let mostViolations = 12

    let log: [GatewayEntry]
    let store: SimulatedStore
    let clock: DatabaseClock
    /// The gateway's.
    let gatewayClock: NodeClock
    let journal: Journal
    let healedAt: Int64
    /// The database's clock was set: what is due when, and what a take-over counts, follows the operator then.
    let hasSteps: Bool
    let settings: SimulationSettings
    var found: [String] = []
    var waits = 0

    func check() -> Verdict {
        var checker = self
        checker.checkRest()
        checker.checkMessages()
        checker.checkAttempts()
        checker.checkFences()
        checker.checkOutcomes()
        checker.checkTruths()
        checker.checkRows()
        let keys = checker.checkCaps()
        checker.checkConcurrency()
        checker.checkProgress()
        if !hasSteps { checker.checkWaits() }
        return Verdict(violations: checker.found, fullKeys: keys.full, capKeys: keys.all, waits: checker.waits)
    }

    mutating func violated(_ invariant: String, _ what: String) {
        guard found.count < Self.mostViolations else { return }
        found.append("\(invariant): \(what)")
    }

    func row(of entry: GatewayEntry) -> LedgerRow? {
        let rows = store.attempts[entry.contact]
        let place = Int(entry.attempt) - 1
        return rows.indices.contains(place) ? store.ledger[rows[place]] : nil
    }

    /// In nanoseconds of the timeline.
    func paced(_ duration: Duration) -> Int64 { (duration * settings.pace).nanoseconds }

    // MARK: At rest

    /// I1 and I23.
    private mutating func checkRest() {
        for (number, contact) in store.contacts.enumerated() {
            if contact.status == .active {
                violated("I1 no loss", "contact \(number) is still active, \(contact.state), moves \(contact.moves)")
            } else if contact.state != .idle {
                violated("I1 no loss", "contact \(number) is at its end and \(contact.state)")
            }
            if contact.status == .paused, contact.hold == nil {
                violated("I1 no loss", "contact \(number) is held for no reason")
            }
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
                if attempts.count(where: { !$0.isRefused }) > 1 || attempts.contains(where: \.isRepeat) {
                    violated("I2 at most once", "contact \(contact), message \(move): \(attempts)")
                }
                for (first, second) in zip(attempts, attempts.dropFirst()) where second.arrived < first.ended {
                    violated("I2 at most once", "contact \(contact), message \(move): attempts overlap, \(attempts)")
                }
            }
        }
    }

    /// I3, I4, I9, I21.
    private mutating func checkAttempts() {
        var accepted: Set<[Int]> = []
        var arrived: Set<[Int]> = []
        // Measured by a clock that may be slow.
        var bound = (settings.timers.sendWithin + settings.httpTimeout).nanoseconds
        bound += bound / 1_000_000 * settings.driftPPM + 5_000_000
        for entry in log {
            arrived.insert([entry.contact, Int(entry.attempt)])
            if entry.accepted != nil { accepted.insert([entry.contact, Int(entry.attempt)]) }
            guard let row = row(of: entry), row.moves == entry.moves, Numbered.number(of: row.device) == entry.device,
                row.epoch == entry.epoch
            else {
                violated("I3 reserve first", "\(entry) has no row")
                continue
            }
            if row.reserved > entry.arrived { violated("I3 reserve first", "\(entry) was reserved later: \(row)") }
            if entry.arrived > row.reserved + bound { violated("I9 late bound", "\(entry), reserved: \(row.reserved)") }
            if entry.workspace != store.contacts[entry.contact].workspace { violated("I21 workspaces", "\(entry)") }
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
}

extension LedgerRow {
    /// Its message was or may have been sent.
    var mayBeSent: Bool { state == .sent || state == .unknown || wasUnknown }
}
