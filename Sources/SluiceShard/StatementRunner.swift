internal import Logging
internal import PostgresDriver
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceStore
internal import SluiceTelemetry

/// Carries out the machine's statements and puts the answers into the inbox, one for each.
struct StatementRunner: Sendable {
    let store: any ShardStore
    let incarnation: Incarnation
    let lookback: Duration
    let clock: SystemClock
    let inbox: Inbox
    let metrics: ShardMetrics
    let diskFull: DiskFullMemory
    let logger: Logger

    func readVersions(_ id: StatementID) async {
        await answer(id, .versions) { .versions(id, try await store.versions()) }
    }

    func readOwnership(_ id: StatementID) async {
        await answer(id, .ownership) { .ownership(id, try await store.ownedSlots(incarnation)) }
    }

    func takeOver(_ id: StatementID, _ slots: [SlotOwnership]) async {
        await answer(id, .takeOver) {
            let sent = clock.now()
            // A statement of its own, after the ownership is ours: what a device is now, not what it was. Before the
            // history: a cap key that a device is given in between is not among these, and is taken over next.
            let devices = try await store.devices(in: slots.map(\.slot))
            Failpoints.before(.takeOver)
            let found = try await store.takeOver(slots, by: incarnation, lookback: lookback)
            Failpoints.after(.takeOver)
            logger.notice(
                "slots taken over",
                metadata: [
                    "count": "\(slots.count)", "devices_count": "\(devices.count)",
                    "charges_count": "\(found.charges.count)", "orphans_count": "\(found.orphans)",
                    "took_ms": "\((clock.now() - sent).wholeMicroseconds / 1_000)",
                ])
            return .takenOver(
                id,
                SlotHistory(
                    charges: found.charges, devices: devices, lanes: found.lanes, lookback: lookback,
                    readAt: found.readAt, isClockInDoubt: found.isClockInDoubt))
        }
    }

    func loadDevices(_ id: StatementID, _ slots: [HashSlot]) async {
        await answer(id, .devices) { .devices(id, try await store.devices(in: slots)) }
    }

    func fetchBatch(_ id: StatementID, _ batch: BatchID) async {
        await answer(id, .fetch) { .fetched(id, try await store.openBatch(batch, of: incarnation)) }
    }

    func reserve(_ id: StatementID, _ requests: [ReserveRequest]) async {
        await answer(id, .reserve) {
            let started = clock.now()
            Failpoints.before(.reserve)
            let verdicts = try await store.reserve(requests, by: incarnation)
            Failpoints.after(.reserve)
            guard verdicts.count == requests.count else { throw StoreError.malformed("reserve: verdicts") }
            return .reserved(id, started: started, verdicts)
        }
    }

    func settle(_ id: StatementID, _ settlements: [Settlement]) async {
        await answer(id, .settle) {
            Failpoints.before(.settle)
            let result = try await store.settle(settlements)
            Failpoints.after(.settle)
            for settlement in result.faulty {
                logger.error(
                    "attempt not settled: the database refuses its contact's row",
                    metadata: ["message_id": "\(settlement.reservation.message)"])
            }
            return .settled(id, result.lanes, busy: result.busy, faulty: result.faulty)
        }
    }

    func setAside(_ id: StatementID, _ settlements: [Settlement]) async {
        await answer(id, .setAside) {
            try await store.setAside(settlements)
            for settlement in settlements {
                logger.warning(
                    "outcome left to the leader: its contact is locked or refused",
                    metadata: [
                        "message_id": "\(settlement.reservation.message)", "outcome": "\(settlement.outcome.name)",
                    ])
            }
            return .settled(id, [], busy: [])
        }
    }

    func release(_ id: StatementID, _ claims: [Claim]) async {
        await answer(id, .release) {
            .released(id, try await store.release(claims).map { ReleasedClaim(claim: $0.claim, due: $0.due) })
        }
    }

    func abortLost(_ id: StatementID, _ claims: [Claim]) async {
        await answer(id, .abortLost) {
            let aborted = try await store.abortLost(claims, by: incarnation)
            return .lostAborted(id, aborted.map { ReleasedClaim(claim: $0.claim, due: $0.due) })
        }
    }

    func reportFault(_ id: StatementID, _ claim: Claim, _ fault: RowFault) async {
        await answer(id, .reportFault) {
            logger.error(
                "contact not reserved: the database refuses its row",
                metadata: ["contact_id": "\(claim.contact.rawValue)", "fault": "\(fault.text)"])
            let released = try await store.reportFault(fault, of: claim)
            return .released(id, released.map { [$0] } ?? [])
        }
    }

    func giveUp(_ id: StatementID, _ slots: [SlotOwnership]) async {
        await answer(id, .giveUp) {
            Failpoints.before(.handOver)
            try await store.giveUp(slots, by: incarnation)
            Failpoints.after(.handOver)
            logger.notice("slots given up", metadata: ["count": "\(slots.count)"])
            return .gaveUp(id)
        }
    }

    func record(_ device: DeviceID, _ condition: DeviceCondition, detail: String) async {
        do {
            try await store.record(condition, detail: detail, of: device)
        } catch {
            logger.warning(
                "device condition not recorded", metadata: ["device_id": "\(device.rawValue)", "error": "\(error)"])
        }
    }

    private func answer(_ id: StatementID, _ name: StatementName, _ body: () async throws -> ShardEvent) async {
        let start = clock.now()
        do {
            let event = try await body()
            metrics.statement(name, took: clock.now() - start, succeeded: true)
            inbox.put(.event(event))
        } catch {
            metrics.statement(name, took: clock.now() - start, succeeded: false)
            diskFull.note(error, at: clock.now())
            logger.warning("statement failed", metadata: ["statement": "\(name.rawValue)", "error": "\(error)"])
            if case StoreError.leaseLost = error { inbox.put(.event(.leaseLost)) }
            inbox.put(.event(.failed(id, StatementFailure(error))))
        }
    }
}

extension StatementFailure {
    /// A row's fault when the error is one that a row causes. Refused only when the database certainly did nothing and
    /// would refuse the same again; every doubt is uncertain.
    init(_ error: any Error) {
        self = .uncertain
        guard let error = error as? StoreError else { return }
        switch error {
        case .leaseLost: self = .refused
        case .database(let error) where RowFault(error) != nil: self = RowFault(error).map(Self.refusedRow) ?? .refused
        case .database(let error) where !error.mayHaveTakenEffect && !error.isRetriable:
            switch error.kind {
            case .server, .invalidParameter: self = .refused
            default: break
            }
        case .database, .malformed, .termLost, .nameInUse, .schemaTooNew, .schemaTooOld: break
        }
    }
}
