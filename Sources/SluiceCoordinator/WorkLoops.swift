internal import SluiceCore
internal import SluiceStore

/// The leader's areas of work, each in a loop of its own: a campaign of a million holds up no trigger. One look says
/// which areas have anything to do, so that the others cost nothing: their loops rest until they are woken.
struct WorkLoops: Sendable {
    let loops: IntakeLoops

    private var parts: CoordinatorParts { loops.parts }

    func run() async {
        let configuration = parts.configuration
        await withDiscardingTaskGroup { group in
            group.addTask {
                await loops.loop("work", on: parts.work, every: configuration.intakeEvery) {
                    // Stays while something will be due before the next look.
                    while let next = try await look(), next < configuration.intakeEvery, parts.lead.term != nil {
                        _ = await parts.work.take(atMost: max(next, .milliseconds(1)))
                        try Task.checkCancellation()
                    }
                }
            }
            group.addTask {
                await loops.loop(
                    "settled work", on: parts.settledWork, every: nil,
                    spacing: configuration.settledSpacing
                ) {
                    _ = try await look()
                }
            }
            for (area, signal) in parts.areas {
                let chunk = AdaptiveChunk(
                    most: area == .campaign ? configuration.campaignChunk : configuration.workChunk)
                group.addTask {
                    await loops.loop("\(area.rawValue) work", on: signal, every: nil) {
                        try await loops.drain(parts.metrics.noteEnrolled) {
                            try await chunk.use { try await parts.store.work(area, limit: $0) }
                        }
                    }
                }
            }
            group.addTask {
                await loops.loop(
                    "counts", on: parts.counts, every: nil, spacing: configuration.countsSpacing,
                    resting: configuration.countsCycle
                ) {
                    try await parts.store.foldCounts()
                }
            }
        }
    }

    /// Wakes the loops that have work. Says when something that was put off is due.
    private func look() async throws -> Duration? {
        let waiting = try await parts.store.waitingWork()
        for area in WorkArea.allCases where waiting.areas.contains(area) { parts.areas[area]?.raise() }
        if waiting.hasCounts { parts.counts.raise() }
        return waiting.next
    }
}
