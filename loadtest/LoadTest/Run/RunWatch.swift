internal import Glibc

/// Decides when a run is over.
struct RunWatch {
    /// Below this PostgreSQL may stop in mid-write any moment.
    private static let leastFreeBytes: UInt64 = 64 << 20
    /// Samples in a row without an answer of the simulator.
    private static let gapsAllowed = 10

    let scenario: Scenario
    let dataPath: String
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
        if let free = freeBytes, free < Self.leastFreeBytes { return .diskFull(freeMegabytes: Int(free >> 20)) }
        return nil
    }

    /// Nil when the file system does not say.
    private var freeBytes: UInt64? {
        var status = statvfs()
        guard statvfs(dataPath, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
