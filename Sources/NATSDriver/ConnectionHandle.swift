import CNATS
import Synchronization

/// The owner of a connection's C objects.
///
/// Except for `publish`, every method must be called on the connection's `BlockingLane`: that, and the lock that
/// `publish` holds while it uses the pointer, is why no pointer is used after `destroy` has released it.
final class ConnectionHandle: Sendable {
    /// - Note: `@unchecked` because libnats locks its connections and subscriptions itself and allows any thread; what
    ///   it does not allow, use after destruction, is excluded by the rule above.
    private struct CPointer: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private struct Subscriptions {
        var last = 0
        var live: [Int: CPointer] = [:]
        /// Messages libnats itself dropped for subscriptions that ended.
        var droppedBefore: Int64 = 0
    }

    let events: ConnectionEvents
    let translation: StatusTranslation
    private let callbackID: Int
    private let connection: Mutex<CPointer?>
    private let subscriptions = Mutex(Subscriptions())

    /// Connects. Blocks, see `COptions.connect`.
    ///
    /// libnats 3.4 takes a signature that begins with a zero byte for an empty text and sends none: of 256 connections
    /// that prove a key one is refused. The server asks for another signature each time, so only three refusals in a row
    /// are believed. When it reconnects libnats goes on by itself.
    /// - Throws: `NATSError`.
    static func open(_ options: NATSOptions, translation: StatusTranslation) throws(NATSError) -> ConnectionHandle {
        var doubts = options.provesKey ? 2 : 0
        while true {
            do {
                return try ConnectionHandle(options, translation: translation)
            } catch {
                guard error.kind == .notAuthorized, doubts > 0 else { throw error }
                doubts -= 1
            }
        }
    }

    /// Connects once.
    private init(_ options: NATSOptions, translation: StatusTranslation) throws(NATSError) {
        let events = ConnectionEvents()
        let callbackID = CallbackRegistry.add(.init(events: events, translation: translation))
        var pointer: OpaquePointer?
        let status: natsStatus
        do {
            let cOptions = try COptions.make(options, callbackID: callbackID, translation: translation)
            status = cOptions.connect(&pointer)
        } catch {
            CallbackRegistry.remove(callbackID)
            throw error
        }
        guard let pointer, status == NATS_OK || status == NATS_NOT_YET_CONNECTED else {
            CallbackRegistry.remove(callbackID)
            throw translation.connectError(status)
        }
        if status == NATS_OK { events.apply(.opened) }
        self.events = events
        self.translation = translation
        self.callbackID = callbackID
        connection = Mutex(CPointer(raw: pointer))
    }

    /// Hands a message to libnats' write buffer.
    func publish(_ subject: String, _ payload: [UInt8], reply: String?) throws(NATSError) {
        guard Subject.isValid(subject, for: .publishing) else {
            throw translation.error(.invalidSubject, operation: "publish", detail: subject)
        }
        if let reply, !Subject.isValid(reply, for: .publishing) {
            throw translation.error(.invalidSubject, operation: "publish", detail: "reply \(reply)")
        }
        guard let length = Int32(exactly: payload.count) else {
            throw translation.error(.payloadTooLarge, operation: "publish", detail: "\(payload.count) bytes")
        }
        guard events.isConnected else { throw unavailable("publish") }
        try connection.withLock { (connection) throws(NATSError) in
            guard let pointer = connection else { throw unavailable("publish") }
            // Seen by libnats, a lost connection comes some milliseconds before the callback tells `events`.
            let state = natsConnection_Status(pointer.raw)
            guard state == NATS_CONN_STATUS_CONNECTED || state == NATS_CONN_STATUS_DRAINING_SUBS else {
                throw translation.error(
                    state == NATS_CONN_STATUS_CLOSED || state == NATS_CONN_STATUS_DRAINING_PUBS
                        ? .closed : .disconnected, operation: "publish")
            }
            let status = payload.withUnsafeBytes { bytes in
                if let reply {
                    natsConnection_PublishRequest(pointer.raw, subject, reply, bytes.baseAddress, length)
                } else {
                    natsConnection_Publish(pointer.raw, subject, bytes.baseAddress, length)
                }
            }
            if status != NATS_OK { throw translation.publishError(status) }
        }
    }

