import Synchronization

/// How many calls of the API were answered since the process started.
final class ServedRequests: Sendable {
    private let counter = Atomic<UInt64>(0)

    var count: UInt64 { counter.load(ordering: .relaxed) }

    func increment() { counter.add(1, ordering: .relaxed) }
}
