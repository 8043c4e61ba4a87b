internal import Logging
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceStore
internal import SluiceTelemetry

/// What the leader does beside claiming: lead triggers become enrollments, contacts at a branch move on, completions
/// take triggers off leads, contacts leave devices that are out of service, and the database's partitions are made and
/// dropped. All of it rests while the node stands by.
struct IntakeLoops: Sendable {
    let parts: CoordinatorParts

    func run() async {
        let configuration = parts.configuration
        let chunk = AdaptiveChunk(most: configuration.enrollChunk)
        await withDiscardingTaskGroup { group in
            group.addTask {
                await loop(
                    "enrollment", on: parts.intake, every: configuration.intakeEvery,
                    resting: configuration.enrollCycle
                ) {
                    try await drain(parts.metrics.noteEnrolled, at: .enroll, then: noteBacklog) {
                        try await chunk.use { try await parts.store.enroll(limit: $0) }
                    }
                }
            }
            group.addTask {
                await loop("wake-up", on: parts.wakes, every: configuration.intakeEvery) {
                    try await drain(parts.metrics.noteEnrolled) {
                        try await parts.store.drainWakes(limit: configuration.wakeChunk)
                    }
                }
            }
            group.addTask {
                await loop(
                    "completion", on: parts.completions, every: configuration.intakeEvery,
                    spacing: configuration.settledSpacing
                ) {
                    try await drain(parts.metrics.noteCompleted, at: .complete) {
                        try await parts.store.complete(limit: configuration.completeChunk)
                    }
                }
            }
            group.addTask {
                await loop(
                    "branches", on: parts.branches, every: configuration.intakeEvery,
                    spacing: configuration.settledSpacing
                ) {
                    try await decide()
                }
            }
            group.addTask {
                await loop(
                    "relocation", on: parts.relocation, every: configuration.relocateEvery, spacing: .seconds(1)
                ) {
                    try await drain(noteRelocated) {
                        try await parts.store.relocate(limit: configuration.relocateChunk)
                    }
                }
            }
            group.addTask { await WorkLoops(loops: self).run() }
            group.addTask {
                await loop("upkeep", on: parts.upkeep, every: configuration.maintainEvery) {
                    try await parts.store.maintain(keepDays: configuration.ledgerDays)
                }
            }
        }
    }

    /// Decides what is due, and stays while something will be due before the next look.
    private func decide() async throws {
        let configuration = parts.configuration
        while parts.lead.term != nil, !Task.isCancelled {
            try await drain(noteDecided, at: .decide) {
                try await parts.store.decideBranches(limit: configuration.decideChunk)
            }
            // What is due and could not be decided is somebody's to let go: it is tried with the next look.
            guard let next = try await parts.store.untilNextBranch(), .zero < next, next < configuration.intakeEvery
            else { return }
            _ = await parts.branches.take(atMost: next)
            try await Task.sleep(for: min(next, configuration.settledSpacing))
        }
    }

    /// A branch may have led to the end of a sequence.
    private func noteDecided(_ contacts: Int) {
        parts.metrics.noteDecided(contacts)
        if contacts > 0 { parts.completions.raise() }
    }

    private func noteRelocated(_ contacts: Int) {
        guard contacts > 0 else { return }
        parts.metrics.noteRelocated(contacts)
        parts.logger.notice(
            "contacts left devices that cannot send, or returned", metadata: ["count": "\(contacts)"])
    }

    /// Does `work` when `signal` is raised and every so often (nil: only then), while this node leads. After it comes the
    /// `spacing`, or, when it was done, the rest of its `cycle` where that is longer: failures have a back-off of their
    /// own.
    func loop(
        _ name: String, on signal: Signal, every: Duration?, spacing: Duration = .zero, resting cycle: DutyCycle? = nil,
        _ work: @Sendable () async throws -> Void
    ) async {
        let outage = OutageLog(name, logger: parts.logger)
        var pace = LoopPace(every: every)
        while !Task.isCancelled {
            await pace.wait(for: signal)
            guard !Task.isCancelled, parts.lead.term != nil else {
                pace.worked()
                continue
            }
            let start = parts.now
            var rest = spacing
            do {
                try await work()
                outage.worked()
                pace.worked()
                if let cycle { rest = max(rest, cycle.rest(after: parts.now - start)) }
            } catch {
                guard !Task.isCancelled else { return }
                outage.failed(error)
                parts.diskFull.note(error, at: parts.now)
                pace.failed()
            }
            // Nothing but cancellation makes it throw, and that the loop sees for itself.
            if rest > .zero { try? await Task.sleep(for: rest) }
        }
    }

    /// Counts only while there is a backlog: an intake that is worked off at once costs no statement for it.
    private func noteBacklog(_ result: IntakeResult) async throws {
        parts.lead.note(intakeBacklog: result.more ? try await parts.store.intakeBacklog() : 0)
    }

    /// Repeats one chunk until the table is drained, and tells the machine which lanes have become due after each.
    func drain(
        _ count: (Int) -> Void, at step: ProtocolStep? = nil,
        then look: (IntakeResult) async throws -> Void = { _ in },
        _ chunk: () async throws -> IntakeResult
    ) async throws {
        while parts.lead.term != nil {
            if let step { Failpoints.before(step) }
            let result = try await chunk()
            if let step, result.processed > 0 { Failpoints.after(step) }
            count(result.processed)
            if !result.lanes.isEmpty { parts.inbox.send(.event(.lanesDue(result.lanes))) }
            try await look(result)
            guard result.more else { return }
            try Task.checkCancellation()
        }
    }
}
