/// Runs `body` and cancels it after `duration`. Whoever is slower than that keeps others from being served.
///
/// The NATS driver has the same for its own errors, and keeps it to itself: it knows nothing of Sluice, and whoever serves HTTP
/// should need no NATS for a deadline.
/// - Throws: what `body` throws, or `timeout` when the time was over first.
func withDeadline<Value: Sendable>(
    _ duration: Duration, else timeout: APIError, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: duration)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw timeout }
        return value
    }
}