    /// - Returns: a number for `unsubscribe`.
    func subscribe(_ subject: String, queueGroup: String?, context: SubscriptionContext) throws(NATSError) -> Int {
        guard let pointer = connection.withLock({ $0 }) else { throw unavailable("subscribe") }
        let (status, subscription) = natsSubscribe(
            pointer.raw, subject: subject, queueGroup: queueGroup, context: context)
        guard let subscription else { throw translation.lastError(status, operation: "subscribe to \(subject)") }
        let live = CPointer(raw: subscription)
        let id = subscriptions.withLock { subscriptions in
            subscriptions.last += 1
            subscriptions.live[subscriptions.last] = live
            return subscriptions.last
        }
        if events.isConnected {
            // The answer does not matter: if the connection is lost now, libnats subscribes again after the reconnect.
            _ = natsConnection_FlushTimeout(pointer.raw, NATSLimits.subscribeConfirmation.wholeMilliseconds)
        }
        return id
    }

    func unsubscribe(_ id: Int) {
        guard let pointer = subscriptions.withLock({ $0.live.removeValue(forKey: id) }) else { return }
        let dropped = Self.dropped(by: pointer)
        natsSubscription_Destroy(pointer.raw)
        subscriptions.withLock { $0.droppedBefore += dropped }
    }

    /// Waits until the server has read everything published before.
    func flush(_ timeout: Duration) throws(NATSError) {
        guard events.isConnected, let pointer = connection.withLock({ $0 }) else { throw unavailable("flush") }
        let status = natsConnection_FlushTimeout(pointer.raw, timeout.wholeMilliseconds)
        if status != NATS_OK { throw translation.lastError(status, operation: "flush") }
    }

    /// Lets subscriptions work off what they have and then closes; does not wait for that.
    /// - Returns: false when there is nothing to wait for because the connection is not up.
    func beginDrain(_ timeout: Duration) -> Bool {
        guard events.isConnected, let pointer = connection.withLock({ $0 }) else { return false }
        return natsConnection_DrainTimeout(pointer.raw, timeout.wholeMilliseconds) == NATS_OK
    }

    /// Releases subscriptions and connection; does nothing the second time.
    func destroy() {
        let taken = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        guard let taken else { return }
        for id in subscriptions.withLock({ $0.live.keys.sorted() }) { unsubscribe(id) }
        natsConnection_Destroy(taken.raw)
        CallbackRegistry.remove(callbackID)
        events.apply(.ended)
    }

    /// - Returns: what was counted so far; zeros from libnats after `destroy`.
    func statistics() -> NATSStatistics {
        var result = NATSStatistics()
        let droppedByLibrary = subscriptions.withLock { subscriptions in
            subscriptions.live.values.reduce(subscriptions.droppedBefore) { $0 + Self.dropped(by: $1) }
        }
        result.dropped = UInt64(droppedByLibrary) + UInt64(events.droppedByMailboxes)
        (result.asyncErrors, result.lastAsyncError) = events.asyncErrors
        if let pointer = connection.withLock({ $0 }) { result.readCounts(of: pointer.raw) }
        return result
    }

    /// `host:port` and scheme of the server in use, nil while there is none.
    func connectedServer() -> String? {
        guard events.isConnected, let pointer = connection.withLock({ $0 }) else { return nil }
        var text = [CChar](repeating: 0, count: 1_024)
        guard natsConnection_GetConnectedUrl(pointer.raw, &text, text.count) == NATS_OK else { return nil }
        let end = text.firstIndex(of: 0) ?? text.endIndex
        // Through `ServerAddress` because libnats' text contains user and password.
        return ServerAddress(String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self))?.shown
    }

    private static func dropped(by subscription: CPointer) -> Int64 {
        var count: Int64 = 0
        return natsSubscription_GetDropped(subscription.raw, &count) == NATS_OK ? count : 0
    }

    private func unavailable(_ operation: String) -> NATSError {
        translation.error(events.current == .closed ? .closed : .disconnected, operation: operation)
    }
}

extension StatusTranslation {
    /// A server that does not answer in time is one that cannot be reached.
    fileprivate func connectError(_ status: natsStatus) -> NATSError {
        var error = lastError(status, operation: "connect")
        if status == NATS_TIMEOUT { error.kind = .cannotConnect }
        return error
    }

    fileprivate func publishError(_ status: natsStatus) -> NATSError {
        var error = lastError(status, operation: "publish")
        if status == NATS_TIMEOUT { error.kind = .stalled }
        if status == NATS_IO_ERROR { error.kind = .disconnected }
        return error
    }
}
