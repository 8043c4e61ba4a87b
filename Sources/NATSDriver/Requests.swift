extension NATSConnection {
    /// Asks and waits for the first answer.
    /// - Throws: `NATSError` (`timedOut`, `noResponders`, `closed`, or what `publish` throws), `CancellationError`.
    public func request(_ subject: String, payload: [UInt8] = [], timeout: Duration) async throws -> NATSMessage {
        let (replies, isUnheard) = try await exchange(subject, payload, within: timeout, max: 1)
        if let reply = replies.first { return reply }
        throw handle.translation.error(
            isUnheard ? .noResponders : inbox.isFinished ? .closed : .timedOut, operation: "request", detail: subject)
    }

    /// Asks everybody who listens on `subject` and collects the answers that come within `duration`.
    /// - Parameter max: ends the wait as soon as there are so many answers; at least 1.
    /// - Returns: the answers in order of arrival; none when nobody listens.
    /// - Throws: `NATSError` (`closed`, or what `publish` throws), `CancellationError`.
    public func requestMany(
        _ subject: String, payload: [UInt8] = [], collectFor duration: Duration, max: Int
    ) async throws -> [NATSMessage] {
        let (replies, _) = try await exchange(subject, payload, within: duration, max: max)
        if replies.isEmpty, inbox.isFinished {
            throw handle.translation.error(.closed, operation: "request", detail: subject)
        }
        return replies
    }

    private func exchange(
        _ subject: String, _ payload: [UInt8], within duration: Duration, max: Int
    ) async throws -> (replies: [NATSMessage], isUnheard: Bool) {
        guard duration > .zero, max > 0 else {
            throw handle.translation.error(
                .invalidOptions, operation: "request", detail: "timeout and number of answers must be positive")
        }
        guard let pending = inbox.open(capacity: max) else {
            throw handle.translation.error(.tooManyRequests, operation: "request", detail: subject)
        }
        let replies: [NATSMessage]
        do {
            try handle.publish(subject, payload, reply: pending.replySubject)
            replies = await pending.replies.collect(max, within: duration)
            try Task.checkCancellation()
        } catch {
            inbox.close(pending)
            throw error
        }
        return (replies, inbox.close(pending))
    }
}

extension Mailbox {
    /// Up to `max` messages, or those that came before `duration` was over, the mailbox finished or the task was
    /// cancelled.
    func collect(_ max: Int, within duration: Duration) async -> [NATSMessage] {
        await withTaskGroup(of: [NATSMessage]?.self) { group in
            group.addTask {
                var collected: [NATSMessage] = []
                while collected.count < max, let message = await self.next() { collected.append(message) }
                return collected
            }
            group.addTask {
                // A sleep that was cancelled has ended for the same purpose as one that was slept out.
                try? await Task.sleep(for: duration)
                return nil
            }
            var collected: [NATSMessage] = []
            for await result in group {
                group.cancelAll()
                if let result { collected = result }
            }
            return collected
        }
    }
}
