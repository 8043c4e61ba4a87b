internal import PostgresDriver
public import SluiceCore
internal import Synchronization

/// When the database last refused one of this node's statements because its disk is full (53100).
///
/// Nobody probes: while there is work there are writes, and while there is none nothing is harmed.
public final class DiskFullMemory: Sendable {
    private static let kept: Duration = .seconds(60)
    private let last = Mutex<MonotonicTime?>(nil)

    public init() {}

    public func note(_ error: any Error, at now: MonotonicTime) {
        guard case StoreError.database(let cause) = error, cause.sqlState == "53100" else { return }
        last.withLock { $0 = now }
    }

    /// Whether that was within the last minute.
    public func isFresh(at now: MonotonicTime) -> Bool {
        last.withLock { $0.map { now - $0 < Self.kept } ?? false }
    }
}
