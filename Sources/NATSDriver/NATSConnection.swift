/// A connection to one of several NATS servers, which is made again when it is lost.
///
/// ```swift
/// try await NATSConnection.withConnection(NATSOptions(url: "nats://127.0.0.1:4222")) { nats in
///     try await nats.withSubscription("orders.>") { messages in
///         try nats.publish("orders.new", payload: Array("hello".utf8))
///         for await message in messages { print(message.subject); break }
///     }
/// }
/// ```
///
/// Safe to use from any task. A connection that is released without `close` is closed without draining.
public final class NATSConnection: Sendable {
    let handle: ConnectionHandle
    let lane: BlockingLane
    let inbox: ReplyInbox
    private let options: NATSOptions

    private init(handle: ConnectionHandle, lane: BlockingLane, inbox: ReplyInbox, options: NATSOptions) {
        self.handle = handle
        self.lane = lane
        self.inbox = inbox
        self.options = options
    }

    deinit {
        lane.enqueue { [handle] in handle.destroy() }
    }

    /// Opens a connection for the time `body` runs and closes it, drained, whatever the outcome.
    public static func withConnection<Result>(
        _ options: NATSOptions, _ body: (NATSConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect(options)
        let result: Result
        do {
            result = try await body(connection)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
        return result
    }

    /// Opens a connection, within `connectTimeout` times (servers + 1).
    /// - Throws: `NATSError` of kinds `invalidOptions`, `cannotConnect`, `notAuthorized`, `tls`, `notNATS`;
    ///   `CancellationError`, and then an attempt that succeeds after all is undone.
    public static func connect(_ options: NATSOptions) async throws -> NATSConnection {
        let translation = try options.validated()
        let lane = BlockingLane()
        let late = translation.error(.cannotConnect, operation: "connect", detail: "no answer in time")
        let handle = try await lane.run(
            within: options.totalConnectTimeout, else: late,
            { try ConnectionHandle.open(options, translation: translation) },
            discard: { $0.destroy() })
        do {
            let inbox = try ReplyInbox(owner: options.inboxOwner)
            let context = SubscriptionContext(
                onMessage: { inbox.deliver($0, isNoResponders: $1) }, onComplete: { inbox.finish() })
            _ = try await lane.run { try handle.subscribe(inbox.subject, queueGroup: nil, context: context) }
            return NATSConnection(handle: handle, lane: lane, inbox: inbox, options: options)
        } catch {
            lane.enqueue { handle.destroy() }
            throw error
        }
    }

    /// Where the connection is in its life.
    public var state: NATSConnectionState { handle.events.current }

    /// The present state and the ones that follow, up to `closed`.
    public var stateUpdates: NATSStateUpdates { NATSStateUpdates(events: handle.events) }

    /// Puts a message into the write buffer; does not wait for the network, except while a stalled server blocks the
    /// socket (see `NATSOptions.writeDeadline`). Returning does not mean that anybody received it.
    /// - Throws: `NATSError`; `disconnected` and `stalled` are retriable.
    public func publish(_ subject: String, payload: [UInt8] = [], reply: String? = nil) throws(NATSError) {
        try handle.publish(subject, payload, reply: reply)
    }

    /// Waits until the server has read everything published before.
    public func flush(timeout: Duration = .seconds(2)) async throws {
        let late = handle.translation.error(.timedOut, operation: "flush")
        try await lane.run(
            within: timeout, else: late, { [handle] in try handle.flush(timeout) },
            discard: { _ in })
    }

    /// Subscribes for the time `body` runs. When `body` begins, the server knows the subscription if it is reachable;
    /// if not, it will after the reconnect.
    /// - Parameters:
    ///   - subject: may hold the wildcards `*` (one token) and `>` (the rest).
    ///   - queueGroup: of all subscriptions with one group each message goes to one.
    ///   - mailbox: messages kept for a slow reader, besides 64 MiB of payload; more are dropped and counted.
    /// - Throws: `NATSError` (`invalidSubject`, `invalidOptions`, `closed`), or what `body` throws.
    public func withSubscription<Result>(
        _ subject: String, queueGroup: String? = nil, mailbox capacity: Int = 1_024,
        _ body: (NATSMessages) async throws -> Result
    ) async throws -> Result {
        let (id, mailbox) = try await subscribe(subject, queueGroup: queueGroup, capacity: capacity)
        let result: Result
        do {
            result = try await body(NATSMessages(mailbox: mailbox))
        } catch {
            await unsubscribe(id, mailbox)
            throw error
        }
        await unsubscribe(id, mailbox)
        return result
    }

    /// Counters since the connection was opened.
    public func statistics() async -> NATSStatistics {
        await onLane { $0.statistics() }
    }

    /// The server in use, as `nats://host:port`; nil while there is none.
    public func connectedServer() async -> String? {
        await onLane { $0.connectedServer() }
    }

    /// Lets subscriptions work off what they have received, sends what is buffered and closes, within
    /// `drainTimeout` plus what libnats needs to leave a running attempt to connect. Without a connection, or when the
    /// task is cancelled, it closes at once. May be called again; the second call has nothing to do.
    public func close() async {
        let drainTime = options.drainTimeout
        let limit = drainTime + NATSLimits.destroyAllowance
        if await onLane({ $0.beginDrain(drainTime) }) {
            let late = handle.translation.error(.timedOut, operation: "close")
            // Cancelled, or a subscription did not finish in time: what it still holds is given up, as documented.
            try? await withDeadline(limit, else: late) { [stateUpdates] in
                for await state in stateUpdates where state == .closed { break }
            }
        }
        await onLane { $0.destroy() }
    }

    private func subscribe(
        _ subject: String, queueGroup: String?, capacity: Int
    ) async throws -> (id: Int, mailbox: Mailbox) {
        let operation = "subscribe"
        guard Subject.isValid(subject, for: .subscribing) else {
            throw handle.translation.error(.invalidSubject, operation: operation, detail: subject)
        }
        if let queueGroup, !Subject.isValid(queueGroup, for: .publishing) {
            throw handle.translation.error(.invalidOptions, operation: operation, detail: "queue group \(queueGroup)")
        }
        guard capacity > 0 else {
            throw handle.translation.error(.invalidOptions, operation: operation, detail: "mailbox of \(capacity)")
        }
        let mailbox = Mailbox(capacity: capacity)
        let events = handle.events
        let context = SubscriptionContext(
            onMessage: { message, _ in if mailbox.offer(message) == .full { events.noteDrop() } },
            onComplete: { mailbox.finish() })
        let id = try await lane.run { [handle] in
            try handle.subscribe(subject, queueGroup: queueGroup, context: context)
        }
        return (id, mailbox)
    }

    private func unsubscribe(_ id: Int, _ mailbox: Mailbox) async {
        mailbox.finish()
        await onLane { $0.unsubscribe(id) }
    }

    private func onLane<Value: Sendable>(_ work: @escaping @Sendable (ConnectionHandle) -> Value) async -> Value {
        await lane.run { [handle] in work(handle) }
    }
}
