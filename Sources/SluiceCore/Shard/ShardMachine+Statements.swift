/// Statements: what may start, and where answers and failures go.
extension ShardMachine {
    /// Starts every statement that has work and whose gate is open. Settles first: they make room for reserves.
    mutating func startStatements(at now: MonotonicTime) {
        startSettles(at: now)
        // Before the first renewal there is no clock to read the ledger's times with.
        guard phase != .finished, !isLost, clock != nil else { return }
        startLook(at: now)
        startOwnershipStatements(at: now)
        startFetches(at: now)
        startReserves(at: now)
        startReleases(at: now)
        startReports(at: now)
        startPolls()
    }

    mutating func begin(_ statement: ShardStatement) -> StatementID {
        lastStatement += 1
        let id = StatementID(rawValue: lastStatement)
        gates[statement].start()
        statements[id] = statement
        return id
    }

    /// An answer: it goes to the statement it names; one that names none, or another kind, is ignored.
    mutating func answered(_ event: ShardEvent, at now: MonotonicTime) {
        guard let id = event.statement, let statement = statements.removeValue(forKey: id) else {
            counters.ignoredAnswers += 1
            return
        }
        gates[statement].succeed()
        switch (statement, event) {
        case (.look(let asked), .versions(_, let read)): confirm(read, asked: asked, at: now)
        case (.ownership(let version), .ownership(_, let rows)): ownershipRead(rows, version: version, at: now)
        case (.takeOver(let slots, let control, let clock, let asked), .takenOver(_, let history)):
            takenOver(slots, control: control, history, reading: clock, asked: asked, at: now)
        case (.devices(let slots, let version), .devices(_, let profiles)):
            devicesLoaded(slots, profiles, version: version, at: now)
        case (.fetch(let id), .fetched(_, let batch)): fetched(id, batch, at: now)
        case (.reserve(let attempts, _), .reserved(_, let started, let verdicts)):
            reserved(attempts, started: started, verdicts, at: now)
        case (.settle(let items), .settled(_, let lanes, let busy, let faulty)):
            settled(items, lanes, busy: busy, faulty: faulty, at: now)
        case (.setAside(let items), .settled): setAside(items)
        case (.release(let items), .released(_, let claims)): released(items, claims, at: now)
        case (.abort(let items), .lostAborted(_, let claims)): lostAborted(items, claims, at: now)
        case (.reportFault(let faulty), .released(_, let claims)): released([faulty.item], claims, at: now)
        case (.giveUp(let slots), .gaveUp): gaveUp(slots, at: now)
        default: preconditionFailure("the shell answered a statement with another kind's answer")
        }
    }

    mutating func failed(_ id: StatementID, _ failure: StatementFailure, at now: MonotonicTime) {
        guard let statement = statements.removeValue(forKey: id) else {
            counters.ignoredAnswers += 1
            return
        }
        if case .refusedRow = failure, statement.isSplit {
            // The database works; the other rows need not wait for the search for this one.
            gates[statement].succeed()
            gates[statement].endRest()
        } else {
            gates[statement].fail(at: now)
        }
        switch statement {
        case .look: isLookWanted = true
        case .ownership, .devices: break
        case .takeOver(let slots, _, _, _): takeOverFailed(slots)
        case .fetch(let id): known.forget(id)
        case .reserve(let attempts, _): reserveFailed(attempts, failure, at: now)
        case .settle(let items): settleFailed(items, failure)
        case .setAside(let items): setAsideFailed(items, failure, at: now)
        case .release(let items): releaseFailed(items, failure, at: now)
        case .abort(let items): lostClaims.append(contentsOf: items)
        case .reportFault(let faulty): reportFailed(faulty, failure, at: now)
        case .giveUp(let slots): giveUpQueue.append(contentsOf: slots)
        }
    }
}

extension ShardEvent {
    /// The statement this answers, if it answers one.
    var statement: StatementID? {
        switch self {
        case .versions(let id, _), .ownership(let id, _), .takenOver(let id, _), .devices(let id, _),
            .fetched(let id, _), .reserved(let id, _, _), .settled(let id, _, _, _), .released(let id, _),
            .lostAborted(let id, _), .gaveUp(let id), .failed(let id, _):
            id
        case .batch, .beacon, .connected, .renewed, .leaseLost, .sendEnded, .polled, .tick, .stop: nil
        }
    }
}
