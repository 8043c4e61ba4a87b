internal import SluiceCore
internal import SluiceStore

/// Statements of shards: each commits at one instant.
extension Cluster {
    mutating func commit(_ action: ShardAction, of life: Int, sent: Int64, isAnswered: Bool) {
        guard !isDatabaseDead else {
            if isAnswered, let id = action.statement {
                plan(.toShard(life: life, .failed(id, .uncertain)), after: delay(200...6_000))
            }
            return
        }
        let answer: ShardEvent?
        do throws(StatementError) {
            answer = try self.answer(to: action, of: life, sent: sent)
        } catch {
            answer = action.statement.map { .failed($0, error.failure) }
        }
        noteCommit(isDurable: action.isDurable)
        guard isAnswered, let answer else { return }
        journal.heard(answer, to: action)
        plan(.toShard(life: life, answer), after: delay(200...6_000))
    }

    private mutating func answer(
        to action: ShardAction, of life: Int, sent: Int64
    ) throws(StatementError) -> ShardEvent? {
        let incarnation = shardLives[life].incarnation
        let database = databaseNow
        switch action {
        case .readVersions(let id): return .versions(id, store.versions)
        case .readOwnership(let id): return .ownership(id, store.ownedSlots(incarnation))
        case .takeOver(let id, let slots):
            let lookback = settings.windows.lookback
            let devices = store.devices(in: slots.map(\.slot))
            let found = store.takeOver(slots, lookback: lookback, at: database)
            return .takenOver(
                id,
                SlotHistory(
                    charges: found.charges, devices: devices, lanes: found.lanes, lookback: lookback,
                    readAt: found.readAt, isClockInDoubt: found.isClockInDoubt))
        case .loadDevices(let id, let slots): return .devices(id, store.devices(in: slots))
        case .fetchBatch(let id, let batch): return .fetched(id, store.openBatch(batch, of: incarnation, at: database))
        case .reserve(let id, let requests):
            let started = shards[shardLives[life].node].clock.reading(at: sent)
            return .reserved(id, started: started, try store.reserve(requests, by: incarnation, at: database))
        case .settle(let id, let settlements):
            let result = store.settle(settlements, at: database)
            return .settled(id, result.lanes, busy: result.busy, faulty: result.faulty)
        case .setAside(let id, let settlements):
            store.setAside(settlements)
            return .settled(id, [], busy: [])
        case .release(let id, let claims): return .released(id, try store.release(claims))
        case .abortLost(let id, let claims): return .lostAborted(id, try store.abortLost(claims, at: database))
        case .reportFault(let id, let claim, let fault):
            return .released(id, try store.reportFault(fault, of: claim, at: database).map { [$0] } ?? [])
        case .giveUp(let id, let slots):
            store.giveUp(slots, by: incarnation, at: database)
            return .gaveUp(id)
        case .record(let device, let condition, _):
            store.record(condition, of: device)
            return nil
        case .send, .pollState, .publish, .restart, .finished: return nil
        }
    }
}

extension StatementError {
    /// What the machine is told.
    fileprivate var failure: StatementFailure {
        switch self {
        case .refusedRow(let fault): .refusedRow(fault)
        case .leaseLost, .termLost, .nameInUse: .refused
        case .uncertain: .uncertain
        }
    }
}

extension ShardAction {
    /// Whether its commit waits for the disk.
    fileprivate var isDurable: Bool {
        switch self {
        case .takeOver, .reserve, .settle, .setAside, .release, .abortLost, .reportFault, .giveUp: true
        default: false
        }
    }

    /// The statement that has to be answered.
    var statement: StatementID? {
        switch self {
        case .readVersions(let id), .readOwnership(let id), .takeOver(let id, _), .loadDevices(let id, _),
            .fetchBatch(let id, _), .reserve(let id, _), .settle(let id, _), .setAside(let id, _), .release(let id, _),
            .abortLost(let id, _), .reportFault(let id, _, _), .giveUp(let id, _):
            id
        case .record, .send, .pollState, .publish, .restart, .finished: nil
        }
    }
}
