public import FoundationEssentials
internal import PostgresDriver
internal import SluiceStore

/// What `sluice sequences retime` did, or would do.
public struct RetimeReport: Codable, Hashable, Sendable {
    public var isDryRun: Bool
    /// Contacts that wait for another time now.
    public var changed = 0
    /// Contacts whose time was right already.
    public var unchanged = 0
    /// Contacts that keep their time because the send ledger does not hold their last message any more.
    public var unrecorded = 0
    /// The earliest of the new due times; nil when none changed.
    public var earliestDue: Date?
}

extension OperatorSession {
    /// Recomputes when the waiting contacts of a sequence are due, by its steps as they are now
    /// (``SequenceRetiming``). In chunks, each its own transaction with its line in the audit log: nobody waits for the
    /// whole, and one that is interrupted is finished by another one.
    public func retimeSequence(
        _ given: String, isDryRun: Bool, progress: (_ changed: Int) -> Void = { _ in }
    ) async throws -> RetimeReport {
        let id = try await SequenceLookup.find(given, on: database)
        var report = RetimeReport(isDryRun: isDryRun)
        var cursor = ""
        while true {
            let chunk =
                isDryRun
                ? try await SequenceRetiming(database).retime(id, after: cursor, isDryRun: true)
                : try await retimeChunk(id, after: cursor)
            report.changed += chunk.changed
            report.unchanged += chunk.unchanged
            report.unrecorded += chunk.unrecorded
            if let earliest = chunk.earliest.map({ Date(microseconds: $0.microsecondsSinceEpoch) }) {
                report.earliestDue = min(report.earliestDue ?? earliest, earliest)
            }
            cursor = chunk.cursor
            progress(report.changed)
            if chunk.isLast { return report }
        }
    }

    private func retimeChunk(_ id: UUID, after cursor: String) async throws -> SequenceRetiming.Chunk {
        try await change(deadline: .seconds(30)) { change in
            let chunk = try await SequenceRetiming(change.transaction).retime(id, after: cursor, isDryRun: false)
            if chunk.changed > 0 {
                try await change.record("sequences.retime", target: id.text, after: ["contacts": chunk.changed])
            }
            return chunk
        }
    }
}
