import Synchronization

/// A bounded queue between libnats' delivery thread and one Swift consumer.
///
/// States: open (holds messages or one waiting consumer, never both) → finished (what is left can still be read).
/// A full mailbox refuses the newest message and counts it, so that a slow consumer sees the oldest messages in order.
final class Mailbox: Sendable {
    fileprivate struct State {
        /// A ring that grows up to `capacity`; `head` is the oldest message.
        var ring: [NATSMessage?] = []
        var head = 0
        var count = 0
        var bytes = 0
        var dropped = 0
        var isFinished = false
        var consumer: CheckedContinuation<NATSMessage?, Never>?
    }

    enum Outcome {
        case taken
        /// Refused and counted.
        case full
        /// Refused; nobody reads any more.
        case finished
    }

    private let capacity: Int
    private let byteLimit: Int
    private let state = Mutex(State())

    init(capacity: Int, byteLimit: Int = NATSLimits.mailboxBytes) {
        self.capacity = capacity
        self.byteLimit = byteLimit
    }

    /// Messages refused because the mailbox was full.
    var dropped: Int { state.withLock { $0.dropped } }

    func offer(_ message: NATSMessage) -> Outcome {
        let (outcome, consumer) = state.withLock { state -> (Outcome, CheckedContinuation<NATSMessage?, Never>?) in
            if state.isFinished { return (.finished, nil) }
            if let consumer = state.takeConsumer() { return (.taken, consumer) }
            guard state.count < capacity, state.bytes + message.payload.count <= byteLimit else {
                state.dropped += 1
                return (.full, nil)
            }
            state.append(message, upTo: capacity)
            return (.taken, nil)
        }
        consumer?.resume(returning: message)
        return outcome
    }

    /// No message is taken any more; the consumer gets what is left and then nil.
    func finish() {
        let consumer = state.withLock { state in
            state.isFinished = true
            return state.takeConsumer()
        }
        consumer?.resume(returning: nil)
    }

    /// The oldest message; nil once the mailbox is finished and empty, or when the task is cancelled.
    func next() async -> NATSMessage? {
        if Task.isCancelled { return nil }
        // Without this the common case, a message that is there, would pay for a continuation.
        if let message = state.withLock({ $0.popFirst() }) { return message }
        return await waitForNext()
    }

    private func waitForNext() async -> NATSMessage? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: NATSMessage?? = state.withLock { state in
                    // Read inside the lock: a cancellation from here on finds the consumer registered.
                    if Task.isCancelled { return .some(nil) }
                    if let message = state.popFirst() { return message }
                    if state.isFinished { return .some(nil) }
                    precondition(state.consumer == nil, "two tasks read one NATS subscription")
                    state.consumer = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.takeConsumer() }?.resume(returning: nil)
        }
    }
}

extension Mailbox.State {
    fileprivate mutating func append(_ message: NATSMessage, upTo capacity: Int) {
        if count == ring.count {
            // Straighten the ring before it grows; each message is moved O(1) times on average.
            let grown = min(capacity, max(16, ring.count * 2))
            ring = Array(ring[head...] + ring[..<head]) + Array(repeating: nil, count: grown - ring.count)
            head = 0
        }
        ring[(head + count) % ring.count] = message
        count += 1
        bytes += message.payload.count
    }

    fileprivate mutating func popFirst() -> NATSMessage? {
        guard count > 0, let message = ring[head] else { return nil }
        ring[head] = nil
        head = (head + 1) % ring.count
        count -= 1
        bytes -= message.payload.count
        return message
    }

    fileprivate mutating func takeConsumer() -> CheckedContinuation<NATSMessage?, Never>? {
        defer { consumer = nil }
        return consumer
    }
}
