extension NATSConnection {
    private static let subscribeAgainAfter: Duration = .milliseconds(500)

    /// Hands each message of `subject` to `body`, one after the other, until the task is cancelled. A subscription that
    /// cannot be made, or that ends with its connection, is made again.
    ///
    /// - Parameters:
    ///   - capacity: messages that may wait for `body`; more are dropped and counted in ``statistics()``.
    ///   - onAttempt: is told how each subscribing went.
    public func follow(
        _ subject: String, mailbox capacity: Int = 1_024,
        onAttempt: (Result<Void, any Error>) -> Void = { _ in },
        _ body: (NATSMessage) async -> Void
    ) async {
        while !Task.isCancelled {
            do {
                try await withSubscription(subject, mailbox: capacity) { messages in
                    onAttempt(.success(()))
                    for await message in messages { await body(message) }
                }
            } catch {
                if !Task.isCancelled { onAttempt(.failure(error)) }
            }
            // Cancellation ends the sleep early, and the loop with it.
            try? await Task.sleep(for: Self.subscribeAgainAfter)
        }
    }
}
