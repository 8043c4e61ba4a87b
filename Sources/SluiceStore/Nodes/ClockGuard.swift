public import SluiceCore
internal import Synchronization

/// Sees to it that a node acts on no renewal that shows a step of the database's clock before the step is written down.
///
/// One per process, not per incarnation: a clock that goes ahead ends every lease, and only what the node remembers
/// from before says that it did.
public final class ClockGuard: Sendable {
    private let node: String
    private let watch = Mutex(ClockWatch())

    /// - Parameter node: the node's name.
    public init(node: String) { self.node = node }

    /// - Parameters:
    ///   - reading: of a renewal, with our times by a clock that runs on while the host sleeps.
    ///   - write: makes a step durable.
    /// - Returns: the step that was written down now. Throws when it could not be; the renewal then counts as failed.
    public func check(
        _ reading: ClockReading, write: (_ parting: Duration, _ node: String) async throws -> Void
    ) async throws -> Duration? {
        guard let parting = watch.withLock({ $0.note(reading) }) else { return nil }
        try await write(parting, node)
        watch.withLock { $0.written() }
        return parting
    }
}
