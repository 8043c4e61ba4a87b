internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceStore
internal import SluiceTelemetry

/// Keeps the node's lease and, when it is free, takes the lead; tells everybody once a second who leads, and at once
/// when slots move or an operator changed something.
struct RenewalLoop: Sendable {
    let parts: CoordinatorParts
    private let outage: OutageLog

    init(parts: CoordinatorParts) {
        self.parts = parts
        outage = OutageLog("lease renewal", logger: parts.logger)
    }

    /// Returns when the lease is lost or the task is cancelled.
    func run() async {
        await LeaseCycle(timers: parts.configuration.timers, now: { parts.now }).run(pausing: pause, renew)
    }

    /// A device whose slot moves sends nothing until its new owner has read that it is: not a second later.
    private func pause(_ time: Duration) async {
        // A shard that leaves gives up slot by slot: of a burst, each renewal tells what has come together. What the
        // leader gave away itself has come together already.
        let spacing = min(time, CoordinatorBounds.renewalSpacing)
        guard await parts.assigned.take(atMost: spacing).isEmpty else { return }
        _ = await parts.versions.take(atMost: time - spacing)
    }

    private func renew(at start: MonotonicTime) async -> LeaseCycle.Attempt {
        var attempt = LeaseCycle.Attempt.renewed
        do {
            if parts.lead.takeCutOff(), let term = parts.lead.term {
                parts.lead.end(term)
                parts.inbox.send(.event(.lostLead(term)))
            }
            let sent = parts.nowAwakeOrAsleep
            Failpoints.before(.renew)
            let renewal = try await parts.store.renew(parts.incarnation, leading: parts.lead.term)
            Failpoints.after(.renew)
            try await checkClock(renewal.databaseNow, sent: sent)
            guard note(renewal, startedAt: start) else { return .over }
            outage.worked()
        } catch StoreError.leaseLost {
            parts.logger.warning("lease lost; starting anew")
            return .over
        } catch {
            guard !Task.isCancelled else { return .over }
            outage.failed(error)
            parts.diskFull.note(error, at: parts.now)
            parts.lead.noteCutOff()
            attempt = .failed
        }
        guard parts.lead.isTrusted(at: parts.now) else {
            parts.logger.warning("the lease could not be renewed in time; starting anew")
            return .over
        }
        return attempt
    }

    /// Throws when the database's clock has stepped and that could not be written down.
    private func checkClock(_ database: DatabaseTime, sent: MonotonicTime) async throws {
        let reading = ClockReading(database: database, sent: sent, received: parts.nowAwakeOrAsleep)
        let parting = try await parts.clockGuard.check(reading) { [store = parts.store] in
            try await store.noteClockStep(of: $0, seenBy: $1)
        }
        guard let parting else { return }
        parts.logger.error("the database's clock has stepped", metadata: ["seconds": "\(parting / .seconds(1))"])
    }

    /// False when the answer came too late.
    private func note(_ renewal: LeadRenewal, startedAt start: MonotonicTime) -> Bool {
        let now = parts.now
        guard let change = parts.lead.renew(renewal, startedAt: start, at: now) else {
            parts.logger.warning("a renewal was answered too late; starting anew")
            return false
        }
        let reading = ClockReading(database: renewal.databaseNow, sent: start, received: now)
        parts.inbox.send(
            .event(
                .renewed(reading, assignmentVersion: renewal.assignmentVersion, control: renewal.control)))
        switch change {
        case .none: break
        case .gained(let term):
            Failpoints.before(.lead)
            parts.logger.notice("leading", metadata: ["term": "\(term.rawValue)"])
            parts.inbox.send(.event(.becameLeader(term)))
            for signal in [
                parts.intake, parts.wakes, parts.completions, parts.branches, parts.relocation, parts.upkeep,
                parts.work,
            ] {
                signal.raise()
            }
        case .lost(let term):
            parts.logger.notice("not leading any more", metadata: ["term": "\(term.rawValue)"])
            parts.inbox.send(.event(.lostLead(term)))
        }
        parts.metrics.showLeading(parts.lead.term != nil)
        if let term = parts.lead.term { parts.sendBeacon(term, renewal) }
        if case .gained = change { Failpoints.after(.lead) }
        return true
    }
}
