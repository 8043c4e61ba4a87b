// NATSDriver: core NATS as Swift concurrency, on top of libnats 3.4.
//
// **Why it exists.** libnats is correct and fast, but its calls block, its callbacks arrive on its own threads (even
// after the object they speak of was destroyed) and its queues are long. This module gives Swift code a connection
// with a scope, messages as values, bounded queues and a deadline on every wait. It knows nothing of its users.
//
// **States of a connection.** See `NATSConnectionState`: connecting → connected ⇄ reconnecting → closed. `closed` is
// final. libnats closes a connection by itself when it may not reconnect any more: with the default
// `maxReconnectAttempts` of −1 that is only after a server refused the credentials twice in a row.
//
// **Invariants.**
// 1. A C pointer has one owner (`ConnectionHandle`) and one releasing place (its `destroy`), and everything but
//    `publish` uses it on one serial queue (`BlockingLane`). Publishing holds a lock that `destroy` must take first.
// 2. Connection callbacks carry a number, not a pointer, so one that fires late finds nothing (`CallbackRegistry`).
//    A subscription's context is released in libnats' completion callback alone (`SubscriptionContext`).
// 3. No call that waits for the network runs on Swift's cooperative threads. `publish` copies into a buffer; it can
//    wait only while a server that does not read holds libnats' socket write, for at most `NATSOptions.writeDeadline`;
//    after that libnats gives the connection up and every publish fails at once.
// 4. Every queue has a bound. A mailbox that is full drops the newest message and counts it.
//
// **How it fails.** Every error is a `NATSError` that says whether a retry makes sense and names servers without
// credentials. A publish while disconnected throws: nothing is kept to be sent late, with one exception that libnats
// 3.4 leaves open: a publish that races with the very loss of the connection may be kept (one message at most) and
// sent after the reconnect, so receivers must tolerate a late message. A publish that returns was buffered, not
// delivered.

/// Every bound of this module that is not an option.
enum NATSLimits {
    /// Payload bytes one mailbox may hold beside its message count: 1,024 messages of 64 KiB.
    static let mailboxBytes = 64 << 20

    /// Requests of one connection that wait for a reply at the same time.
    static let outstandingRequests = 65_536

    /// How long a new subscription waits for the server's word that it is active. Without that word it still holds:
    /// libnats announces it again when it reconnects.
    static let subscribeConfirmation: Duration = .seconds(1)

    /// libnats itself waits up to 500 ms for a last flush when it closes; `close` allows this on top of its drain.
    static let destroyAllowance: Duration = .seconds(2)
}
