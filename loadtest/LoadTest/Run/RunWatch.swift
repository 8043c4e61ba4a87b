/// Decides when a run is over.
struct RunWatch {
    /// Samples in a row without an answer of the simulator.
    private static let gapsAllowed = 10
    /// Seconds without a database or a shard node. What is restarted is back before.
    private static let silenceAllowed = 30.0

    let scenario: Scenario
    /// Nil where the disk is another machine's.
    let dataPath: String?
    let record: RunRecord
    let interruption: Interruption

    /// Returns when the record has an ending.
    func untilOver(from start: ContinuousClock.Instant) async throws {
        while true {
            if let ending = ending(after: start.duration(to: .now) / .seconds(1)) { record.end(ending) }
            if record.state.ending != nil { return }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func ending(after seconds: Double) -> RunEnding? {
        if interruption.isRequested { return .interrupted }
        if seconds >= scenario.duration { return .timeUp }
        let samples = record.state.samples
        if scenario.triggers.rate == 0, let accepted = samples.last?.gateway?.accepted, accepted >= scenario.dueAtStart
        {
            return .drained
        }
        if samples.count >= Self.gapsAllowed, samples.suffix(Self.gapsAllowed).allSatisfy({ $0.gateway == nil }) {
            return .gatewayGone
        }
        if let silence = silence(of: samples), silence >= Self.silenceAllowed { return .clusterGone }
        return dataPath.flatMap { RunEnding.diskFull(in: $0) }
    }

    /// Seconds since the database last answered and said that a shard node is alive.
    private func silence(of samples: [Sample]) -> Double? {
        guard let now = samples.last?.seconds else { return nil }
        return now - (samples.last { $0.database.map { $0.liveShards != 0 } ?? false }?.seconds ?? 0)
    }
}
