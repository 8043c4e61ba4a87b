import CNATS

/// What libnats' delivery thread of one subscription needs.
///
/// libnats may call the message callback once more after the subscription was removed. It therefore holds a reference
/// of its own to this object, and gives it back in the completion callback, which is the last call it makes.
final class SubscriptionContext: Sendable {
    /// A message, and whether it is the server's word that nobody listens on the subject of a request.
    let onMessage: @Sendable (NATSMessage, _ isNoResponders: Bool) -> Void
    let onComplete: @Sendable () -> Void

    init(
        onMessage: @escaping @Sendable (NATSMessage, _ isNoResponders: Bool) -> Void,
        onComplete: @escaping @Sendable () -> Void
    ) {
        self.onMessage = onMessage
        self.onComplete = onComplete
    }
}

/// Subscribes and hands a reference to `context` to libnats.
/// - Returns: the status, and the subscription if it is `NATS_OK`.
func natsSubscribe(
    _ connection: OpaquePointer, subject: String, queueGroup: String?, context: SubscriptionContext
) -> (natsStatus, OpaquePointer?) {
    let closure = Unmanaged.passRetained(context)
    var subscription: OpaquePointer?
    let status =
        if let queueGroup {
            natsConnection_QueueSubscribe(
                &subscription, connection, subject, queueGroup, natsDeliverMessage, closure.toOpaque())
        } else {
            natsConnection_Subscribe(&subscription, connection, subject, natsDeliverMessage, closure.toOpaque())
        }
    guard status == NATS_OK, let subscription else {
        // These are found before libnats starts a delivery thread. After any other failure that thread may still hold
        // the pointer and nobody will say when it ends, so the reference stays with libnats for good.
        let isUnused = [NATS_CONNECTION_CLOSED, NATS_DRAINING, NATS_INVALID_SUBJECT, NATS_INVALID_QUEUE_NAME]
            .contains(status)
        if isUnused { closure.release() }
        return (status, nil)
    }
    let completion = natsSubscription_SetOnCompleteCB(subscription, natsSubscriptionCompleted, closure.toOpaque())
    if completion != NATS_OK {
        // The connection closed in between, so nobody will say when the last message was delivered: the reference
        // stays with libnats for good, and completion is announced here.
        natsSubscription_Destroy(subscription)
        context.onComplete()
        return (completion, nil)
    }
    return (NATS_OK, subscription)
}

private func natsDeliverMessage(
    _ connection: OpaquePointer?, _ subscription: OpaquePointer?, _ message: OpaquePointer?,
    _ closure: UnsafeMutableRawPointer?
) {
    guard let message, let closure else { return }
    let context = Unmanaged<SubscriptionContext>.fromOpaque(closure).takeUnretainedValue()
    let isNoResponders = natsMsg_IsNoResponders(message)
    let value = NATSMessage(copying: message)
    natsMsg_Destroy(message)
    context.onMessage(value, isNoResponders)
}

private func natsSubscriptionCompleted(_ closure: UnsafeMutableRawPointer?) {
    guard let closure else { return }
    Unmanaged<SubscriptionContext>.fromOpaque(closure).takeRetainedValue().onComplete()
}

extension NATSMessage {
    fileprivate init(copying message: OpaquePointer) {
        let bytes = UnsafeRawBufferPointer(start: natsMsg_GetData(message), count: Int(natsMsg_GetDataLength(message)))
        self.init(
            subject: natsMsg_GetSubject(message).map { String(cString: $0) } ?? "",
            reply: natsMsg_GetReply(message).map { String(cString: $0) },
            payload: Array(bytes))
    }
}
