import Synchronization

/// One value, made on one thread and awaited by one task that may give up first.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        /// Nobody waits and nothing is there. Next: any other.
        case initial
        /// Next: abandoned or, by completion, settled.
        case waiting(CheckedContinuation<Value, any Error>)
        /// The value waits for its reader. Next: settled.
        case completed(Result<Value, any Error>)
        /// The waiting task was cancelled; a value that comes now has no owner. Final.
        case abandoned
        /// The value was handed over. Final.
        case settled
    }

    private let state = Mutex(State.initial)

    /// - Returns: false when nobody wants the value any more, so the caller still owns it.
    func complete(_ result: Result<Value, any Error>) -> Bool {
        let (isWanted, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, any Error>?) in
            switch state {
            case .initial:
                state = .completed(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .settled
                return (true, continuation)
            case .abandoned, .completed, .settled:
                return (false, nil)
            }
        }
        waiter?.resume(with: result)
        return isWanted
    }

    /// Waits for the value.
    /// - Parameter discard: receives a value that was there already when the task turned out to be cancelled.
    /// - Throws: what the promise was completed with, or `CancellationError`.
    func value(discard: @Sendable (Value) -> Void) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Value, any Error>? = state.withLock { state in
                    switch state {
                    case .initial:
                        state = .waiting(continuation)
                        return nil
                    case .completed(let result):
                        state = .settled
                        return result
                    case .abandoned, .settled:
                        return .failure(CancellationError())
                    case .waiting:
                        preconditionFailure("a promise has one reader")
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            abandon(discard: discard)
        }
    }

    private func abandon(discard: (Value) -> Void) {
        let (waiter, unread) = state.withLock {
            state -> (CheckedContinuation<Value, any Error>?, Result<Value, any Error>?) in
            switch state {
            case .initial:
                state = .abandoned
                return (nil, nil)
            case .waiting(let continuation):
                state = .abandoned
                return (continuation, nil)
            case .completed(let result):
                state = .abandoned
                return (nil, result)
            case .abandoned, .settled:
                return (nil, nil)
            }
        }
        waiter?.resume(throwing: CancellationError())
        if case .success(let value) = unread { discard(value) }
    }
}
