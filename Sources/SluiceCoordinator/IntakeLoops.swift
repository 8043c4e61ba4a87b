internal import Logging
internal import SluiceCore
internal import SluiceStore

/// What the leader does beside claiming: lead triggers become enrollments, completions take triggers off leads, and the
/// database's partitions are made and dropped. All of it rests while the node stands by.
struct IntakeLoops: Sendable {
    let parts: CoordinatorParts

    func run() async {
        let configuration = parts.configuration
        let chunk = AdaptiveChunk(most: configuration.enrollChunk)
        await withDiscardingTaskGroup { group in
            group.addTask {
                await loop("enrollment", on: parts.intake, every: configuration.intakeEvery) {
                    try await drain(parts.metrics.noteEnrolled) {
                        try await chunk.use { try await parts.store.enroll(limit: $0) }
                    }
                    try await drain(parts.metrics.noteEnrolled) {
                        try await parts.store.drainWakes(limit: configuration.wakeChunk)
                    }
                }
            }
            group.addTask {
                await loop(
                    "completion", on: parts.completions, every: configuration.intakeEvery,
                    spacing: configuration.completeSpacing
                ) {
                    try await drain(parts.metrics.noteCompleted) {
                        try await parts.store.complete(limit: configuration.completeChunk)
                    }
                }
            }
            group.addTask {
                await loop("upkeep", on: parts.upkeep, every: configuration.maintainEvery) {
                    try await parts.store.maintain(keepDays: configuration.ledgerDays)
                }
            }
        }
    }

    /// Does `work` when `signal` is raised and every so often, while this node leads.
    private func loop(
        _ name: String, on signal: Signal, every: Duration, spacing: Duration = .zero,
        _ work: @Sendable () async throws -> Void
    ) async {
        let outage = OutageLog(name, logger: parts.logger)
        let backoff = Backoff(first: .milliseconds(200), cap: .seconds(10))
        var failures = 0
        while !Task.isCancelled {
            _ = await signal.take(atMost: failures == 0 ? every : backoff.delay(afterFailures: failures))
            guard !Task.isCancelled, parts.lead.term != nil else {
                failures = 0
                continue
            }
            do {
                try await work()
                outage.worked()
                failures = 0
            } catch {
                guard !Task.isCancelled else { return }
                outage.failed(error)
                failures += 1
            }
            // Cancellation ends the sleep early, and the loop with it.
            if spacing > .zero { try? await Task.sleep(for: spacing) }
        }
    }

    /// Repeats one chunk until the table is drained, and tells the machine which lanes have become due after each.
    private func drain(_ count: (Int) -> Void, _ chunk: () async throws -> IntakeResult) async throws {
        while parts.lead.term != nil {
            let result = try await chunk()
            count(result.processed)
            if !result.lanes.isEmpty { parts.inbox.send(.event(.lanesDue(result.lanes))) }
            guard result.more else { return }
            try Task.checkCancellation()
        }
    }
}
