import Dispatch

/// The one thread at a time on which a connection's blocking libnats calls run.
///
/// Work is done in the order it was given. The queue is as long as there are callers waiting, each for one piece of
/// work.
final class BlockingLane: Sendable {
    private let queue = DispatchQueue(label: "nats-driver.lane")

    /// Runs `work`, which must be bounded by libnats' own timeouts, and waits for it even when the task is cancelled.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    /// The same for work that cannot fail.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }

    /// Runs `work`, but stops waiting after `limit` or when the task is cancelled.
    /// - Parameter discard: called with a result that came too late, so that what it owns is released.
    func run<Value: Sendable>(
        within limit: Duration, else timeout: NATSError,
        _ work: @escaping @Sendable () throws -> Value,
        discard: @escaping @Sendable (Value) -> Void
    ) async throws -> Value {
        let promise = Promise<Value>()
        queue.async {
            let result = Result { try work() }
            if !promise.complete(result), case .success(let value) = result { discard(value) }
        }
        return try await withDeadline(limit, else: timeout) { try await promise.value(discard: discard) }
    }

    /// Runs `work` some time later; for clean-up nobody waits for.
    func enqueue(_ work: @escaping @Sendable () -> Void) {
        queue.async(execute: work)
    }
}
